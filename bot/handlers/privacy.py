"""`/privacy`, `/export` and `/forget`: what is stored about you, in your hands."""

import structlog
from telegram import Update

from bot import markup, talk
from bot.context import Context
from bot.family import announce, changes, deeds
from bot.family.roles import Act, may
from bot.family.who import name_of
from bot.handlers.leaving import tell_of_wards
from bot.handlers.withdrawal import VOICE, with_voice
from bot.moments import day
from bot.phone_numbers import spaced
from bot.talk import Rows
from bot.texts import Texts
from familyguard import privacy
from familyguard.backup import KEPT_DAYS
from familyguard.changes import Kind
from familyguard.family import Account
from familyguard.privacy import About
from familyguard.retention import tidy
from familyguard.store.records import StoredChange

log = structlog.get_logger(__name__)

EXPORT = "privacy:export:"
FORGET, GONE = "privacy:forget:", "privacy:gone:"
FAMILY, ALL_GONE = "privacy:family:", "privacy:all:"

TOPIC = "privacy"
MAX_DATES = 10
"""Dates of cases in one sentence; the file has them all."""


async def show(update: Update, context: Context) -> None:
    """`/privacy`: what is stored, what not, for how long, and who can see it."""
    if not await may(update, context, Act.SEE_OWN):
        return
    known, texts = _known(context, context.account(update)), context.texts(update)
    rows: Rows = [[talk.button(texts, "privacy.button.export", EXPORT)]]
    if known.voices or known.voice_consent:
        rows.append([talk.button(texts, "privacy.button.voice", VOICE + known.person.id)])
    for child in with_voice(context, known.children):
        label = "privacy.button.voice.child"
        rows.append([talk.button(texts, label, VOICE + child.id, name=name_of(child))])
    rows.append([talk.button(texts, "privacy.button.forget", FORGET)])
    await talk.say(
        update,
        context,
        "privacy.page",
        rows,
        about=lambda _: "\n".join(lines(known, texts, context)),
    )


async def export(update: Update, context: Context) -> None:
    """`/export`, or «Send me everything»: a file for programs and one for people."""
    if not await may(update, context, Act.SEE_OWN):
        return
    account, texts = context.account(update), context.texts(update)
    known = _known(context, account)
    if update.callback_query:
        await update.callback_query.answer()
    files = {
        "familyguard.json": privacy.export(known),
        "familyguard.txt": texts.get("privacy.page", about="\n".join(lines(known, texts, context))),
    }
    for name, content in files.items():
        await context.bot.send_document(
            account.user_id,
            content.encode(),
            filename=name,
            caption=texts.get(f"privacy.file.{name.rpartition('.')[2]}"),
            protect_content=False,  # it is theirs to take anywhere
        )
    house = context.house
    house.store.audit.note(account.family_id, "exported", house.now(), account.user_id)


async def ask_forget(update: Update, context: Context) -> None:
    """`/forget`, or «Forget me»: once more, with what follows from it."""
    if not await may(update, context, Act.LEAVE):
        return
    account, texts = context.account(update), context.texts(update)
    never = [talk.not_now(TOPIC, texts)]
    if privacy.is_last_keeper(context.house.store, account):
        button = talk.button(texts, "privacy.button.family", FAMILY)
        await _say(update, context, "privacy.last_keeper", [[button], never])
        return
    alone = privacy.is_alone(context.house.store, account)
    button = talk.button(texts, "privacy.button.gone", GONE)
    key = "privacy.forget.alone" if alone else "privacy.forget"
    await _say(update, context, key, [[button], never])


async def forget(update: Update, context: Context) -> None:
    """«Yes, forget me»: at once, and the others are told."""
    if not await may(update, context, Act.LEAVE):
        return
    account, store = context.account(update), context.house.store
    if privacy.is_last_keeper(store, account):
        await ask_forget(update, context)
        return
    person = store.people.get(account.family_id, account.person_id)
    theirs = store.accounts.of_person(account.family_id, account.person_id)
    others = [one for one in announce.everyone(context, account.family_id) if one not in theirs]
    wards = privacy.forget(store, account, context.house.now())
    context.house.forget(one.user_id for one in theirs)
    log.info("person_forgotten")
    # They are nobody any more, but they asked in their language.
    await announce.tell(context, theirs, "privacy.gone", days=KEPT_DAYS)
    await announce.tell(context, others, "privacy.others", name=name_of(person))
    await tell_of_wards(context, wards)
    if others and store.codewords.get(account.family_id) is not None:
        keepers = announce.keepers(context, account.family_id)
        await announce.tell(context, keepers, "family.rotate")
    await _close(update)


async def ask_family(update: Update, context: Context) -> None:
    """«Delete the whole family»: the keeper's own confirmation for it."""
    if not await may(update, context, Act.ERASE_FAMILY):
        return
    texts = context.texts(update)
    button = talk.button(texts, "privacy.button.all_gone", ALL_GONE)
    await talk.show(update, context, "privacy.family", [[button], [talk.not_now(TOPIC, texts)]])


async def forget_family(update: Update, context: Context) -> None:
    """«Yes, delete everything»: in a day, or when a second adult agrees; who is alone, at once."""
    if not await may(update, context, Act.ERASE_FAMILY):
        return
    alone = privacy.is_alone(context.house.store, context.account(update))
    if not alone:
        await talk.show(update, context, "privacy.family.waits")
    await changes.ask(update, context, Kind.ERASE_FAMILY, {}, first=alone)
    if alone:
        await _close(update)


async def family_erased(context: Context, change: StoredChange) -> bool:
    """Nobody stopped it: everything of everyone goes, and everyone is told."""
    store = context.house.store
    asker = store.accounts.get(change.asked_by)
    if asker is None:
        return False
    person = store.people.get(change.family_id, asker.person_id)
    everyone = announce.everyone(context, change.family_id)
    privacy.forget_family(store, change.family_id)
    context.house.forget(one.user_id for one in everyone)
    log.info("family_forgotten")
    others = [one for one in everyone if one.person_id != asker.person_id]
    theirs = [one for one in everyone if one.person_id == asker.person_id]
    await announce.tell(context, theirs, "privacy.gone", days=KEPT_DAYS)
    await announce.tell(context, others, "privacy.family.others", name=name_of(person))
    return True


deeds.DEEDS[Kind.ERASE_FAMILY] = family_erased
deeds.TOLD.add(Kind.ERASE_FAMILY)


async def tidy_up(context: Context) -> None:
    """What has grown old is forgotten, every hour."""
    if not context.house.may_erase():
        return
    gone = tidy(context.house.store, context.house.now())
    if gone:
        log.info("forgotten", **gone)


def lines(known: About, texts: Texts, context: Context) -> list[str]:
    """What is stored about a person, a line each."""

    def line(key: str, **values: object) -> str:
        return "• " + markup.fill(texts, f"privacy.{key}", **values)

    person, consent = known.person, known.voice_consent
    said = [line("name", name=name_of(person), date=day(person.joined_at, texts))]
    if person.phone and person.phone_set_at is not None:
        said.append(
            line(
                "phone",
                phone=markup.Own(spaced(person.phone)),
                date=day(person.phone_set_at, texts),
            )
        )
    else:
        said.append(line("phone.none"))
    if known.voices and consent:
        made = max(voice.made_at for voice in known.voices)
        agreed = day(consent.given_at, texts)
        said.append(line("voice", date=day(made, texts), agreed=agreed))
    else:
        said.append(line("voice.none"))
    for former in known.consents:
        if former.withdrawn_at is not None:
            given, withdrawn = day(former.given_at, texts), day(former.withdrawn_at, texts)
            said.append(line("consent.withdrawn", given=given, withdrawn=withdrawn))
    said.append(line("accounts", count=len(known.accounts)))
    if known.cases:
        days = dict.fromkeys(day(case.opened_at, texts) for case in known.cases)
        dates = markup.Own(", ".join([*days][-MAX_DATES:]))
        said.append(line("cases", count=len(known.cases), dates=dates))
    else:
        said.append(line("cases.none"))
    if known.kept:
        said.append(line("kept", count=known.kept))
    if known.reminders:
        said.append(line("reminders"))
    said.append(line("log", count=len(known.log)))
    said.append(line("recordings", count=known.family_recordings))
    voices = {child.id for child in with_voice(context, known.children)}
    for child in known.children:
        key = "child" if child.id in voices else "child.none"
        said.append(line(key, name=name_of(child)))
    return said


def _known(context: Context, account: Account) -> About:
    return privacy.about(context.house.store, account.family_id, account.person_id)


async def _say(update: Update, context: Context, key: str, rows: Rows) -> None:
    """A new message, so that what was stored can still be read above it."""
    if update.callback_query:
        await update.callback_query.answer()
    await talk.say(update, context, key, rows)


async def _close(update: Update) -> None:
    """Take the question away, so that nobody taps its button once more."""
    if update.callback_query:
        await update.callback_query.answer()
        await talk.take_away(update.callback_query.message)
