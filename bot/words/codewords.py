"""The bridge between the code word as it is stored and the code word as it is compared.

Everything that hashes blocks for seconds, so it runs in a thread.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.context import House
from familyguard.challenge import Word
from familyguard.codeword import (
    LANGUAGES,
    Attempts,
    Candidates,
    Locked,
    Match,
    MustWait,
    NoCodeWord,
    Tag,
    Tags,
    Which,
    WrongCodeWord,
    attempt,
    candidates,
    familiar,
    keys_of,
)
from familyguard.codeword.candidates import MAX_WINDOW, Shape
from familyguard.codeword.tags import SALT_BYTES
from familyguard.family import Account
from familyguard.store.codewords import StoredCodeWord

WHOLE_FAMILY = "family"
"""Under which the attempts of all accounts together are counted."""

PIECE_WORDS = 100
"""Words of a memo or message that are looked through together.  In longer ones the tries that one
look has do not reach everywhere: of 400 words they passed over every second code word."""

UNLOCKING = "unlocking"
"""Under which those of a keeper are counted who speaks the word to open the lock."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking for the code word in an answer.

    `locks` is whether this very attempt closed the lock, `forced` whether the duress word was heard
    while it was closed.  Everyone but the keeper may only learn what the verdict says.
    """

    word: Word
    match: Match | None = None
    locks: bool = False
    forced: bool = False


def tags_of(stored: StoredCodeWord | None) -> Tags | None:
    """The tags to compare with, if a code word is set."""
    return stored.tags if stored is not None else None


def attempts_of(house: House, family: str, subject: str | int) -> Attempts:
    """The wrong answers of an account, or of the WHOLE_FAMILY."""
    kept = house.store.codewords.attempts(family, str(subject))
    return Attempts(**json.loads(kept)) if kept else Attempts()


def count_attempts(house: House, family: str, subject: str | int, attempts: Attempts) -> None:
    """Store the counted answers."""
    house.store.codewords.count(family, str(subject), json.dumps(asdict(attempts)))


async def look(house: House, account: Account, texts: Sequence[str], now: float) -> Look:
    """Look for the code word in what a memo may say, as one counted attempt.

    Right, wrong, none set, locked: all of it takes the same time.
    """
    family = account.family_id
    async with house.listening.of(("code word", family)):
        stored = house.store.codewords.get(family)
        tags = tags_of(stored)
        own = attempts_of(house, family, account.user_id)
        whole = attempts_of(house, family, WHOLE_FAMILY)
        tried = candidates(texts, language_of(house, family), tags.shapes if tags else None)
        answer = await asyncio.to_thread(
            attempt, tried, tags, own, whole, now, house.hasher, family
        )
        with house.store.together():
            count_attempts(house, family, account.user_id, answer.member)
            count_attempts(house, family, WHOLE_FAMILY, answer.family)
    locks = (answer.member.locked and not own.locked) or (answer.family.locked and not whole.locked)
    match answer.outcome:
        case Match() as found:
            word = Word.DURESS if found.which is Which.DURESS else Word.RIGHT
            return Look(word, found)
        case NoCodeWord():
            return Look(Word.NONE_SET)
        case Locked() | MustWait():
            return Look(Word.LOCKED, forced=answer.forced)
        case _:
            return Look(Word.WRONG, locks=locks)


async def unlock(house: House, account: Account, texts: Sequence[str], now: float) -> Look:
    """A keeper speaks the word while it is locked: with the right one the caller opens the lock.

    These attempts have a count and a lock of their own, since the account may be stolen; once that
    is closed too, only setting a new word helps.
    """
    family = account.family_id
    async with house.listening.of(("code word", family)):
        stored = house.store.codewords.get(family)
        tags = tags_of(stored)
        count = attempts_of(house, family, UNLOCKING)
        tried = candidates(texts, language_of(house, family), tags.shapes if tags else None)
        answer = await asyncio.to_thread(
            attempt, tried, tags, count, Attempts(), now, house.hasher, family
        )
        if isinstance(answer.outcome, Match):
            is_duress = answer.outcome.which is Which.DURESS
            return Look(Word.DURESS if is_duress else Word.RIGHT, answer.outcome)
        count_attempts(house, family, UNLOCKING, answer.member)
    return Look(Word.LOCKED, forced=answer.forced)


def in_pieces(
    house: House, family: str, tags: Tags | None, texts: Sequence[str]
) -> list[Candidates]:
    """What to try of texts of any length, piece by piece, so that nothing hides behind the rest."""
    language, split = language_of(house, family), [text.split() for text in texts]
    return [
        candidates(
            [" ".join(some[start : start + PIECE_WORDS]) for some in split],
            language,
            tags.shapes if tags else None,
        )
        for start in _starts(texts)
    ]


def n_pieces(texts: Sequence[str]) -> int:
    """How many pieces `in_pieces` makes of these texts."""
    return len(_starts(texts))


def _starts(texts: Sequence[str]) -> range:
    longest = max((len(text.split()) for text in texts), default=0)
    return range(0, max(1, longest - MAX_WINDOW), PIECE_WORDS - MAX_WINDOW)


async def found_in(
    house: House, family: str, tags: Tags | None, pieces: Sequence[Candidates]
) -> Match | None:
    """The first match, its spans within its piece.

    All pieces are tried whatever is found, and where there is no code word to compare with.
    """
    matches = []
    for tried in pieces:
        with contextlib.suppress(WrongCodeWord):
            matches.append(await asyncio.to_thread(house.hasher.verify, tried, tags, family))
    return matches[0] if matches else None


def pretended(house: House, family: str) -> Tags:
    """What takes the place of the tags where no code word is set: it takes as long, fits nothing.

    Written messages are only hashed where a window has the shape of a tag, which can be seen by
    the clock; so a family without a code word has the shapes of one that was drawn for it.
    """
    secret = house.store.keys.derived("no code word")
    marks = [
        hmac.digest(secret, f"{number}:{family}".encode(), hashlib.sha256) for number in range(3)
    ]
    language = language_of(house, family)
    listed = familiar(language)
    drawn = (listed[int.from_bytes(mark[:8], "big") % len(listed)] for mark in marks[:2])
    keys = keys_of(" ".join(drawn), language)
    shapes = {Shape(key.kind, len(key.text) + more) for key in keys for more in (0, 1)}
    tags = tuple(
        Tag(
            Which.WORD, shape.kind, shape.length, hmac.digest(secret, str(shape).encode(), "sha256")
        )
        for shape in sorted(shapes)
    )
    return Tags(0, marks[2][:SALT_BYTES], tags)


def language_of(house: House, family: str) -> str:
    """The language of the family's code word, or in which it would have one."""
    stored = house.store.codewords.get(family)
    language = stored.language if stored else house.store.families.get(family).language
    return language if language in LANGUAGES else LANGUAGES[0]
