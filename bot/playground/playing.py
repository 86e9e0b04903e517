"""A story on the stage: one step done by its person, and the waiting for what the bot says."""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, cast

from bot.markup import GAP
from bot.playground.errors import Refused
from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.scenario import Scenario, in_any, in_language
from bot.playground.world import BotAccount, Chat, MediaKind, Message, Person
from bot.texts import LANGUAGES, catalogue

STEP_TEXTS = "chat.step."
"""How the keys of the bot's progress sentences begin."""

WAIT_SECONDS = 60.0
"""How long a step waits for the bot's answer or button."""

BUSY_SECONDS = 240.0
"""And how long where the bot says that it is at work: a slow machine is not a silent bot."""

LOOK_SECONDS = 0.05
SETTLED_SECONDS = 0.6
"""The bot edits its progress message while it works; quiet for this long means done."""

UNADDRESSED_SECONDS = 4.0
"""A message that replies to nothing is taken for the answer only after so long a silence."""

LINK = re.compile(r"https://t\.me/\w+\?start=([\w-]+)")
Found = TypeVar("Found")


async def play_step(
    people: People, scenario: Scenario, number: int, language: str
) -> dict[str, Any]:
    """Do step `number` (from 0) and say where: ids of person and message, key of the chat."""
    step = scenario.steps[number]
    person = people.world.person(step.who)
    chat = _chat(people, person, step.to)
    message: Message | None = None
    match step.act:
        case "says":
            message = people.say(person, chat, in_language(step.what, language))
        case "sends":
            name = in_language(step.what, language)
            kind = cast("MediaKind", step.more.get("as", "voice"))
            caption = in_language(step.more.get("caption", ""), language)
            message = people.send(person, chat, kind, sample(name), caption)
        case "forwards":
            source = _chat(people, person, str(step.more["from"]))
            author = _bot(people) if step.what == "bot" else people.world.person(step.what)
            last = _last(source, author, in_any(step.more.get("holding", ""), language))
            if last is None:
                raise Refused("nothing_to_forward")
            message = people.forward(person, last, chat, bool(step.more.get("hidden")))
        case "presses":
            message = await press(people, person, chat, *in_any(step.what, language))
        case "starts":
            message = people.start(person, _bot(people), str(step.what))
        case "follows":
            message = people.start(person, _bot(people), _invitation(people, person, step.what))
        case "claims":
            message = await _claimed(people, person, str(step.what))
        case "shares":
            message = people.share_contact(person, chat)
        case "waits" if step.what is True:
            message = await _settled(people, chat)
        case "waits":
            message = await _told(people, chat, in_any(step.what, language))
    return {"person": person.id, "chat": chat.key, "id": message.id if message else None}


def sample(name: str) -> Upload:
    """A file of the `samples/` folder."""
    file = files("bot.playground") / "samples" / name
    if "/" in name or not file.is_file():
        raise Refused("no_such_sample")
    kinds = {"ogg": "audio/ogg", "png": "image/png", "jpg": "image/jpeg"}
    return Upload(file.read_bytes(), name, kinds.get(name.rpartition(".")[2], ""))


def _bot(people: People) -> BotAccount:
    return next(iter(people.world.bots.values()))


def _chat(people: People, person: Person, name: str) -> Chat:
    """The person's chat with "bot", with the first "group", or with another person by role."""
    if name == "group":
        found = [c for c in people.world.chats_of(person) if c.type == "supergroup"]
        if not found:
            raise Refused("no_such_chat")
        return found[0]
    other = _bot(people) if name == "bot" else people.world.person(name)
    return people.world.private(person, other)


def _last(chat: Chat, author: Person | BotAccount, holding: Sequence[str]) -> Message | None:
    theirs = (m for m in reversed(chat.messages.values()) if m.sender is author and not m.service)
    return next((m for m in theirs if _has(m.text or "", holding)), None)


def _has(text: str, words: Iterable[str]) -> bool:
    return any(one in text for one in words)


async def _claimed(people: People, person: Person, sender: str) -> Message | None:
    """The link from `sender` is followed and answered; None where there is none, or no longer."""
    try:
        code = _invitation(people, person, sender)
    except Refused:
        return None  # the family is there already
    chat = people.world.private(person, _bot(people))
    if any(code in (m.text or "") for m in chat.messages.values() if m.sender is person):
        return None  # followed by hand
    people.start(person, _bot(people), code)
    return await _settled(people, chat)


def _invitation(people: People, person: Person, sender: str) -> str:
    """The code of the newest link to the bot that the person got from somebody."""
    for message in reversed(_chat(people, person, sender).messages.values()):
        if found := LINK.search(message.text or ""):
            return found[1]
    raise Refused("nothing_to_forward")


async def _told(people: People, chat: Chat, words: Sequence[str]) -> Message:
    """What the bot said with one of these in it, after the last word of a person."""

    def find() -> Message | None:
        said = reversed(_later(chat, _bot(people)))
        return next((m for m in said if _has((m.text or "").replace(GAP, ""), words)), None)

    return await _until(people, chat, find, "no_answer")


async def _settled(people: People, chat: Chat) -> Message:
    """The bot's answer to the chat's last word, once it no longer changes."""
    before: tuple[Any, ...] = ()
    since = 0.0

    def find() -> Message | None:
        nonlocal before, since
        answer, patience = _answer(chat, _bot(people))
        now = (answer.id, answer.text, answer.markup, answer.edited) if answer else ()
        if now != before:
            before, since = now, time.monotonic()
        quiet = time.monotonic() - since
        return answer if answer is not None and not _busy(answer) and quiet >= patience else None

    return await _until(people, chat, find, "no_answer")


async def _until(
    people: People, chat: Chat, find: Callable[[], Found | None], refusal: str
) -> Found:
    """What `find` gives as soon as it gives something; raises Refused with the code `refusal`."""
    silent = waited = 0.0
    while (found := find()) is None:
        if silent > WAIT_SECONDS or waited > BUSY_SECONDS:
            raise Refused(refusal)
        await asyncio.sleep(LOOK_SECONDS)
        waited += LOOK_SECONDS
        silent = 0.0 if _at_work(chat, _bot(people)) else silent + LOOK_SECONDS
    return found


def _answer(chat: Chat, bot: BotAccount) -> tuple[Message | None, float]:
    """What the bot said to the last word of a person, and for how long it must stay as it is."""
    last, later = _last_word(chat, bot), _later(chat, bot)
    for message in later:
        if message.reply_to == last:
            return message, SETTLED_SECONDS
    return (later[-1] if later else None), UNADDRESSED_SECONDS


def _last_word(chat: Chat, bot: BotAccount) -> int:
    return max((m.id for m in chat.messages.values() if m.sender is not bot), default=0)


def _later(chat: Chat, bot: BotAccount) -> list[Message]:
    """What the bot said after the last word of a person."""
    last = _last_word(chat, bot)
    return [message for message in chat.messages.values() if message.id > last]


def _at_work(chat: Chat, bot: BotAccount) -> bool:
    return any(_busy(message) for message in _later(chat, bot))


def _busy(message: Message) -> bool:
    """Whether the bot says that it is still at work."""
    return message.markup is None and bool(_progress().fullmatch(message.text or ""))


@cache
def _progress() -> re.Pattern[str]:
    """Matches every sentence that the bot shows while it works, in every language."""
    sentences = [
        sentence
        for language in LANGUAGES
        for key, sentence in catalogue(language).items()
        if key.startswith(STEP_TEXTS)
    ]
    return re.compile("|".join(re.sub(r"\\{\w+\\}", ".+", re.escape(one)) for one in sentences))


async def press(people: People, person: Person, chat: Chat, *labels: str) -> Message:
    """Press the newest button whose text contains one of `labels`, as soon as there is one."""
    wanted = [label.casefold() for label in labels]

    def find() -> tuple[Message, int, int] | None:
        for message in reversed(chat.messages.values()):
            rows = (message.markup or {}).get("inline_keyboard", [])
            for row, buttons in enumerate(rows):
                for column, button in enumerate(buttons):
                    if _has(button["text"].casefold(), wanted) and "callback_data" in button:
                        return message, row, column
        return None

    message, row, column = await _until(people, chat, find, "no_such_button")
    people.press(person, message, row, column)
    return message
