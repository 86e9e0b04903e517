"""Reminds a keeper that another code word is due: once a week at most."""

from bot.context import Context
from bot.family import announce
from familyguard.codeword import Rotation
from familyguard.codeword.rotation import MAX_AGE
from familyguard.store.codewords import StoredCodeWord

AGAIN_SECONDS = 7 * 24 * 3600.0
"""A reminder every day would be switched off with everything else."""

REMINDED = "reminded.code_word"


def due(stored: StoredCodeWord, now: float) -> Rotation | None:
    """Why another word is due, if one is."""
    if stored.rotate_why is not None:
        return Rotation(stored.rotate_why)
    return Rotation.OLD if now - stored.set_at > MAX_AGE else None


async def remind(context: Context) -> None:
    """Tell the keepers of every family whose code word is due."""
    house = context.house
    now = house.now()
    for family in house.store.families.all():
        stored = house.store.codewords.get(family.id)
        why = due(stored, now) if stored else None
        recent = house.store.audit.lines(family.id, now - AGAIN_SECONDS)
        if why is None or any(line.act == REMINDED for line in recent):
            continue
        house.store.audit.note(family.id, REMINDED, now, why=why)
        await announce.tell(context, announce.keepers(context, family.id), f"codeword.rotate.{why}")
