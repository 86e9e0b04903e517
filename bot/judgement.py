"""From what was heard and written to a verdict: the one place where `voice` meets `familyguard`."""

from dataclasses import dataclass

from familyguard.scamtext import evidence as request_evidence
from familyguard.scamtext import read_message
from voice.calibration import SYNTHETIC_LLR, VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR

from familyguard.model import Evidence, Request, Sign, Verdict
from familyguard.verdict import judge
from voice.errors import Undecodable
from voice.results import Analysis

TEXT_ONLY = "sound"
"""Not-checked code of a message without sound."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with everything it was drawn from.

    There is an `analysis`, or a `failure` to decode, or neither where there was only text.
    `message` is the text that came with the memo, or the text itself.
    """

    verdict: Verdict
    request: Request | None
    message: str = ""
    analysis: Analysis | None = None
    failure: Undecodable | None = None


def judge_memo(analysis: Analysis, message: str = "", language: str | None = None) -> Judgement:
    """Judge a memo by its sound, its words and the `message` beside it.

    `language` is the family's, for the message; the memo's own was found by the recogniser.
    """
    spoken = analysis.transcript
    heard = read_message(spoken.text, spoken.language) if spoken else None
    written = read_message(message, language) if message.strip() else None
    pieces = [*_sound_evidence(analysis), *request_evidence(heard), *request_evidence(written)]
    return Judgement(
        verdict=judge(pieces, [code.value for code in analysis.unchecked]),
        request=_graver(heard, written),
        message=message,
        analysis=analysis,
    )


def judge_failure(
    reason: Undecodable | str, message: str = "", language: str | None = None
) -> Judgement:
    """Judge a file that could not be turned into sound; the `message` beside it still counts."""
    written = read_message(message, language) if message.strip() else None
    pieces = [Evidence(Sign.UNJUDGEABLE, str(reason)), *request_evidence(written)]
    return Judgement(
        verdict=judge(pieces),
        request=written,
        message=message,
        failure=reason if isinstance(reason, Undecodable) else None,
    )


def judge_text(message: str, language: str | None = None) -> Judgement:
    """Judge a message that has no sound."""
    written = read_message(message, language)
    return Judgement(
        verdict=judge(request_evidence(written), [TEXT_ONLY]), request=written, message=message
    )


def _sound_evidence(analysis: Analysis) -> list[Evidence]:
    pieces = [Evidence(Sign.UNJUDGEABLE, problem.value) for problem in analysis.problems]
    traces = analysis.provenance
    if traces.watermark:
        pieces.append(Evidence(Sign.WATERMARK, traces.watermark.scheme))
    if traces.credentials and traces.credentials.says_ai:
        pieces.append(Evidence(Sign.GENERATOR_TRACE, traces.credentials.generator))
    pieces += [Evidence(Sign.GENERATOR_TRACE, tag) for tag in traces.generator_tags]

    # A score of sound that cannot be judged is no evidence, in neither direction.
    if analysis.problems:
        return pieces
    voice, machine = analysis.speaker, analysis.synthetic
    if voice and voice.llr is not None:
        if voice.llr <= VOICE_DIFFERENT_LLR:
            pieces.append(Evidence(Sign.VOICE_DIFFERS))
        elif voice.llr >= VOICE_SIMILAR_LLR:
            pieces.append(Evidence(Sign.VOICE_SIMILAR))
    if machine and machine.llr is not None and machine.llr >= SYNTHETIC_LLR:
        pieces.append(Evidence(Sign.SYNTHETIC))
    return pieces


def _graver(heard: Request | None, written: Request | None) -> Request | None:
    """The request that weighs more, where both the memo and its caption hold one."""
    found = [request for request in (heard, written) if request]
    return max(found, key=lambda request: request.llr, default=None)
