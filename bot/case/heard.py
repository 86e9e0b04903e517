"""Was this recording heard before, is it old, is it a mere greeting?  With the store behind it."""

import asyncio
from datetime import UTC, datetime

from bot.case.origin import Origin
from bot.context import House
from familyguard.family import Account
from familyguard.freshness import Sighting, greeting_only, heard_before, old_recording
from familyguard.model import Evidence, Sign
from familyguard.store.recordings import HeardBefore
from voice.fingerprint import same_recording, share_a_part
from voice.results import Analysis

HOLDS_WORD = frozenset({"code_word", "answer"})
"""Recordings in which the code word was said, and from which it may have been cut."""

SAME = "same"
"""Names the group of recordings that sound like the one in hand."""


async def freshness(
    house: House,
    account: Account,
    origin: Origin,
    unique_id: str,
    sha256: str,
    heard: Analysis,
    now: float,
) -> tuple[Evidence, ...]:
    """What is old about a recording.  The detail of «heard before» is the day, as ISO 8601."""
    earlier = house.store.recordings.since(account.family_id, 0.0)
    alike = await asyncio.to_thread(_alike, heard.fingerprint, earlier)
    sighting = Sighting(
        seen_at=now,
        seen_from=account.user_id,
        unique_id=unique_id,
        sha256=sha256 or heard.audio.sha256,
        sound=SAME,
        origin=None if origin.uploaded else origin.key,
        sent_at=origin.sent_at,
    )
    days = [row.heard_at for row in earlier if heard_before(sighting, [_sighting(row, alike)])]
    said = heard.transcript.text if heard.transcript else ""
    return (
        *((Evidence(Sign.HEARD_BEFORE, day_of(min(days))),) if days else ()),
        *old_recording(origin.sent_at, now),
        *greeting_only(said),
    )


def remember(
    house: House,
    account: Account,
    origin: Origin,
    unique_id: str,
    sha256: str,
    heard: Analysis,
    what: str,
    now: float,
) -> None:
    """Keep the marks by which this recording is known again."""
    house.store.recordings.remember(
        account.family_id,
        what,
        unique_id,
        sha256 or heard.audio.sha256,
        heard.fingerprint,
        now,
        heard_from=account.user_id,
        origin=None if origin.uploaded else origin.key,
        sent_at=origin.sent_at,
    )


def day_of(time: float) -> str:
    """The day of `time` on this computer, as ISO 8601."""
    return datetime.fromtimestamp(time, UTC).astimezone().date().isoformat()


def _alike(print_: bytes, earlier: list[HeardBefore]) -> frozenset[str]:
    return frozenset(
        row.id for row in earlier if print_ and row.fingerprint and _is_alike(print_, row)
    )


def _is_alike(print_: bytes, row: HeardBefore) -> bool:
    """Whether it is the same recording, or the code word was cut out of that one."""
    if same_recording(print_, row.fingerprint):
        return True
    return row.what in HOLDS_WORD and share_a_part(print_, row.fingerprint)


def _sighting(row: HeardBefore, alike: frozenset[str]) -> Sighting:
    return Sighting(
        seen_at=row.heard_at,
        seen_from=row.heard_from if row.heard_from is not None else 0,
        unique_id=row.unique_id,
        sha256=row.sha256,
        sound=SAME if row.id in alike else None,
        origin=row.origin,
        sent_at=row.sent_at,
    )
