"""Was this spoken now?  A recording of the relative is their own voice, and proves nothing.

Only what is known counts: a memo that was uploaded as a file tells neither when it was sent nor by
whom, and then nothing is said about it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from familyguard.model import Evidence, Sign
from familyguard.requests.fold import split

DAY_SECONDS = 24 * 3600.0

OLD_AFTER_SECONDS = 2 * DAY_SECONDS
"""Two days: this fraud is a matter of hours, while an honest memo may lie unheard for a night."""

SAME_MESSAGE_SECONDS = 900.0
"""A quarter of an hour in which the same person may send the same file again: it did not arrive, or
they pressed twice."""

MOST_GREETING_WORDS = 20
"""More words than this say something, whichever they are."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time at which a recording came by.  What is not known is None.

    `sound` names the group of recordings that an acoustic fingerprint could not tell apart.
    `sent_at` is when it was first sent, `origin` by whom, as the forward says; `seen_at` when it
    came here, `seen_from` through which account.  Times are seconds since 1970.
    """

    seen_at: float
    seen_from: int
    unique_id: str | None = None
    sha256: str | None = None
    sound: str | None = None
    origin: str | None = None
    sent_at: float | None = None


def heard_before(now: Sighting, earlier: Iterable[Sighting]) -> tuple[Evidence, ...]:
    """Whether the recording of `now` came by `earlier` as another message.

    The same message forwarded twice, by one relative or by two, is no second playing.
    """
    again = any(_same_sound(now, other) and not _same_message(now, other) for other in earlier)
    return (Evidence(Sign.HEARD_BEFORE),) if again else ()


def old_recording(sent_at: float | None, now: float) -> tuple[Evidence, ...]:
    """Whether a message that was sent at `sent_at` is old by `now`; the detail is whole days."""
    if sent_at is None or now - sent_at < OLD_AFTER_SECONDS:
        return ()
    return (Evidence(Sign.OLD_RECORDING, str(int((now - sent_at) // DAY_SECONDS))),)


def greeting_only(said: str) -> tuple[Evidence, ...]:
    """Whether spoken words are a mere greeting, as anybody's voice was once recorded to say."""
    words = [word.text for word in split(said)]
    if not 0 < len(words) <= MOST_GREETING_WORDS:
        return ()
    nothing_else = any(set(words) <= known for known in _GREETINGS.values())
    return (Evidence(Sign.GREETING_ONLY),) if nothing_else else ()


def _same_sound(one: Sighting, other: Sighting) -> bool:
    marks = zip(
        (one.unique_id, one.sha256, one.sound),
        (other.unique_id, other.sha256, other.sound),
        strict=True,
    )
    return any(mark is not None and mark == its for mark, its in marks)


def _same_message(one: Sighting, other: Sighting) -> bool:
    if one.sent_at is not None and other.sent_at is not None:
        return (one.sent_at, one.origin) == (other.sent_at, other.origin)
    in_a_row = abs(one.seen_at - other.seen_at) <= SAME_MESSAGE_SECONDS
    return in_a_row and one.seen_from == other.seen_from


_GREETINGS = {
    "en": frozenset({
        "hello", "helo", "hallo", "hi", "hiya", "hey", "hay", "yes", "yeah", "no", "oh", "uh", "um",
        "er", "are", "is", "am", "you", "u", "there", "here", "anybody", "anyone", "somebody", "it",
        "its", "me", "can", "could", "cant", "cannot", "i", "im", "hear", "heard", "hearing", "not",
        "dont", "do", "still", "now", "who", "whos", "this", "that", "speaking", "speak", "wait",
        "sorry", "what", "bad", "line", "good", "morning", "afternoon", "evening", "mum", "mom",
        "mummy", "mommy", "dad", "daddy", "gran", "grandma", "granny", "nan", "grandad", "grandpa",
        "love", "dear", "bye", "please", "again", "say", "louder", "up",
    }),
    "nl": frozenset({
        "hallo", "halo", "hoi", "hey", "hee", "he", "ha", "dag", "ja", "nee", "oh", "eh", "uh",
        "ben", "is", "er", "je", "jij", "jou", "u", "hier", "daar", "iemand", "het", "met", "mij",
        "me", "ik", "kun", "kan", "kunt", "hoor", "hoort", "horen", "niet", "goed", "nog", "nu",
        "wie", "dit", "dat", "spreek", "spreekt", "wacht", "sorry", "wat", "slechte", "lijn",
        "verbinding", "verstaan", "versta", "goedemorgen", "goedemiddag", "goedenavond", "morgen",
        "mam", "mama", "mams", "pap", "papa", "paps", "oma", "opa", "lieverd", "schat", "doei",
        "nou", "even", "harder", "zeg", "zeggen", "alsjeblieft", "opnieuw",
    }),
}  # fmt: skip
"""Words of which greetings and «can you hear me» are made.  A word more, and it says something."""
