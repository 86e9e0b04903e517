"""From what was heard and written to a verdict: the one place where `voice` meets `familyguard`."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.screenshots.model import PictureProblem, Screenshot
from familyguard.model import Evidence, Request, Sign, Verdict
from familyguard.requests.legible import is_legible
from familyguard.scamtext import Reader
from familyguard.scamtext import evidence as request_evidence
from familyguard.verdict import judge
from voice.calibration import SYNTHETIC_LLR, VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.errors import Undecodable
from voice.results import Analysis, Problem, Score, Unchecked

UNOPENED = "unopened"
"""Not-checked code of a file that could not be opened: all of it."""

TEXT_ONLY = "sound"
"""Not-checked code of a message without sound."""

PICTURE_ONLY = "picture"
"""Not-checked code of a picture: only the words in it were judged, not whether it was made up."""

UNREADABLE = "unreadable"
"""Why a text cannot be judged: it is in none of our languages, or has no words at all."""

UNREAD_WORDS = frozenset(
    {Unchecked.WORDS_UNSURE, Unchecked.WORDS_NO_MODEL, Unchecked.LANGUAGE_UNKNOWN}
)
"""Where the words were not read, nobody can say that there are no warning signs."""

MAY_HIDE = Unchecked.SYNTHETIC_UNSURE
"""Nor where noise would hide a machine; it is said where nothing plainer is wrong with the memo."""

STILL_SCORED = frozenset({Problem.SEVERAL_VOICES})
"""Problems that leave traces of a machine standing: else a second voice would wipe them away."""

CHANGED_WINDOWS = 2
"""Windows of each kind from which a memo is partly the relative's and partly another's: one odd
window is a laugh or a cough.  Of 10,619 comparisons of one speaker, most of them cut to 2 or 3 s
like a window, none fell to VOICE_DIFFERENT_LLR (docs/measurements/speaker.md)."""

ANY_FAMILY = Reader()
"""Reads for a family of which no payees are known."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with everything it was drawn from.

    There is an `analysis`, or a `failure` to decode, or neither where there was only text.
    `message` is the text that came with the memo, or the text itself; `evidence` is all of it,
    also what the verdict has no room for.
    """

    verdict: Verdict
    request: Request | None
    message: str = ""
    analysis: Analysis | None = None
    failure: Undecodable | None = None
    sender: str | None = None  # the name at the top of a screenshot: a claim, nothing more
    picture_problem: PictureProblem | None = None
    evidence: tuple[Evidence, ...] = ()


def judge_memo(
    analysis: Analysis,
    message: str = "",
    language: str | None = None,
    reader: Reader = ANY_FAMILY,
    beside: Iterable[Evidence] = (),
) -> Judgement:
    """Judge a memo by its sound, its words, the `message` beside it and what else is known of it.

    `language` is the family's, for the message; the memo's own was found by the recogniser.
    """
    spoken = analysis.transcript
    heard = reader.read(spoken.text, spoken.language) if spoken else None
    written = reader.read(message, language) if message.strip() else None
    pieces = [
        *sound_evidence(analysis),
        *_unheard(analysis),
        *request_evidence(heard),
        *_words_evidence(message, written),
        *beside,
    ]
    return Judgement(
        verdict=judge(pieces, [code.value for code in analysis.unchecked]),
        request=_graver(heard, written),
        message=message,
        analysis=analysis,
        evidence=tuple(pieces),
    )


def judge_failure(
    reason: Undecodable | str,
    message: str = "",
    language: str | None = None,
    reader: Reader = ANY_FAMILY,
) -> Judgement:
    """Judge a file that could not be turned into sound; the `message` beside it still counts."""
    written = reader.read(message, language) if message.strip() else None
    pieces = [Evidence(Sign.UNJUDGEABLE, str(reason)), *_words_evidence(message, written)]
    return Judgement(
        verdict=judge(pieces, [UNOPENED]),
        request=written,
        message=message,
        failure=reason if isinstance(reason, Undecodable) else None,
        evidence=tuple(pieces),
    )


def judge_text(message: str, language: str | None = None, reader: Reader = ANY_FAMILY) -> Judgement:
    """Judge a message that has no sound."""
    written = reader.read(message, language)
    pieces = _words_evidence(message, written)
    return Judgement(
        verdict=judge(pieces, [TEXT_ONLY]),
        request=written,
        message=message,
        evidence=tuple(pieces),
    )


def judge_screenshot(
    seen: Screenshot | PictureProblem,
    message: str = "",
    language: str | None = None,
    reader: Reader = ANY_FAMILY,
) -> Judgement:
    """Judge the words in a picture of a chat, and the `message` beside it.

    Only what the other person wrote is a request.  A picture that could not be read cannot be
    judged, but the message beside it still counts.
    """
    written = reader.read(message, language) if message.strip() else None
    if isinstance(seen, PictureProblem):
        code = Evidence(Sign.UNJUDGEABLE, f"picture_{seen}")
        pieces = [code, *_words_evidence(message, written)]
        return Judgement(
            judge(pieces), written, message, picture_problem=seen, evidence=tuple(pieces)
        )
    shown = reader.read(seen.their_text, language)
    pieces = [*_words_evidence(seen.their_text, shown), *_words_evidence(message, written)]
    return Judgement(
        verdict=judge(pieces, [PICTURE_ONLY]),
        request=_graver(shown, written),
        message=seen.text,
        sender=seen.sender,
        evidence=tuple(pieces),
    )


def sound_evidence(analysis: Analysis) -> list[Evidence]:
    """What the sound alone is evidence of."""
    pieces = [Evidence(Sign.UNJUDGEABLE, problem.value) for problem in analysis.problems]
    traces = analysis.provenance
    if traces.watermark:
        pieces.append(Evidence(Sign.WATERMARK, traces.watermark.scheme))
    if traces.credentials and traces.credentials.says_ai:
        pieces.append(Evidence(Sign.GENERATOR_TRACE, traces.credentials.generator))
    pieces += [Evidence(Sign.GENERATOR_TRACE, tag) for tag in traces.generator_tags]

    # A score of sound that cannot be judged is no evidence, in neither direction.
    voice, machine = analysis.speaker, analysis.synthetic
    if set(analysis.problems) - STILL_SCORED:
        return pieces
    if machine and machine.llr is not None and machine.llr >= SYNTHETIC_LLR:
        pieces.append(Evidence(Sign.SYNTHETIC))
    if voice and _changes(voice):
        pieces.append(Evidence(Sign.VOICE_CHANGES))
    if analysis.problems:
        return pieces
    if voice and voice.llr is not None:
        if voice.llr <= VOICE_DIFFERENT_LLR:
            pieces.append(Evidence(Sign.VOICE_DIFFERS))
        elif voice.llr >= VOICE_SIMILAR_LLR:
            pieces.append(Evidence(Sign.VOICE_SIMILAR))
    return pieces


def _changes(voice: Score) -> bool:
    """Whether some windows are clearly like the voice compared with, and others clearly not."""
    weights = [window.llr for window in voice.windows if window.llr is not None]
    alike = sum(llr >= VOICE_SIMILAR_LLR for llr in weights)
    unlike = sum(llr <= VOICE_DIFFERENT_LLR for llr in weights)
    return min(alike, unlike) >= CHANGED_WINDOWS


def _unheard(analysis: Analysis) -> list[Evidence]:
    unheard = [code for code in analysis.unchecked if code in UNREAD_WORDS]
    if not unheard and not analysis.problems and MAY_HIDE in analysis.unchecked:
        unheard = [MAY_HIDE]
    return [Evidence(Sign.UNJUDGEABLE, code.value) for code in unheard]


def _words_evidence(message: str, request: Request | None) -> list[Evidence]:
    """What written words are evidence of; words that nobody can read here are not «nothing»."""
    if request is None and message.strip() and not is_legible(message):
        return [Evidence(Sign.UNJUDGEABLE, UNREADABLE)]
    return list(request_evidence(request))


def _graver(heard: Request | None, written: Request | None) -> Request | None:
    """The request that weighs more, where both the memo and its caption hold one."""
    found = [request for request in (heard, written) if request]
    return max(found, key=lambda request: request.llr, default=None)
