"""One suspicion, over several forwards and answers: what is known so far, and what changed.

A case belongs to one relative who asked and to one sender, in one family.  Evidence is only ever
added; so the level of a case never falls, whatever the other side sends to smooth things over.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from familyguard.challenge import Outcome
from familyguard.model import MATCHING, WORDED, Evidence, Level, Sign, Verdict
from familyguard.requests.conversation import Conversation
from familyguard.requests.reader import Reader
from familyguard.verdict import judge

OPEN_SECONDS = 72 * 3600.0
"""Three days after the last message: the second bill comes within hours or the next day, and what
is older is another story."""

WITHHELD = "…"
"""Stands for the words of a memo that may hold the code word or the phrase."""

FACETS = {
    "voice": "voice",
    "synthetic": "synthetic",
    "watermark": "watermark",
    "words": "words",
    "language": "words",
}
"""First part of a not-checked code: what of a message it is about."""

OF_SOUND = frozenset({"voice", "synthetic", "watermark"})
WHOLE = {"sound": OF_SOUND, "picture": OF_SOUND, "unopened": OF_SOUND | {"words"}}
"""Not-checked codes that say it of several things at once."""

STAYS = frozenset({"picture", "rest_of_memo"})
"""Not-checked codes that no other message can make good."""

MOST_QUOTES = 3
"""Pieces kept of one sign: what comes after adds nothing that anybody reads."""

MOST_CHARACTERS = 200
"""Of a quote, which is shown shorter still."""


class Source(StrEnum):
    """Where a piece of evidence came from."""

    MESSAGE = "message"
    ANSWER = "answer"  # to a challenge
    TAP = "tap"  # the person it claims to come from tapped Yes or Not me


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence, from the `number`-th thing of its case (from 1), added at `at`."""

    evidence: Evidence
    source: Source
    number: int
    at: float


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about one sender; `about` is the person they claim to be, once it is clear.

    Whose case it is, and about which sender, is for the store to hold it by.
    """

    opened_at: float
    touched_at: float
    about: str | None = None
    pieces: tuple[Piece, ...] = ()
    unchecked: tuple[tuple[str, ...], ...] = ()  # of each message and answer
    count: int = 0
    talk: Conversation = field(default_factory=Conversation, repr=False)

    @classmethod
    def opened(cls, now: float, about: str | None = None, reader: Reader | None = None) -> "Case":
        """A case without evidence yet; `reader` is the family's."""
        return cls(now, now, about, talk=Conversation(reader or Reader()))

    def is_open(self, now: float) -> bool:
        """Whether another message of the same sender to the same asker continues it."""
        return now - self.touched_at < OPEN_SECONDS

    def with_message(
        self,
        evidence: Iterable[Evidence],
        not_checked: Iterable[str],
        now: float,
        *,
        text: str = "",
        language: str | None = None,
        quotes: bool = True,
    ) -> "Case":
        """The case with one more forward.

        `text` is what was written or said in it: it is read as the next words of the sender and
        not kept, but for the words that showed a sign.  `quotes` is False for a memo in which the
        code word was heard: then none of its words are kept.
        """
        talk = self.talk.copy()
        found = [*evidence]
        if text and quotes:
            talk.add(text, language)
            found += talk.evidence()
        return self._with(Source.MESSAGE, found, not_checked, now, talk=talk, quotes=quotes)

    def with_answer(
        self,
        outcome: Outcome,
        now: float,
        evidence: Iterable[Evidence] = (),
        not_checked: Iterable[str] | None = None,
    ) -> "Case":
        """The case with an answer to a challenge; its words are never kept, nor quoted."""
        found = [*outcome.evidence, *evidence]
        return self._with(Source.ANSWER, found, not_checked, now, quotes=False)

    def with_tap(self, was_me: bool, now: float) -> "Case":
        """The case after the person it claims to come from tapped Yes or Not me."""
        sign = Sign.CONFIRMED if was_me else Sign.NOT_ME
        return self._with(Source.TAP, [Evidence(sign)], None, now)

    @property
    def ends_in_answer(self) -> bool:
        """Whether the latest thing that brought evidence was an answer to a challenge."""
        sent = [piece for piece in self.pieces if piece.source is not Source.TAP]
        return bool(sent) and max(sent, key=lambda it: it.number).source is Source.ANSWER

    @property
    def disputes_earlier(self) -> bool:
        """Whether «that was not me» was said before the latest message came in."""
        said = [piece.number for piece in self.pieces if piece.evidence.sign is Sign.NOT_ME]
        taps = {piece.number for piece in self.pieces if piece.source is Source.TAP}
        return bool(said) and any(
            number not in taps for number in range(max(said) + 1, self.count + 1)
        )

    def evidence(self) -> frozenset[Evidence]:
        """All of it, each piece once."""
        return frozenset(piece.evidence for piece in self.pieces)

    def not_checked(self) -> tuple[str, ...]:
        """Codes of what no message of the case could check."""
        if not self.unchecked:
            return ()
        nowhere = frozenset.intersection(*map(_about, self.unchecked))
        codes = list(dict.fromkeys(code for message in self.unchecked for code in message))
        named = {code for code in codes if code not in WHOLE and _about([code]) <= nowhere}
        # «The sound» is worth a line only where nothing is said about the parts of it.
        whole = {
            code
            for code in codes
            if code in WHOLE and WHOLE[code] <= nowhere and not WHOLE[code] & _about(named)
        }
        return tuple(code for code in codes if code in STAYS | named | whole)

    def to_json(self) -> str:
        """All of it as text, to be sealed."""
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "talk"}
        fields["pieces"] = [asdict(piece) for piece in self.pieces]
        return json.dumps({**fields, "talk": self.talk.to_dict()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, reader: Reader | None = None) -> "Case":
        """The case that `to_json` wrote; `reader` is the family's."""
        fields: dict[str, Any] = json.loads(text)
        pieces = tuple(
            Piece(
                Evidence(Sign(kept["evidence"]["sign"]), kept["evidence"]["detail"]),
                Source(kept["source"]),
                kept["number"],
                kept["at"],
            )
            for kept in fields.pop("pieces")
        )
        unchecked = tuple(tuple(codes) for codes in fields.pop("unchecked"))
        talk = Conversation.from_dict(fields.pop("talk"), reader)
        return cls(**fields, pieces=pieces, unchecked=unchecked, talk=talk)

    def _with(
        self,
        source: Source,
        found: Iterable[Evidence],
        not_checked: Iterable[str] | None,
        now: float,
        *,
        quotes: bool = True,
        talk: Conversation | None = None,
    ) -> "Case":
        number = self.count + 1
        pieces = list(self.pieces)
        for piece in found:
            detail = piece.detail[:MOST_CHARACTERS]
            kept = [old.evidence for old in pieces if old.evidence.sign is piece.sign]
            if not quotes and piece.sign in WORDED:
                if kept:
                    continue
                detail = WITHHELD
            shown = Evidence(piece.sign, detail)
            if shown not in kept and len(kept) < MOST_QUOTES:
                pieces.append(Piece(shown, source, number, now))
        return replace(
            self,
            touched_at=max(self.touched_at, now),
            pieces=tuple(pieces),
            unchecked=self.unchecked
            if not_checked is None
            else (*self.unchecked, tuple(dict.fromkeys(not_checked))),
            count=number,
            talk=talk or self.talk,
        )


def judge_case(case: Case) -> Verdict:
    """The verdict over everything that is known."""
    return judge(case.evidence(), case.not_checked())


@dataclass(frozen=True, slots=True)
class Difference:
    """What a message, an answer or a tap changed."""

    level: Level
    rose: bool
    new: tuple[Evidence, ...]  # warnings and what could not be judged, gravest first, one a sign
    matches: tuple[Evidence, ...]  # what came in that proves nothing: to be shown, if at all, so

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return self.rose or bool(self.new or self.matches)


def what_changed(before: Case, after: Case) -> Difference:
    """What is new in `after`, by kinds of signs: a second quote for the same sign is not news."""
    known = {piece.sign for piece in before.evidence()}
    gravity = {sign: place for place, sign in enumerate(Sign)}
    first: dict[Sign, Evidence] = {}
    for piece in sorted(after.evidence(), key=lambda it: (gravity[it.sign], it.detail)):
        if piece.sign not in known:
            first.setdefault(piece.sign, piece)
    level = judge_case(after).level
    return Difference(
        level=level,
        rose=level > judge_case(before).level,
        new=tuple(piece for sign, piece in first.items() if sign not in MATCHING),
        matches=tuple(piece for sign, piece in first.items() if sign in MATCHING),
    )


def _about(codes: Iterable[str]) -> frozenset[str]:
    """What of a message these not-checked codes are about."""
    found: set[str] = set()
    for code in codes:
        found |= WHOLE.get(code) or {FACETS.get(code.partition("_")[0], code)}
    return frozenset(found)
