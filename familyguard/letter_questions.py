"""What a letter about a deepfake asks its writer for, and where the answers belong.

The questions are answered by typing and each can be left out; `Noted` says what is known already.
One line of an answer can hold several things, so that fewer questions do: a name with an account,
a name with a mail address.
"""

import re
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from familyguard.letters import MAX_ADDRESSES, MAX_FIELD, LetterKind, Noted
from familyguard.said_day import day_said


class Ask(StrEnum):
    """One thing to ask."""

    SHOWN = "shown"  # who is in it, where it is not the writer
    PLACES = "places"  # web addresses, or platforms with accounts
    PLATFORM = "platform"
    MAKER = "maker"  # name, and an account if known
    WHAT = "what"
    FIRST_SEEN = "first_seen"
    ASKED_WHOM = "asked_whom"
    ASKED_ON = "asked_on"
    ANSWER = "answer"
    WRITER = "writer"  # full name, and a mail address for the answer


_ABOUT = (Ask.WHAT, Ask.FIRST_SEEN, Ask.WRITER)
_NEEDS: Final = {
    LetterKind.ERASURE_MAKER: (Ask.MAKER, Ask.PLACES, *_ABOUT),
    LetterKind.ERASURE_PLATFORM: (Ask.PLACES, Ask.PLATFORM, *_ABOUT),
    LetterKind.DSA_NOTICE: (Ask.PLACES, Ask.PLATFORM, *_ABOUT),
    LetterKind.COMPLAINT: (Ask.ASKED_WHOM, Ask.ASKED_ON, Ask.ANSWER, Ask.PLACES, *_ABOUT),
}

_FILLS: Final = {
    Ask.SHOWN: ("shown",),
    Ask.PLACES: ("addresses",),
    Ask.PLATFORM: ("platform",),
    Ask.MAKER: ("maker", "maker_address"),
    Ask.WHAT: ("description",),
    Ask.FIRST_SEEN: ("first_seen",),
    Ask.ASKED_WHOM: ("asked_whom",),
    Ask.ASKED_ON: ("asked_on",),
    Ask.ANSWER: ("answer",),
    Ask.WRITER: ("email", "name"),
}
"""The fields of each; if the first one is known it is not asked."""

DAYS: Final = frozenset({Ask.FIRST_SEEN, Ask.ASKED_ON})
"""What is answered with a day."""

EVIDENCE: Final = frozenset({Ask.PLACES, Ask.WHAT})
"""Answers that speak for themselves, and are worth keeping with the evidence."""

_ADDRESS = ("http://", "https://", "www.")
_MAIL = re.compile(r"[^\s@<>(),;]+@[^\s@<>(),;]+\.[a-z]{2,}", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<!\S)@\S+")
_EDGES = " \t,;:.–-()<>"


class NotUnderstood(Exception):
    """The answer holds no day that has been."""


def questions(kind: LetterKind, noted: Noted) -> tuple[Ask, ...]:
    """What the letter `kind` needs and `noted` does not say, in the order in which it is asked."""
    needs = ((Ask.SHOWN,) if noted.on_behalf else ()) + _NEEDS[kind]
    return tuple(ask for ask in needs if not getattr(noted, _FILLS[ask][0]))


def take(ask: Ask, words: str, noted: Noted, today: date) -> Noted:
    """What was noted, with the answer `words` to `ask`.

    Raises:
        NotUnderstood: a day was asked for, and there is none in it that has been.
    """
    words = words.strip()[:MAX_FIELD]
    if ask in DAYS:
        day = day_said(words, today)
        if day is None:
            raise NotUnderstood
        return replace(noted, **{_FILLS[ask][0]: day})  # type: ignore[arg-type]
    if ask is Ask.PLACES:
        return with_places(noted, words)
    if ask is Ask.WHAT:
        return with_words(noted, words)
    if ask is Ask.MAKER:
        accounts = [*_MAIL.findall(words), *_ACCOUNT.findall(_MAIL.sub(" ", words)), *_links(words)]
        name = _without(words, accounts)
        return replace(
            noted, maker=name or words, maker_address=", ".join(accounts) if name else ""
        )
    if ask is Ask.WRITER:
        mail = _MAIL.search(words)
        name = _without(words, [mail[0]] if mail else [])
        return replace(noted, name=name or noted.name, email=mail[0] if mail else "")
    return replace(noted, **{_FILLS[ask][0]: words})  # type: ignore[arg-type]


def leave_out(ask: Ask, noted: Noted) -> Noted:
    """What was noted, without what `ask` fills: it is asked again."""
    blank = Noted()
    return replace(noted, **{code: getattr(blank, code) for code in _FILLS[ask]})


def with_places(noted: Noted, words: str) -> Noted:
    """With where it is: each web address, and each line without one.

    The site of the first address is the platform, unless that is known.
    """
    found: list[str] = []
    for line in words.splitlines():
        found += _links(line) or ([line.strip()] if line.strip() else [])
    places = tuple(dict.fromkeys((*noted.addresses, *found)))[:MAX_ADDRESSES]
    return replace(noted, addresses=places, platform=noted.platform or _site(places))


def with_words(noted: Noted, words: str) -> Noted:
    """With a message that answers no question: its web addresses, and the rest as description."""
    links = _links(words)
    rest = " ".join(part for part in words.split() if part not in links)
    description = " ".join(part for part in (noted.description, rest) if part)[:MAX_FIELD]
    if links:
        noted = with_places(noted, "\n".join(links))
    return replace(noted, description=description)


def _links(words: str) -> list[str]:
    return [part for part in words.split() if part.lower().startswith(_ADDRESS)]


def _site(places: tuple[str, ...]) -> str:
    """The host of the first web address: «example.org»."""
    for place in places:
        if place.lower().startswith(_ADDRESS):
            whole = place if "://" in place else f"https://{place}"
            try:
                return (urlsplit(whole).hostname or "").removeprefix("www.")
            except ValueError:  # such as «https://[»
                continue
    return ""


def _without(words: str, parts: list[str]) -> str:
    for part in parts:
        words = words.replace(part, " ")
    return " ".join(words.split()).strip(_EDGES)
