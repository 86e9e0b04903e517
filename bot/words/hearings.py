"""From what the ears wrote down to what the rules of the code word take."""

from familyguard.codeword import Recording
from voice.results import Rehearing

PLAIN = "as_spoken"
"""The name of the copy to which nothing was done."""


def recordings_of(rehearing: Rehearing) -> tuple[Recording, ...]:
    """One recording for each time that the word was spoken, in order, for `codeword.enrol`."""
    plain: dict[tuple[int, int], tuple[str, ...]] = {}
    copies: dict[tuple[int, int], list[tuple[str, ...]]] = {}
    for hearing in rehearing.hearings:
        take = (hearing.recording, hearing.take)
        if hearing.copy == PLAIN:
            plain[take] = hearing.texts
        else:
            copies.setdefault(take, []).append(hearing.texts)
    return tuple(
        Recording(plain.get(take, ()), tuple(copies.get(take, ())))
        for take in sorted(plain.keys() | copies.keys())
    )
