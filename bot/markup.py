"""Plain texts into Telegram's HTML.  Foreign words stay words: nothing in them can be tapped."""

import html
import re
import unicodedata
from typing import Any

from bot.texts import Texts
from bot.wording import Wording

MAX_LINE = 700
"""UTF-16 units of one line; our own lines are shorter, so only foreign text is ever cut."""

MAX_MESSAGE = 4000
"""UTF-16 units; Telegram allows 4096 after its mark-up was taken out, and refuses longer ones."""

MAX_NAME = 64
"""Characters of a foreign value within a sentence: the length of a name in Telegram."""

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories of what has no shape: controls, direction marks, halves of pairs."""

JOINER = "\u200d"
"""What makes one picture of several emoji."""

GAP = "\u200b"
"""A zero-width space: invisible, and Telegram no longer sees an address or a number around it."""

_MARK = re.compile(r"[.．。｡․@＠/／:：#＃$](?=\S)")
"""What joins the parts of an address or begins a name; what stands beside it may be anything that
is not a space, since addresses may hold emoji and accents of every kind."""

_NUMBER = re.compile(r"\d(?:[\W_]{0,6}\d){4,}")
"""Five digits and more, whatever stands between them."""

_TAG = re.compile(r"</?[bi]>")


def untappable(text: str) -> str:
    """`text` in which Telegram finds no link, name, command or telephone number.

    The number in a criminal's message must not be one tap away under the advice to call.
    """
    text = _NUMBER.sub(lambda match: re.sub(r"\d(?=.)", rf"\g<0>{GAP}", match.group()), text)
    return _MARK.sub(rf"\g<0>{GAP}", text)


def escape(text: str) -> str:
    """One line, ready to stand in a message."""
    # Gaps first: they are counted too.
    units = untappable(text).encode("utf-16-le", "replace")
    if len(units) > 2 * MAX_LINE:
        units = units[: 2 * (MAX_LINE - 1)] + "…".encode("utf-16-le")
    # Half of a pair may be left where the line was cut.
    return html.escape(units.decode("utf-16-le", "ignore"), quote=False)


def harmless(text: str) -> str:
    """Foreign words, such as a name, as they may stand in one of our sentences without mark-up.

    One short line, in which nothing can be tapped, nothing is invisible and nothing turns the
    direction of reading.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character == JOINER
        or unicodedata.category(character) not in INVISIBLE
        or character.isspace()
    )
    line = " ".join(visible.split())
    if len(line) > MAX_NAME:
        line = line[: MAX_NAME - 1] + "…"
    return untappable(line)


def fill(texts: Texts, key: str, **values: Any) -> str:
    """The sentence `key`, plain, with harmless values.

    Texts among the values are foreign; a value that is a function gets `texts`, for what differs
    from language to language.  Our own words come as `Own`.
    """
    ready = {name: _ready(value, texts) for name, value in values.items()}
    return texts.get(key, **ready)


class Own(str):
    """Words of our own, such as a link to the bot, that stay as they are."""

    __slots__ = ()


def _ready(value: Any, texts: Texts) -> Any:
    if callable(value):
        return value(texts)
    return harmless(value) if isinstance(value, str) and not isinstance(value, Own) else value


def card(wording: Wording, texts: Texts) -> str:
    """The verdict card: what to do comes first."""
    parts = [f"<b>{escape(wording.headline)}</b>", "\n".join(map(escape, wording.advice))]
    if wording.claim:
        parts.append(escape(wording.claim))
    if wording.reasons:
        reasons = "\n".join(f"• {escape(reason)}" for reason in wording.reasons)
        parts.append(f"{escape(texts.get('chat.card.why'))}\n{reasons}")
    return fitted([*parts, *not_checked(wording, texts)])


def not_checked(wording: Wording, texts: Texts) -> list[str]:
    """What was not checked, in one line, if there is anything."""
    if not wording.not_checked:
        return []
    line = texts.get("not_checked.line", things=wording.not_checked_line)
    return [f"<i>{escape(line)}</i>"]


def details(factors: tuple[tuple[str, str], ...], texts: Texts) -> str:
    """The factor table in words, and what it is not."""
    return fitted([*rows(factors), caution(texts)])


def rows(factors: tuple[tuple[str, str], ...]) -> list[str]:
    """The factors, each with what it says."""
    return [f"<b>{escape(name)}</b>\n{escape(saying)}" for name, saying in factors]


def caution(texts: Texts) -> str:
    """What no factor is: proof."""
    return f"<i>{escape(texts.get('chat.details.caution'))}</i>"


def fitted(parts: list[str]) -> str:
    """The parts one below the other, as many as fit: what comes first counts most."""
    room = MAX_MESSAGE
    for count, part in enumerate(parts):
        shown = html.unescape(_TAG.sub("", part))
        room -= len(shown.encode("utf-16-le")) // 2 + len("\n\n")
        if room < len("…"):
            return "\n\n".join([*parts[:count], "…"])
    return "\n\n".join(parts)
