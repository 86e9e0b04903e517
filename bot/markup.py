"""Plain texts into Telegram's HTML.  Foreign words stay words: nothing in them can be tapped."""

import html
import re

from bot.texts import Texts
from bot.wording import Wording

MAX_LINE = 700
"""Characters of one line; our own lines are shorter, so only foreign text is ever cut."""

MAX_MESSAGE = 4000
"""Telegram allows 4096 characters after its mark-up was taken out."""

GAP = "\u200b"
"""A zero-width space: invisible, and Telegram no longer sees an address or a number around it."""

_ADDRESS = re.compile(r"(?<=[\w/:])([.:@/#])(?=[\w/])|(?<!\w)([@#/])(?=\w)")
_NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


def untappable(text: str) -> str:
    """`text` in which Telegram finds no link, name, command or telephone number.

    The number in a criminal's message must not be one tap away under the advice to call.
    """
    text = _NUMBER.sub(lambda match: re.sub(r"(?<=\d)(?=\d)", GAP, match.group()), text)
    return _ADDRESS.sub(lambda match: match.group() + GAP, text)


def escape(text: str) -> str:
    """One line, ready to stand in a message."""
    line = text if len(text) <= MAX_LINE else text[: MAX_LINE - 1] + "…"
    return html.escape(untappable(line), quote=False)


def card(wording: Wording, texts: Texts) -> str:
    """The verdict card: what to do comes first."""
    parts = [f"<b>{escape(wording.headline)}</b>", "\n".join(map(escape, wording.advice))]
    if wording.claim:
        parts.append(escape(wording.claim))
    if wording.reasons:
        reasons = "\n".join(f"• {escape(reason)}" for reason in wording.reasons)
        parts.append(f"{escape(texts.get('chat.card.why'))}\n{reasons}")
    if wording.not_checked:
        line = texts.get("not_checked.line", things=wording.not_checked_line)
        parts.append(f"<i>{escape(line)}</i>")
    return "\n\n".join(parts)


def details(factors: tuple[tuple[str, str], ...], texts: Texts) -> str:
    """The factor table in words, and what it is not."""
    rows = [f"<b>{escape(name)}</b>\n{escape(saying)}" for name, saying in factors]
    return "\n\n".join([*rows, f"<i>{escape(texts.get('chat.details.caution'))}</i>"])
