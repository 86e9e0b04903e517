"""Reminds a keeper that another code word is due: once a week at most."""

from bot.context import Context
from bot.family import announce
from familyguard.codeword import rotation_due

AGAIN_SECONDS = 7 * 24 * 3600.0
"""A reminder every day would be switched off with everything else."""

REMINDED = "reminded.code_word"


async def remind(context: Context) -> None:
    """Tell the keepers of every family whose code word is due."""
    house = context.house
    now = house.now()
    for family in house.store.families.all():
        stored = house.store.codewords.get(family.id)
        why = rotation_due(stored.set_at, stored.rotate_why, now) if stored else None
        recent = house.store.audit.lines(family.id, now - AGAIN_SECONDS)
        if why is None or any(line.act == REMINDED for line in recent):
            continue
        house.store.audit.note(family.id, REMINDED, now, why=why)
        await announce.tell(context, announce.keepers(context, family.id), f"codeword.rotate.{why}")
