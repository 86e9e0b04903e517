"""Updates pushed to a bot: secret, order, retry, and a method in the reply."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.playground import webhooks
from bot.playground.server import serve
from bot.playground.updates import Webhook
from tests.playground.conftest import Town, soon


class Receiver:
    """A bot's own little web server."""

    def __init__(self) -> None:
        self.got: list[tuple[dict, str | None]] = []
        self.fail = 0
        self.reply: dict | None = None

    async def hook(self, request: web.Request) -> web.Response:
        """Take one update."""
        if self.fail:
            self.fail -= 1
            return web.Response(status=500)
        self.got.append((await request.json(), request.headers.get(webhooks.SECRET_HEADER)))
        return web.json_response(self.reply) if self.reply else web.Response()


@pytest.fixture
async def receiver(town: Town) -> AsyncIterator[Receiver]:
    """A receiver that the town's bot has set as its webhook."""
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.hook)
    async with serve(app) as url:
        town.bot.queue.webhook = Webhook(f"{url}/hook", "s3cret")
        yield made


async def test_updates_are_pushed_in_order_with_the_secret(town: Town, receiver: Receiver):
    """Each once, oldest first, with the header that proves who sends."""
    for text in "abc":
        town.people.say(town.anna, town.chat, text)
    await soon(lambda: len(receiver.got) == 3)
    assert [update["message"]["text"] for update, _ in receiver.got] == ["a", "b", "c"]
    assert {secret for _, secret in receiver.got} == {"s3cret"}


async def test_a_failed_push_is_tried_again(town: Town, receiver: Receiver, monkeypatch):
    """Nothing is lost when the bot is down for a moment."""
    monkeypatch.setattr(webhooks, "RETRY_SECONDS", 0.02)
    receiver.fail = 2
    town.people.say(town.anna, town.chat, "still here")
    await soon(lambda: len(receiver.got) == 1)
    hook = town.bot.queue.webhook
    assert hook is not None
    assert "500" in (hook.last_error or "")
    assert not town.bot.queue.pending


async def test_a_method_in_the_reply_is_carried_out(town: Town, receiver: Receiver):
    """A bot may answer a push with a call."""
    receiver.reply = {"method": "sendMessage", "chat_id": town.anna.id, "text": "at once"}
    town.people.say(town.anna, town.chat, "hello")
    await soon(lambda: any(m.text == "at once" for m in town.chat.messages.values()))
    assert len(receiver.got) == 1
