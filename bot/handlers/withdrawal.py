"""A voice is taken back: with one tap and at once, the child's by its guardian too.

Whoever is to be removed may have lost their account to a thief, who would destroy what imitations
are compared with.  Their tap is noted.  The removal destroys the voice anyway; when it does not
happen they are asked once more, by then it is their account again.
"""

from collections.abc import Iterable

from telegram import Update

from bot import talk
from bot.context import Context
from bot.family import announce
from bot.family.roles import Act, refusal
from bot.family.who import name_of
from bot.talk import Rows
from bot.texts import Texts
from familyguard import privacy
from familyguard.family import Account, Person

VOICE = "privacy:voice:"

UNWANTED, ASKED_AGAIN = "voice_unwanted", "voice_unwanted_asked"
"""Lines of the log: a suspended account wanted a voice deleted; it was asked about that again."""


async def withdraw(update: Update, context: Context) -> None:
    """«Delete my voice»: one tap, and it is destroyed.  The others are told: a thief may do it."""
    query, account, house = update.callback_query, context.account(update), context.house
    assert query is not None
    person = (query.data or "").removeprefix(VOICE)
    whose = house.store.people.get(account.family_id, person)
    if whose is None or not privacy.may_withdraw(account, whose):
        await talk.forgotten(update, context)
        return
    await query.answer()
    if (refused := refusal(context, account, Act.WITHDRAW)) is not None:
        house.store.audit.note(
            account.family_id, UNWANTED, house.now(), account.user_id, person=person
        )
        await talk.say(update, context, refused)
        return
    was_known = bool(with_voice(context, (whose,)))
    privacy.withdraw_voice(house.store, account, person, house.now())
    if whose.id == account.person_id:
        await talk.say(update, context, "privacy.voice.gone")
    else:
        await talk.say(update, context, "privacy.voice.gone.child", name=name_of(whose))
    if was_known:
        others = announce.everyone(context, account.family_id, but=account.user_id)
        await announce.tell(context, others, "enrol.taken_back", name=name_of(whose))


async def ask_again(context: Context) -> None:
    """Ask whoever wanted a voice deleted while their removal waited, once it did not happen."""
    store = context.house.store
    for family in store.families.all():
        waiting: dict[tuple[int, str], None] = {}
        for line in store.audit.lines(family.id, acts=(UNWANTED, ASKED_AGAIN)):
            wish = (line.actor or 0, str(line.detail["person"]))
            if line.act == UNWANTED:
                waiting[wish] = None
            else:
                waiting.pop(wish, None)
        for user_id, person in waiting:
            account = store.accounts.get(user_id)
            if account is None or account.family_id != family.id:
                continue
            if refusal(context, account, Act.WITHDRAW) is None:
                await _ask(context, account, person)


def with_voice(context: Context, people: Iterable[Person]) -> list[Person]:
    """Those of `people`, who are of one family, whose voice is known."""
    found = list(people)
    if not found:
        return []
    voices = context.house.store.voices.of_family(found[0].family_id)
    enrolled = {voice.person_id for voice in voices}
    return [person for person in found if person.id in enrolled]


async def _ask(context: Context, account: Account, person: str) -> None:
    store, family = context.house.store, account.family_id
    whose = store.people.get(family, person)
    if whose is not None and with_voice(context, (whose,)):
        child = "" if whose.id == account.person_id else ".child"

        def rows(texts: Texts) -> Rows:
            label = f"privacy.button.voice{child}"
            return [[talk.button(texts, label, VOICE + whose.id, name=name_of(whose))]]

        await announce.tell(
            context, [account], f"privacy.voice.again{child}", rows, name=name_of(whose)
        )
    store.audit.note(family, ASKED_AGAIN, context.house.now(), account.user_id, person=person)
