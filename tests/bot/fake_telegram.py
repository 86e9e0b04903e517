"""A Telegram that lives in the test: people who write to the bot, and what they see of it.

`FakeTelegram` is the request layer under the real `Application`: it records every call and answers
as Telegram does, errors included.  `Person` is the vocabulary of the stories.
"""

import asyncio
import contextlib
import html
import itertools
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot.app import build_application, house_of
from bot.context import App
from bot.markup import GAP

BOT_ID = 4242
TOKEN = f"{BOT_ID}:AAFakeTokenThatOpensNothing-0123456789"
PATIENCE = 10.0
"""Seconds after which a story gives up waiting for something to appear."""

TOO_BIG = 20 * 1024 * 1024

UPDATE_NUMBERS = itertools.count(1)
"""Never the same twice, also where a story starts the bot once more: it remembers them."""


@dataclass
class Answer:
    """An error instead of the usual answer, for calls that `fits`."""

    fits: Callable[[str, dict[str, Any]], bool]
    code: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    times: int = 1


@dataclass
class Shown:
    """A message on a person's screen, as it looks now."""

    message_id: int
    html: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    photo: bytes | None = None
    protected: bool = False
    reply_to: int | None = None
    history: list[str] = field(default_factory=list)
    document: tuple[str, bytes] | None = None  # name and content

    @property
    def text(self) -> str:
        """What the person reads."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.html)).replace(GAP, "")


class FakeTelegram(BaseRequest):
    """Answers the bot's calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.screens: dict[int, list[Shown]] = {}
        self.files: dict[str, bytes] = {}
        self.alerts: list[str] = []
        self.errors: list[Answer] = []
        self.numbers = itertools.count(1)
        self.app: App
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    # What the bot calls.

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_timeouts: Any
    ) -> tuple[int, bytes]:
        """Answer one HTTP request of the bot."""
        await asyncio.sleep(0)
        if "/file/bot" in url:
            return self._file(url)
        name = url.rsplit("/", 1)[-1]
        data = dict(request_data.parameters) if request_data else {}
        files = request_data.multipart_data if request_data and request_data.contains_files else {}
        self.calls.append((name, data))
        try:
            return self._answer(name, data, files)
        finally:
            self._wake()

    def _answer(self, name: str, data: dict[str, Any], files: Any) -> tuple[int, bytes]:
        for error in list(self.errors):
            if error.fits(name, data):
                error.times -= 1
                if not error.times:
                    self.errors.remove(error)
                return self._refusal(error.code, error.description, error.parameters)
        method = getattr(self, f"_{_snake(name)}", None)
        if method is None:
            return self._refusal(404, f"Not Found: {name}")
        result = method(data, files)
        if isinstance(result, str):
            return self._refusal(400, f"Bad Request: {result}")
        return 200, json.dumps({"ok": True, "result": result}).encode()

    @staticmethod
    def _refusal(
        code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> tuple[int, bytes]:
        body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            body["parameters"] = parameters
        return code, json.dumps(body).encode()

    def _get_me(self, data: Any, files: Any) -> Any:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Guard", "username": "guard_bot"}

    def _set_my_commands(self, data: Any, files: Any) -> Any:
        return True

    def _send_message(self, data: dict[str, Any], files: Any) -> Any:
        return self._put(data, text=data["text"])

    def _send_photo(self, data: dict[str, Any], files: Any) -> Any:
        picture = next(iter(files.values()))[1]
        return self._put(data, photo=picture if isinstance(picture, bytes) else picture.read())

    def _send_voice(self, data: dict[str, Any], files: Any) -> Any:
        return self._put(data, text=f"(voice {data['voice']})")

    def _forward_message(self, data: dict[str, Any], files: Any) -> Any:
        return self._put(
            data, text=f"(message {data['message_id']} of chat {data['from_chat_id']})"
        )

    def _send_document(self, data: dict[str, Any], files: Any) -> Any:
        name, content, *_ = next(iter(files.values()))
        message = self._put(data, text=data.get("caption", ""))
        document = (name, content if isinstance(content, bytes) else content.read())
        self.screens[data["chat_id"]][-1].document = document
        return message

    def _put(self, data: dict[str, Any], text: str = "", photo: bytes | None = None) -> Any:
        shown = Shown(
            next(self.numbers),
            _as_html(text, data),
            _buttons(data),
            photo,
            bool(data.get("protect_content")),
            data.get("reply_parameters", {}).get("message_id"),
        )
        self.screens.setdefault(data["chat_id"], []).append(shown)
        return self._message(data["chat_id"], shown)

    def _edit_message_text(self, data: dict[str, Any], files: Any) -> Any:
        shown = self._find(data)
        if shown is None:
            return "message to edit not found"
        text, buttons = _as_html(data["text"], data), _buttons(data)
        if (text, buttons) == (shown.html, shown.buttons):
            return (
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        shown.history.append(shown.text)
        shown.html, shown.buttons = text, buttons
        return self._message(data["chat_id"], shown)

    def _edit_message_reply_markup(self, data: dict[str, Any], files: Any) -> Any:
        shown = self._find(data)
        if shown is None:
            return "message to edit not found"
        buttons = _buttons(data)
        if buttons == shown.buttons:
            return "message is not modified"
        shown.buttons = buttons
        return self._message(data["chat_id"], shown)

    def _delete_message(self, data: dict[str, Any], files: Any) -> Any:
        shown = self._find(data)
        if shown is None:
            return "message to delete not found"
        self.screens[data["chat_id"]].remove(shown)
        return True

    def _answer_callback_query(self, data: dict[str, Any], files: Any) -> Any:
        if text := data.get("text"):
            self.alerts.append(text)
        return True

    def _get_file(self, data: dict[str, Any], files: Any) -> Any:
        content = self.files.get(data["file_id"])
        if content is None:
            return "wrong file_id or the file is temporarily unavailable"
        if len(content) > TOO_BIG:
            return "file is too big"
        return {
            "file_id": data["file_id"],
            "file_unique_id": f"u{data['file_id']}",
            "file_size": len(content),
            "file_path": f"voice/{data['file_id']}.oga",
        }

    def _file(self, url: str) -> tuple[int, bytes]:
        file_id = url.rsplit("/", 1)[-1].removesuffix(".oga")
        self.calls.append(("download", {"file_id": file_id}))
        return 200, self.files[file_id]

    def _find(self, data: dict[str, Any]) -> Shown | None:
        screen = self.screens.get(data["chat_id"], [])
        return next((shown for shown in screen if shown.message_id == data["message_id"]), None)

    def _message(self, chat_id: int, shown: Shown) -> Any:
        return {
            "message_id": shown.message_id,
            "date": 1_750_000_000,
            "chat": {"id": chat_id, "type": "private"},
            "text": shown.text or "-",
        }

    # What the stories say.

    def person(self, user_id: int, language: str = "en", name: str = "Somebody") -> "Person":
        """Someone with Telegram on their telephone."""
        return Person(self, user_id, language, name)

    def fails(
        self, method: str, code: int, description: str, *, times: int = 1, **parameters: Any
    ) -> None:
        """The next calls of `method` get an error."""
        self.errors.append(
            Answer(lambda name, _: name == method, code, description, parameters, times)
        )

    def is_blocked_by(self, person: "Person") -> None:
        """Everything sent to this person is refused from now on."""

        def fits(name: str, data: dict[str, Any]) -> bool:
            return data.get("chat_id") == person.user_id

        text = "Forbidden: bot was blocked by the user"
        self.errors.append(Answer(fits, 403, text, times=1_000_000))

    async def delivers(self, update: dict[str, Any]) -> None:
        """Hand the bot an update, as Telegram would."""
        update = {"update_id": next(UPDATE_NUMBERS), **update}
        await self.app.update_queue.put(Update.de_json(update, self.app.bot))

    def origin(self, name: str = "Mum", **changes: Any) -> dict[str, Any]:
        """Where a forward comes from: a message of today, by somebody whose account is hidden."""
        date = int(house_of(self.app).now() // 3600 * 3600)
        return {"type": "hidden_user", "date": date, "sender_user_name": name, **changes}

    async def quiet(self) -> None:
        """Wait until the bot has nothing left to do."""
        await asyncio.wait_for(self.app.update_queue.join(), PATIENCE)
        while tasks := [t for t in self.app._Application__create_task_tasks if not t.done()]:
            await asyncio.wait(tasks, timeout=PATIENCE)

    def count(self, method: str) -> int:
        """How often the bot called `method`."""
        return sum(name == method for name, _ in self.calls)

    async def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait until `holds` gives something true."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not (result := holds()):
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiting.append(waiter)
                    await waiter
                return result
        raise AssertionError(f"never came: {what}; on the screens: {self._all_screens()}")

    def _wake(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)

    def _all_screens(self) -> dict[int, list[str]]:
        return {chat: [shown.text for shown in screen] for chat, screen in self.screens.items()}


@dataclass
class Person:
    """Somebody in a private chat with the bot."""

    telegram: FakeTelegram
    user_id: int
    language: str
    name: str

    @property
    def screen(self) -> list[Shown]:
        """What the bot has sent, oldest first, as it looks now."""
        return self.telegram.screens.get(self.user_id, [])

    @property
    def last(self) -> Shown:
        """The latest message of the bot."""
        return self.screen[-1]

    @property
    def _user(self) -> dict[str, Any]:
        return {
            "id": self.user_id,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language,
        }

    def message(self, **content: Any) -> dict[str, Any]:
        """A message of this person as Telegram describes it."""
        return {
            "message_id": next(self.telegram.numbers),
            "date": 1_750_000_000,
            "chat": {"id": self.user_id, "type": "private", "first_name": self.name},
            "from": self._user,
            **content,
        }

    async def sends_message(self, **content: Any) -> None:
        """Send any kind of message."""
        await self.telegram.delivers({"message": self.message(**content)})

    async def sends(self, text: str) -> None:
        """Type a message or a command."""
        entities = []
        if text.startswith("/"):
            length = len(text.split()[0])
            entities.append({"type": "bot_command", "offset": 0, "length": length})
        await self.sends_message(text=text, entities=entities)

    async def forwards(self, kind: str, content: bytes = b"sound", **rest: Any) -> str:
        """Forward a file of some kind (voice, audio, document, video, video_note).

        `file` describes it further, `unique_id` makes it the same file as another one.
        """
        file_id = f"f{next(self.telegram.numbers)}"
        self.telegram.files[file_id] = content
        described = {
            "file_id": file_id,
            "file_unique_id": rest.pop("unique_id", f"u{file_id}"),
            "file_size": len(content),
            **({"duration": 5} if kind != "document" else {}),
            **({"width": 240, "height": 240} if kind == "video" else {}),
            **({"length": 240} if kind == "video_note" else {}),
            **rest.pop("file", {}),
        }
        if not rest.pop("own", False):
            rest.setdefault("forward_origin", self.telegram.origin())
        await self.sends_message(**{kind: described}, **rest)
        return file_id

    async def records(self, content: bytes = b"sound", **rest: Any) -> str:
        """Record a voice note, and not forward one."""
        return await self.forwards("voice", content, own=True, **rest)

    async def forwards_voice(self, content: bytes = b"sound", **rest: Any) -> str:
        """Forward a voice note."""
        return await self.forwards("voice", content, **rest)

    async def taps(self, label: str) -> None:
        """Tap the latest button with this label."""
        shown = next(shown for shown in reversed(self.screen) if label in shown.buttons)
        await self.presses(shown.buttons[label], shown)

    async def presses(self, data: str, under: Shown | None = None) -> None:
        """Press a button with this data, real or made up."""
        under = under or Shown(next(self.telegram.numbers), "anything")
        query: dict[str, Any] = {
            "id": str(next(self.telegram.numbers)),
            "from": self._user,
            "chat_instance": "1",
            "data": data,
            "message": {
                **self.telegram._message(self.user_id, under),
                "from": {"id": BOT_ID, "is_bot": True, "first_name": "Guard"},
            },
        }
        await self.telegram.delivers({"callback_query": query})

    async def sees(self, words: str) -> Shown:
        """Wait until a message on the screen contains `words`."""

        def search() -> Shown | None:
            return next((shown for shown in reversed(self.screen) if words in shown.text), None)

        shown = await self.telegram.until(search, f"«{words}»")
        assert isinstance(shown, Shown)
        return shown

    def has_seen(self, words: str) -> bool:
        """Whether `words` are or were on the screen at some time."""
        return any(words in text for shown in self.screen for text in (shown.text, *shown.history))


@contextlib.asynccontextmanager
async def running_bot(
    settings: Any, analyst: Any, telegram: FakeTelegram | None = None, **services: Any
) -> AsyncIterator[FakeTelegram]:
    """The real application at work over a fake Telegram: a fresh one, or one from before."""
    telegram = telegram or FakeTelegram()
    app = build_application(
        settings,
        analyst,
        request=telegram,
        updates_request=telegram,
        pauses=(0.01, 0.02, 0.04, 0.08, 0.15),
        edit_seconds=0.01,
        **services,
    )
    telegram.app = app
    async with app:
        await app.start()
        app.update_queue.replay(app.bot)
        try:
            yield telegram
            await telegram.quiet()
        finally:
            await app.stop()
    house_of(app).store.close()


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _as_html(text: str, data: dict[str, Any]) -> str:
    return text if data.get("parse_mode") == "HTML" else html.escape(text, quote=False)


def _buttons(data: dict[str, Any]) -> dict[str, str]:
    rows = data.get("reply_markup", {}).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row}
