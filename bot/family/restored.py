"""After a back-up was put back: the keepers hear once what may have come back with it.

And everybody hears of the removal that waits anew, since the buttons of then may be gone.
"""

from bot.context import Context
from bot.family import announce, change_news
from bot.family.who import person_of
from bot.moments import day
from bot.texts import Texts
from familyguard.resettle import RESTORED, RESTORED_TOLD


async def tell(context: Context) -> None:
    """Tell the keepers of every family that came back from a back-up, each time once."""
    house = context.house
    for family in house.store.families.all():
        told_of: float | None = None
        for line in house.store.audit.lines(family.id, acts=(RESTORED, RESTORED_TOLD)):
            if line.act == RESTORED:
                told_of = float(line.detail.get("made_at", line.at))
            elif line.act == RESTORED_TOLD:
                told_of = None
        if told_of is not None:
            await _say(context, family.id, told_of)


async def _say(context: Context, family: str, made_at: float) -> None:
    def when(texts: Texts) -> str:
        return day(made_at, texts)

    store = context.house.store
    await announce.tell(context, announce.keepers(context, family), "family.restored", day=when)
    for change in store.changes.waiting(family):
        asker = store.accounts.get(change.asked_by)
        by = person_of(context, asker) if asker else None
        subject = store.people.get(family, str(change.data.get("person")))
        await change_news.asked(context, change, by, subject)
    context.house.store.audit.note(family, RESTORED_TOLD, context.house.now())
