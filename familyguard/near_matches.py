"""Someone who tunes a clone tries again and again: the keeper hears of repeated near matches."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from familyguard.model import Sign

WITHIN_SECONDS = 3 * 24 * 3600.0
"""Three days: clones are tuned in an evening, or in a weekend."""

TELL_FROM = 3
"""One near match is a cold or a recogniser's slip, two are bad luck."""


class Near(StrEnum):
    """In which way a memo almost passed."""

    WORD_BUT_OTHER_VOICE = "word_but_other_voice"
    VOICE_BUT_MADE = "voice_but_made"  # like the relative, and like a machine


def near_match(signs: Iterable[Sign]) -> Near | None:
    """In which way the `signs` of one memo are a near match, if they are."""
    found = set(signs)
    if {Sign.CODE_WORD_RIGHT, Sign.VOICE_DIFFERS} <= found:
        return Near.WORD_BUT_OTHER_VOICE
    made = {Sign.SYNTHETIC, Sign.WATERMARK, Sign.GENERATOR_TRACE} & found
    return Near.VOICE_BUT_MADE if made and Sign.VOICE_SIMILAR in found else None


@dataclass(frozen=True, slots=True)
class NearMatches:
    """When near matches of a family happened, and when the keeper was last told."""

    times: tuple[float, ...] = ()
    told_at: float | None = None

    def add(self, now: float) -> tuple["NearMatches", bool]:
        """Count one at `now`; whether the keeper is to be told, once in `WITHIN_SECONDS`."""
        since = now - WITHIN_SECONDS
        times = (*(time for time in self.times if time > since), now)[-TELL_FROM:]
        quiet = self.told_at is not None and self.told_at > since
        if len(times) < TELL_FROM or quiet:
            return NearMatches(times, self.told_at), False
        return NearMatches(times, now), True
