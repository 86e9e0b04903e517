"""The policy: evidence in, verdict out.  All of it is the table below.

A row holds when all of its `needs` are among the evidence and at least `count` of its `among`.
The verdict is the highest level of the rows that hold.  Rows only ever ask whether evidence is
*there*, never whether it is absent, so more evidence can raise a level and cannot lower one: that a
voice matches or a code word is right takes nothing away.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from familyguard.model import SUSPICIOUS, Advice, Evidence, Level, Sign, Verdict

MAX_REASONS = 3
"""More than three reasons are not read by someone in a hurry."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the policy."""

    level: Level
    needs: frozenset[Sign] = frozenset()
    among: frozenset[Sign] = field(default=frozenset())
    count: int = 0

    def holds(self, signs: frozenset[Sign]) -> bool:
        """Whether this line applies to a memo that shows `signs`."""
        return self.needs <= signs and len(self.among & signs) >= self.count


def _row(level: Level, *needs: Sign, among: Iterable[Sign] = (), count: int = 0) -> Row:
    return Row(level, frozenset(needs), frozenset(among), count)


HIDDEN_SENDER = {
    Sign.NEW_IDENTITY,
    Sign.AUTHORITY,
    Sign.CALL_BLOCK,
    Sign.UNKNOWN_PAYEE,
    Sign.UNTRACEABLE_PAYMENT,
    Sign.CODE_FISHING,
}
FAILED_CHALLENGE = {Sign.CODE_WORD_WRONG, Sign.CHALLENGE_FAILED}
MACHINE_TRACES = {Sign.GENERATOR_TRACE, Sign.SYNTHETIC}
PLAYED_BACK = {Sign.HEARD_BEFORE, Sign.VOICE_CHANGES, Sign.GREETING_ONLY}
"""What a recording of the relative shows when somebody else uses it.  An old date is not here: a
relative may simply have waited, so it needs company like any other sign."""
OTHER_SIGNS = SUSPICIOUS - {Sign.MONEY_REQUEST}

POLICY: tuple[Row, ...] = (
    _row(Level.ALARM, Sign.NOT_ME),
    _row(Level.ALARM, Sign.MONEY_REQUEST, Sign.WATERMARK),
    _row(Level.ALARM, Sign.MONEY_REQUEST, Sign.VOICE_DIFFERS, among=FAILED_CHALLENGE, count=1),
    #
    _row(Level.STRONG, Sign.MONEY_REQUEST, among=HIDDEN_SENDER, count=1),
    _row(Level.STRONG, Sign.MONEY_REQUEST, among=MACHINE_TRACES | PLAYED_BACK, count=1),
    _row(Level.STRONG, Sign.WATERMARK),
    _row(Level.STRONG, Sign.VOICE_DIFFERS),
    _row(Level.STRONG, among=FAILED_CHALLENGE, count=1),
    _row(Level.STRONG, among=OTHER_SIGNS, count=2),
    #
    _row(Level.CAUTION, Sign.MONEY_REQUEST),
    _row(Level.CAUTION, among=OTHER_SIGNS, count=1),
    #
    _row(Level.UNCLEAR, Sign.UNJUDGEABLE),
    _row(Level.NONE),
)

ADVICE: dict[Level, tuple[Advice, ...]] = {
    Level.ALARM: (
        Advice.DO_NOT_PAY,
        Advice.CALL_BACK,
        Advice.BANK_IF_PAID,
        Advice.KEEP_MESSAGES,
    ),
    Level.STRONG: (
        Advice.DO_NOT_PAY,
        Advice.CALL_BACK,
        Advice.ASK_CODE_WORD,
        Advice.BANK_IF_PAID,
    ),
    Level.CAUTION: (Advice.CALL_BACK, Advice.ASK_CODE_WORD),
    Level.UNCLEAR: (Advice.CALL_BACK, Advice.SEND_BETTER),
    Level.NONE: (Advice.CALL_BACK,),
}

_GRAVITY = {sign: place for place, sign in enumerate(Sign)}


def judge(evidence: Iterable[Evidence], not_checked: Iterable[str] = ()) -> Verdict:
    """Draw the verdict from `evidence`; `not_checked` codes are passed on, each once.

    Pure: the same evidence, in whatever order, always gives the same verdict.
    """
    pieces = _in_order(evidence)
    signs = frozenset(piece.sign for piece in pieces)
    level = max(row.level for row in POLICY if row.holds(signs))
    return Verdict(
        level=level,
        reasons=_reasons(pieces)[:MAX_REASONS],
        not_checked=tuple(dict.fromkeys(not_checked)),
        advice=ADVICE[level],
    )


def all_reasons(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """What a verdict on `evidence` has for reasons, also those beyond MAX_REASONS."""
    return _reasons(_in_order(evidence))


def _in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    return sorted(set(evidence), key=lambda piece: (_GRAVITY[piece.sign], piece.detail))


def _reasons(pieces: list[Evidence]) -> tuple[Evidence, ...]:
    """The gravest first, one a sign: what warns before what could not be judged, matches never."""
    first_of_each: dict[Sign, Evidence] = {}
    for piece in pieces:
        if piece.sign in SUSPICIOUS or piece.sign is Sign.UNJUDGEABLE:
            first_of_each.setdefault(piece.sign, piece)
    return tuple(first_of_each.values())
