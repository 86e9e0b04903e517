"""A verdict in words: what a person reads, in their language, as plain text without mark-up."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from bot.judgement import Judgement
from bot.phone_numbers import is_number, same_number
from bot.texts import Texts
from familyguard.model import Advice, Evidence, Level, Sign
from familyguard.offices import BOTH, offices, to_call
from voice.calibration import SYNTHETIC_LLR
from voice.results import Analysis, Score

MAX_QUOTE = 80
"""Characters of foreign words in a reason: enough to recognise them, too few to carry a message."""

MAX_WORDS = 500
"""Characters of what was heard or read, shown with the factors."""

_NO_QUOTES = str.maketrans(dict.fromkeys('“”„‟«»‹›"＂〝〞❝❞', "'"))

WEAK_LLR, CLEAR_LLR = log(2), log(10)
"""Bounds of the verbal scale, as likelihood ratios of 2 and 10; ENFSI's scale calls less than 2
no support, 2 to 10 weak, and more moderate.  Nothing here is allowed to be called strong."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The lines of a verdict card, in the order in which they are shown."""

    level: Level
    headline: str
    advice: tuple[str, ...]
    reasons: tuple[str, ...]
    not_checked: tuple[str, ...]
    claim: str = ""  # who a screenshot claims to be from, if anyone

    @property
    def not_checked_line(self) -> str:
        """All that was not checked, in one breath; empty if there is nothing."""
        return "; ".join(self.not_checked)


def word(judgement: Judgement, texts: Texts) -> Wording:
    """Put a verdict into words."""
    verdict = judgement.verdict
    return Wording(
        level=verdict.level,
        headline=texts.get(f"verdict.{verdict.level.name.lower()}"),
        advice=advised(verdict.advice, _to_call(judgement), texts),
        reasons=tuple(reason(piece, texts) for piece in verdict.reasons),
        not_checked=tuple(texts.get(f"not_checked.{code}") for code in verdict.not_checked),
        claim=claim(judgement.sender, texts) if judgement.sender else "",
    )


def advised(advice: Iterable[Advice], whom: str, texts: Texts) -> tuple[str, ...]:
    """What to do, where `whom` is to be called, as `familyguard.offices.to_call` says.

    An office is not asked for the family's code word: whoever answers there would learn it.
    """
    lines = []
    for one in advice:
        if one is Advice.CALL_BACK and whom:
            lines.append(texts.get(f"advice.call_back.{whom}"))
        elif one is not Advice.ASK_CODE_WORD or whom in ("", BOTH):
            lines.append(texts.get(f"advice.{one}"))
    return tuple(lines)


def _to_call(judgement: Judgement) -> str:
    """Whom to call about one message."""
    said = [judgement.message]
    if judgement.analysis and judgement.analysis.transcript:
        said.append(judgement.analysis.transcript.text)
    claims = (judgement.sender, judgement.request.claims_to_be if judgement.request else None)
    found = offices(judgement.evidence, messages=said, claims=filter(None, claims))
    return to_call(found, {piece.sign for piece in judgement.evidence})


def claim(sender: str, texts: Texts, stored: Iterable[str] = ()) -> str:
    """Who a screenshot says that it is from.

    A number there is the one not to call, unless it is among the `stored` ones of the family.
    """
    known = any(same_number(sender, number) for number in stored)
    key = "screenshot.claim.number" if is_number(sender) and not known else "screenshot.claim"
    return texts.get(key, name=shorten(sender))


def shorten(foreign: str, limit: int = MAX_QUOTE) -> str:
    """Foreign text as one line of at most `limit` characters, to stand between quotation marks.

    Without control characters, and without quotation marks of its own: what follows a closing mark
    would read as if we had said it.
    """
    plain = foreign.translate(_NO_QUOTES)
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _quoted(foreign: str) -> str:
    """All that somebody else said, between marks: it must not read as if we had said it."""
    return f"“{shorten(foreign, MAX_WORDS)}”"


def factors(judgement: Judgement, texts: Texts, person: str = "") -> tuple[tuple[str, str], ...]:
    """The factor table: name of each factor, and what it says on the verbal scale.

    `person` is whom the voice was compared with, if it is somebody with a name.
    """
    voice = "case.factor.voice" if person else "factor.voice"
    table = [("factor.request", texts.get(_request(judgement)))]
    if judgement.sender:
        said = texts.get("factor.sender.claim", name=shorten(judgement.sender))
        table.append(("factor.sender", said))
    if judgement.message.strip() and judgement.analysis is None:
        table.append(("factor.read", _quoted(judgement.message)))
    if analysis := judgement.analysis:
        table += [
            ("factor.voice", _scale(voice, analysis.speaker, texts, name=shorten(person))),
            (
                "factor.synthetic",
                _scale("factor.synthetic", analysis.synthetic, texts, clear=SYNTHETIC_LLR),
            ),
            ("factor.marks", _marks(analysis, texts)),
            ("factor.sound", _sound(analysis, texts)),
        ]
        if analysis.transcript and analysis.transcript.text:
            table.append(("factor.words", _quoted(analysis.transcript.text)))
    return tuple((texts.get(name), saying) for name, saying in table)


def _request(judgement: Judgement) -> str:
    """The key of what the words ask; where there were none to read, nothing is claimed."""
    if judgement.request:
        return f"factor.request.{judgement.request.stage}"
    heard = judgement.analysis.transcript if judgement.analysis else None
    was_read = judgement.message.strip() or (heard and heard.text)
    return "factor.request.none" if was_read else "factor.unknown"


def reason(piece: Evidence, texts: Texts) -> str:
    """One piece of evidence as a sentence."""
    if piece.sign is Sign.UNJUDGEABLE:
        return texts.get(f"reason.unjudgeable.{piece.detail}")
    return texts.get(f"reason.{piece.sign}", detail=shorten(piece.detail))


def _scale(
    factor: str, score: Score | None, texts: Texts, clear: float = CLEAR_LLR, **values: str
) -> str:
    """What a score says; from `clear` on it may count as a sign, so the words must part there."""
    if score is None or score.llr is None:
        return texts.get("factor.unknown")
    strength = abs(score.llr)
    if strength < WEAK_LLR:
        return texts.get("factor.for.none")
    direction = "for" if score.llr > 0 else "against"
    strong = "weak" if strength < clear else "clear"
    return texts.get(f"{factor}.{direction}.{strong}", **values)


def _marks(analysis: Analysis, texts: Texts) -> str:
    traces = analysis.provenance
    names = [traces.watermark.scheme] if traces.watermark else []
    if traces.credentials and traces.credentials.says_ai:
        names.append(traces.credentials.generator)
    names += traces.generator_tags
    if not names:
        return texts.get("factor.marks.none")
    return texts.get("factor.marks.found", name=shorten(", ".join(names)))


def _sound(analysis: Analysis, texts: Texts) -> str:
    key = "factor.sound.poor" if analysis.problems else "factor.sound.fine"
    return texts.get(key, seconds=round(analysis.speech_seconds))
