"""The object that `familyguard check --json` prints, described in docs/json.md.

It is a promise to other programs: keys may be added (then `SCHEMA_VERSION` stays), but none is
renamed, removed or given another meaning without a new `SCHEMA_VERSION`.  Every key is always
there; what was not found out is null or an empty list.
"""

import math
from collections.abc import Iterable
from typing import Any

from bot.judgement import Judgement
from bot.wording import Wording
from familyguard.model import Request
from voice.results import Analysis, Provenance, Score, Transcript, Window

SCHEMA_VERSION = 1

DIGITS = 4
"""Decimals of a number: tenths of a millisecond, and finer than any score means."""

Object = dict[str, Any]


def report(judgement: Judgement, wording: Wording, language: str) -> Object:
    """The whole object; `language` is that of the sentences in it."""
    analysis, verdict = judgement.analysis, judgement.verdict
    return {
        "schema_version": SCHEMA_VERSION,
        "language": language,
        "level": verdict.level.name.lower(),
        "headline": wording.headline,
        "advice": list(wording.advice),
        "reasons": list(wording.reasons),
        "not_checked": list(wording.not_checked),
        "codes": {
            "advice": [advice.value for advice in verdict.advice],
            "reasons": [piece.sign.value for piece in verdict.reasons],
            "not_checked": list(verdict.not_checked),
        },
        "failure": (judgement.failure or judgement.picture_problem or None),
        "sender": judgement.sender,
        "audio": _audio(analysis) if analysis else None,
        "transcript": _transcript(analysis.transcript) if analysis else None,
        "speaker": _score(analysis.speaker) if analysis else None,
        "synthetic": _score(analysis.synthetic) if analysis else None,
        "request": _request(judgement.request),
        "provenance": _provenance(analysis.provenance if analysis else Provenance()),
        "timing": {step: _number(spent) for step, spent in analysis.timing.items()}
        if analysis
        else {},
    }


def _audio(analysis: Analysis) -> Object:
    audio, quality = analysis.audio, analysis.quality
    return {
        "sha256": audio.sha256,
        "size_bytes": audio.size_bytes,
        "format": audio.format,
        "codec": audio.codec,
        "sample_rate_hz": audio.sample_rate,
        "channels": audio.channels,
        "bit_rate_bps": audio.bit_rate,
        "seconds": _number(audio.seconds),
        "speech_seconds": _number(analysis.speech_seconds),
        "bandwidth_hz": _number(quality.bandwidth_hz) if quality else None,
        "level_dbfs": _number(quality.level_dbfs) if quality else None,
        "snr_db": _number(quality.snr_db) if quality else None,
        "clipped_share": _number(quality.clipped_share) if quality else None,
        "problems": [problem.value for problem in analysis.problems],
        "speech": [
            {"start": _number(segment.start), "end": _number(segment.end)}
            for segment in analysis.speech
        ],
        "has_video": audio.has_video,
        "encoder": audio.encoder,
        "created": audio.created,
        "tags": dict(audio.tags),
    }


def _transcript(transcript: Transcript | None) -> Object | None:
    if transcript is None:
        return None
    return {
        "language": transcript.language,
        "language_probability": _number(transcript.language_probability),
        "text": transcript.text,
        "words": [
            {
                "text": word.text,
                "start": _number(word.start),
                "end": _number(word.end),
                "probability": _number(word.probability),
            }
            for word in transcript.words
        ],
    }


def _score(score: Score | None) -> Object | None:
    if score is None:
        return None
    return {
        "model": score.model,
        "score": _number(score.score),
        "llr": _number(score.llr),
        "windows": _windows(score.windows),
    }


def _windows(windows: Iterable[Window]) -> list[Object]:
    return [
        {
            "start": _number(window.start),
            "end": _number(window.end),
            "score": _number(window.score),
            "llr": _number(window.llr),
        }
        for window in windows
    ]


def _request(request: Request | None) -> Object | None:
    if request is None:
        return None
    return {
        "stage": request.stage.value,
        "llr": _number(request.llr),
        "claims_to_be": request.claims_to_be,
        "signals": [
            {
                "kind": signal.kind,
                "quote": signal.quote,
                "start": signal.start,
                "end": signal.end,
            }
            for signal in request.signals
        ],
    }


def _provenance(provenance: Provenance) -> Object:
    watermark, credentials = provenance.watermark, provenance.credentials
    return {
        "watermark": {
            "scheme": watermark.scheme,
            "confidence": _number(watermark.confidence),
            "windows": _windows(watermark.windows),
        }
        if watermark
        else None,
        "credentials": {
            "generator": credentials.generator,
            "says_ai": credentials.says_ai,
            "signature_valid": credentials.signature_valid,
        }
        if credentials
        else None,
        "generator_tags": list(provenance.generator_tags),
    }


def _number(value: float | None) -> float | None:
    """A rounded number; null for what JSON has no word for."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, DIGITS)
