"""What the page can ask for, by name: finds the people and chats meant and lets `people` do it."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.playing import play_step
from bot.playground.scenario import Scenario
from bot.playground.town import speak
from bot.playground.world import BotAccount, Chat, MediaKind, Message, Person, World

Json = Mapping[str, Any]


class Desk:
    """The actions of the page; every request names the person who acts."""

    def __init__(self, world: World, scenarios: Mapping[str, Scenario]) -> None:
        self.world = world
        self.people = People(world)
        self.scenarios = scenarios

    def person(self, given: Json) -> Person:
        """Who acts."""
        return self.world.people[int(given["person"])]

    def bot(self, given: Json) -> BotAccount:
        """The bot that is meant."""
        account = self.world.account(int(given["bot"]))
        if not isinstance(account, BotAccount):
            raise KeyError("bot")
        return account

    def chat(self, given: Json, name: str = "chat") -> Chat:
        """The chat that is meant."""
        return self.people.chat(self.person(given), str(given[name]))

    def message(self, given: Json) -> Message:
        """The message that is meant."""
        return self.people.message(self.person(given), str(given["chat"]), int(given["id"]))

    def send(self, given: Json, kind: MediaKind, file: Upload) -> int:
        """Send a file."""
        sizes = {
            name: round(float(given[name]))
            for name in ("seconds", "width", "height")
            if given.get(name)
        }
        reply = int(given["reply"]) if given.get("reply") else None
        caption = str(given.get("caption", ""))
        message = self.people.send(
            self.person(given), self.chat(given), kind, file, caption, reply, **sizes
        )
        return message.id


def _say(desk: Desk, given: Json) -> int:
    reply = int(given["reply"]) if given.get("reply") else None
    return desk.people.say(desk.person(given), desk.chat(given), str(given["text"]), reply).id


def _start(desk: Desk, given: Json) -> str:
    payload = str(given.get("payload", ""))
    return desk.people.start(desk.person(given), desk.bot(given), payload).chat.key


def _open(desk: Desk, given: Json) -> str:
    other = desk.world.account(int(given["with"]))
    if other is None:
        raise KeyError("with")
    return desk.people.open(desk.person(given), other).key


def _forward(desk: Desk, given: Json) -> int:
    target = desk.chat(given, "to")
    hidden = bool(given.get("hidden"))
    return desk.people.forward(desk.person(given), desk.message(given), target, hidden).id


def _press(desk: Desk, given: Json) -> str:
    row, column = int(given["row"]), int(given["column"])
    return desk.people.press(desk.person(given), desk.message(given), row, column)


def _contact(desk: Desk, given: Json) -> int:
    return desk.people.share_contact(desk.person(given), desk.chat(given)).id


def _edit(desk: Desk, given: Json) -> None:
    desk.people.edit(desk.person(given), desk.message(given), str(given["text"]))


def _delete(desk: Desk, given: Json) -> None:
    desk.people.delete(desk.person(given), desk.message(given))


def _react(desk: Desk, given: Json) -> None:
    desk.people.react(desk.person(given), desk.message(given), str(given["emoji"]))


def _block(desk: Desk, given: Json) -> None:
    act = desk.people.block if given.get("block", True) else desk.people.unblock
    act(desk.person(given), desk.bot(given))
    desk.world.events.publish("accounts")


def _add(desk: Desk, given: Json) -> None:
    account = desk.world.account(int(given["who"]))
    if account is None:
        raise KeyError("who")
    desk.people.add_to_group(desk.person(given), desk.chat(given), account)


def _remove(desk: Desk, given: Json) -> None:
    account = desk.world.account(int(given["who"]))
    if account is None:
        raise KeyError("who")
    desk.people.remove_from_group(desk.person(given), desk.chat(given), account)


def _language(desk: Desk, given: Json) -> None:
    speak(desk.people, str(given["language"]))


async def _step(desk: Desk, given: Json) -> Any:
    scenario = desk.scenarios[str(given["scenario"])]
    return await play_step(desk.people, scenario, int(given["step"]), str(given["language"]))


ACTIONS: dict[str, Callable[[Desk, Json], Any]] = {
    "say": _say,
    "start": _start,
    "open": _open,
    "forward": _forward,
    "press": _press,
    "contact": _contact,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "block": _block,
    "add": _add,
    "remove": _remove,
    "language": _language,
    "step": _step,
}
