"""`/family`: who belongs to it; and for keepers, what each of them may do."""

from telegram import Message, Update

from bot import moments, talk
from bot.context import Context
from bot.family import announce, changes, deeds
from bot.family.people import alert, found, is_last_keeper
from bot.family.roles import Act, may
from bot.family.who import name_of, person_of, role
from bot.handlers import check, leaving
from bot.inbox import is_again
from bot.talk import Rows
from bot.texts import Texts
from familyguard.changes import Kind, freeze
from familyguard.family import Person, Role
from familyguard.store.records import StoredChange

LIST, PERSON, RENAME = "family:list:", leaving.BACK, "family:name:"
ROLES = {f"family:{given}:": given for given in Role}

NEWS_SECONDS = 3600.0
"""By how much a freeze must be prolonged for everybody to be told again."""

NAME = "family.name"
MAX_NAME = 40
"""Characters of a name; whatever is longer is a message, and messages are checked."""


async def show(update: Update, context: Context) -> None:
    """`/family`: everybody sees the names, keepers also what is stored."""
    account, store, texts = context.account(update), context.house.store, context.texts(update)
    family, people = (
        store.families.get(account.family_id),
        store.people.of_family(account.family_id),
    )
    is_keeper = account.role is Role.KEEPER
    lines = "\n".join(_line(context, one, texts, is_keeper) for one in people)
    rows: Rows = []
    if is_keeper:
        rows = [
            [talk.button(texts, "family.button.person", PERSON + one.id, name=name_of(one))]
            for one in people
        ]
    key = "family.list" if family.name else "family.list.nameless"
    await talk.show(update, context, key, rows, people=lambda _: lines, family=family.name)


async def person(update: Update, context: Context) -> None:
    """One person, with what a keeper may do."""
    if (one := await found(update, context, PERSON)) is None:
        return
    texts = context.texts(update)
    rows = [
        [talk.button(texts, f"family.button.{given}", verb + one.id)]
        for verb, given in ROLES.items()
        if given is not one.role
    ]
    rows.append([talk.button(texts, "family.button.rename", RENAME + one.id)])
    rows.append([talk.button(texts, "family.button.remove", leaving.REMOVE + one.id)])
    rows.append([talk.button(texts, "family.button.back", LIST)])
    line = _line(context, one, texts, full=True)
    await talk.show(update, context, "family.person", rows, line=lambda _: line)


async def appoint(update: Update, context: Context) -> None:
    """Give somebody another role; everybody is told."""
    assert update.callback_query is not None
    data = update.callback_query.data or ""
    verb = next(verb for verb in ROLES if data.startswith(verb))
    if (one := await found(update, context, verb)) is None:
        return
    if not await may(update, context, Act.APPOINT):
        return
    account, given = context.account(update), ROLES[verb]
    if given is one.role:
        await talk.forgotten(update, context)
        return
    if is_last_keeper(context, one):
        await alert(update, context, "family.last_keeper")
        return
    steps_down = one.id == account.person_id
    if (one.role.is_grown_up or given.is_grown_up) and not steps_down:
        # Whoever talked the keeper round, or has their account, wants an accomplice, or nobody who
        # could say no.
        await talk.show(
            update, context, "family.appointed.waits", name=name_of(one), role=role(given)
        )
        await changes.ask(update, context, Kind.ROLE, {"role": given}, one)
        return
    _appoint(context, one, given, account.user_id)
    await talk.show(update, context, "family.appointed.you", name=name_of(one), role=role(given))
    await announce.tell(
        context,
        announce.everyone(context, account.family_id, but=account.user_id),
        "family.appointed",
        by=name_of(person_of(context, account)),
        name=name_of(one),
        role=role(given),
    )


async def appointed(context: Context, change: StoredChange) -> bool:
    """The day is over: somebody has another role."""
    one = context.house.store.people.get(change.family_id, str(change.data["person"]))
    given = Role(change.data["role"])
    if one is None or is_last_keeper(context, one):
        return False
    _appoint(context, one, given, change.asked_by)
    return True


deeds.DEEDS[Kind.ROLE] = appointed


async def ask_name(update: Update, context: Context) -> None:
    """«Another name»."""
    if (one := await found(update, context, RENAME)) is None:
        return
    if not await may(update, context, Act.RENAME):
        return
    assert update.callback_query is not None
    await update.callback_query.answer()
    await talk.ask(update, context, NAME, "family.ask_name", data={"id": one.id}, name=name_of(one))


async def rename(update: Update, context: Context) -> None:
    """The other name came."""
    message, dialogue = update.effective_message, context.dialogue
    assert isinstance(message, Message)
    assert dialogue is not None
    name = a_name(message.text or "")
    if name is None:
        await check.text(update, context)
        return
    if not await may(update, context, Act.RENAME):
        return
    account, house = context.account(update), context.house
    talk.end(update, context)
    one = house.store.people.get(account.family_id, str(dialogue.data["id"]))
    if one is None:
        await talk.say(update, context, "talk.forgotten")
        return
    house.store.people.rename(account.family_id, one.id, name)
    house.store.audit.note(
        account.family_id, "renamed", house.now(), account.user_id, person=one.id
    )
    rows = [[talk.button(context.texts(update), "family.button.back", LIST)]]
    await talk.say(update, context, "family.renamed", rows, old=name_of(one), name=name)
    # Cards say whom to call by name, so a name that moves to somebody else is everybody's business.
    await announce.tell(
        context,
        announce.everyone(context, account.family_id, but=account.user_id),
        "family.was_renamed",
        by=name_of(person_of(context, account)),
        old=name_of(one),
        name=name,
    )


async def freeze_family(update: Update, context: Context) -> None:
    """`/freeze`: any member, at once, for a day.  Only time ends it."""
    if not await may(update, context, Act.FREEZE):
        return
    account, house = context.account(update), context.house
    family, now = house.store.families.get(account.family_id), house.now()
    until = freeze(family.frozen_until, now)
    house.store.families.freeze(family.id, until)
    house.store.invitations.revoke(family.id, now)
    house.store.audit.note(family.id, "froze", now, account.user_id)
    for other in announce.everyone(context, family.id):
        house.unlocked.drop(other.user_id)
    await talk.say(update, context, "family.frozen.you", when=moments.at(until))
    is_news = family.frozen_until is None or until >= family.frozen_until + NEWS_SECONDS
    if not is_news and not is_again():
        return
    await announce.tell(
        context,
        announce.everyone(context, family.id, but=account.user_id),
        "family.frozen",
        by=name_of(person_of(context, account)),
        when=moments.at(until),
    )


def a_name(text: str) -> str | None:
    """A name as somebody typed it; None for what is a message."""
    name = text.strip()
    return name if 0 < len(name) <= MAX_NAME and "\n" not in name else None


def _appoint(context: Context, one: Person, given: Role, actor: int) -> None:
    house = context.house
    with house.store.together():
        house.store.people.appoint(one.family_id, one.id, given)
        house.store.audit.note(
            one.family_id, "appointed", house.now(), actor, person=one.id, role=given
        )


def _line(context: Context, one: Person, texts: Texts, full: bool) -> str:
    """Name and role; for a keeper also whether there is a voice and since when a number."""
    line = texts.get("family.line", name=name_of(one)(texts), role=role(one.role)(texts))
    if not full:
        return line
    facts = [texts.get("family.fact.voice" if has_voice(context, one) else "family.fact.no_voice")]
    if one.phone and one.phone_set_at:
        facts.append(texts.get("family.fact.number", day=moments.on(one.phone_set_at)(texts)))
    else:
        facts.append(texts.get("family.fact.no_number"))
    return f"{line}: {', '.join(facts)}"


def has_voice(context: Context, one: Person) -> bool:
    """Whether their voice was enrolled."""
    voices = context.house.store.voices.of_family(one.family_id)
    return any(voice.person_id == one.id for voice in voices)
