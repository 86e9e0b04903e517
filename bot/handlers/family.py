"""`/family`: who belongs to it; and for keepers, what each of them may do."""

from telegram import Message, Update

from bot import talk
from bot.context import Context
from bot.family import announce
from bot.family.roles import Act, may
from bot.family.who import day, moment, name_of, person_of, role
from bot.handlers import check
from bot.inbox import is_again
from bot.talk import Rows
from bot.texts import Texts
from familyguard.admission import remove
from familyguard.backup import KEPT_DAYS
from familyguard.changes import freeze
from familyguard.family import Person, Role
from familyguard.privacy import forget_family

LIST, PERSON, RENAME = "family:list:", "family:show:", "family:name:"
REMOVE, REALLY = "family:remove:", "family:gone:"
LEAVE = "family:leave:"
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
    if (one := await _found(update, context, PERSON)) is None:
        return
    texts = context.texts(update)
    rows = [
        [talk.button(texts, f"family.button.{given}", verb + one.id)]
        for verb, given in ROLES.items()
        if given is not one.role
    ]
    rows.append([talk.button(texts, "family.button.rename", RENAME + one.id)])
    rows.append([talk.button(texts, "family.button.remove", REMOVE + one.id)])
    rows.append([talk.button(texts, "family.button.back", LIST)])
    line = _line(context, one, texts, full=True)
    await talk.show(update, context, "family.person", rows, line=lambda _: line)


async def appoint(update: Update, context: Context) -> None:
    """Give somebody another role; everybody is told."""
    assert update.callback_query is not None
    data = update.callback_query.data or ""
    verb = next(verb for verb in ROLES if data.startswith(verb))
    if (one := await _found(update, context, verb)) is None:
        return
    if not await may(update, context, Act.APPOINT):
        return
    account, house, given = context.account(update), context.house, ROLES[verb]
    if given is one.role:
        await talk.forgotten(update, context)
        return
    if _is_last_keeper(context, one):
        await _alert(update, context, "family.last_keeper")
        return
    house.store.people.appoint(account.family_id, one.id, given)
    house.store.audit.note(
        account.family_id, "appointed", house.now(), account.user_id, person=one.id, role=given
    )
    await talk.show(update, context, "family.appointed.you", name=name_of(one), role=role(given))
    await announce.tell(
        context,
        announce.everyone(context, account.family_id, but=account.user_id),
        "family.appointed",
        by=name_of(person_of(context, account)),
        name=name_of(one),
        role=role(given),
    )


async def ask_name(update: Update, context: Context) -> None:
    """«Another name»."""
    if (one := await _found(update, context, RENAME)) is None:
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


async def ask_remove(update: Update, context: Context) -> None:
    """«Remove»: once more, with what follows from it."""
    if (one := await _found(update, context, REMOVE)) is None:
        return
    if not await may(update, context, Act.REMOVE):
        return
    if _is_last_keeper(context, one):
        await _alert(update, context, "family.last_keeper")
        return
    texts = context.texts(update)
    rows = [
        [talk.button(texts, "family.button.really", REALLY + one.id)],
        [talk.button(texts, "family.button.back", PERSON + one.id)],
    ]
    await talk.show(update, context, "family.remove", rows, name=name_of(one))


async def removed(update: Update, context: Context) -> None:
    """«Yes, remove»."""
    if (one := await _found(update, context, REALLY)) is None:
        return
    if not await may(update, context, Act.REMOVE):
        return
    if _is_last_keeper(context, one):
        await _alert(update, context, "family.last_keeper")
        return
    account = context.account(update)
    by = name_of(person_of(context, account))
    theirs = context.house.store.accounts.of_person(account.family_id, one.id)
    _remove(context, one, account.user_id)
    if account not in theirs:
        await talk.show(update, context, "family.removed.you", name=name_of(one))
    await announce.tell(context, theirs, "family.you_were_removed", days=KEPT_DAYS)
    rest = announce.everyone(context, account.family_id, but=account.user_id)
    await announce.tell(context, rest, "family.removed", by=by, name=name_of(one))
    await _ask_to_rotate(context, account.family_id)


async def leave(update: Update, context: Context) -> None:
    """`/leave`: once more, with what follows from it."""
    texts, one = context.texts(update), person_of(context, context.account(update))
    if _is_last_keeper(context, one) and not _is_alone(context, one):
        await talk.say(update, context, "family.leave.last_keeper")
        return
    rows = [
        [talk.button(texts, "family.button.leave", LEAVE)],
        [talk.not_now("family.leave", texts)],
    ]
    key = "family.leave.alone" if _is_alone(context, one) else "family.leave"
    await talk.say(update, context, key, rows)


async def left(update: Update, context: Context) -> None:
    """«Yes, I leave».  Nobody is kept, not even in a frozen family."""
    account, store = context.account(update), context.house.store
    one = person_of(context, account)
    if _is_alone(context, one):
        await talk.show(update, context, "family.left", days=KEPT_DAYS)
        theirs = store.accounts.of_person(account.family_id, one.id)
        forget_family(store, account.family_id)
        context.house.forget(each.user_id for each in theirs)
        return
    if _is_last_keeper(context, one):
        await talk.show(update, context, "family.leave.last_keeper")
        return
    await talk.show(update, context, "family.left", days=KEPT_DAYS)
    _remove(context, one, account.user_id)
    rest = announce.everyone(context, account.family_id)
    await announce.tell(context, rest, "family.has_left", name=name_of(one))
    await _ask_to_rotate(context, account.family_id)


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
    await talk.say(update, context, "family.frozen.you", when=moment(until))
    is_news = family.frozen_until is None or until >= family.frozen_until + NEWS_SECONDS
    if not is_news and not is_again():
        return
    await announce.tell(
        context,
        announce.everyone(context, family.id, but=account.user_id),
        "family.frozen",
        by=name_of(person_of(context, account)),
        when=moment(until),
    )


def a_name(text: str) -> str | None:
    """A name as somebody typed it; None for what is a message."""
    name = text.strip()
    return name if 0 < len(name) <= MAX_NAME and "\n" not in name else None


def _remove(context: Context, one: Person, actor: int) -> None:
    store, now = context.house.store, context.house.now()
    theirs = store.accounts.of_person(one.family_id, one.id)
    context.house.forget(account.user_id for account in theirs)
    for change in store.changes.waiting(one.family_id):
        if change.data.get("person") == one.id:
            store.changes.end(one.family_id, change.id, now, stopped_by=actor)
    remove(store, one.family_id, one.id, now, actor)


async def _ask_to_rotate(context: Context, family: str) -> None:
    if context.house.store.codewords.get(family) is not None:
        await announce.tell(context, announce.keepers(context, family), "family.rotate")


async def _found(update: Update, context: Context, verb: str) -> Person | None:
    """The person of this button, if whoever tapped keeps the same family."""
    assert update.callback_query is not None
    account = context.account(update)
    key = (update.callback_query.data or "").removeprefix(verb)
    one = context.house.store.people.get(account.family_id, key)
    if one is None or account.role is not Role.KEEPER:
        await talk.forgotten(update, context)
        return None
    return one


async def _alert(update: Update, context: Context, key: str) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer(context.texts(update).get(key), show_alert=True)


def _is_last_keeper(context: Context, one: Person) -> bool:
    people = context.house.store.people.of_family(one.family_id)
    keepers = [other.id for other in people if other.role is Role.KEEPER]
    return keepers == [one.id]


def _is_alone(context: Context, one: Person) -> bool:
    return len(context.house.store.people.of_family(one.family_id)) == 1


def _line(context: Context, one: Person, texts: Texts, full: bool) -> str:
    """Name and role; for a keeper also whether there is a voice and since when a number."""
    line = texts.get("family.line", name=name_of(one)(texts), role=role(one.role)(texts))
    if not full:
        return line
    facts = [texts.get("family.fact.voice" if has_voice(context, one) else "family.fact.no_voice")]
    if one.phone and one.phone_set_at:
        facts.append(texts.get("family.fact.number", day=day(one.phone_set_at)(texts)))
    else:
        facts.append(texts.get("family.fact.no_number"))
    return f"{line}: {', '.join(facts)}"


def has_voice(context: Context, one: Person) -> bool:
    """Whether their voice was enrolled."""
    voices = context.house.store.voices.of_family(one.family_id)
    return any(voice.person_id == one.id for voice in voices)
