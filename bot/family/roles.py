"""Who may do what: one table, and one question before every administrative act."""

from dataclasses import dataclass
from enum import StrEnum

from telegram import Update

from bot import talk
from bot.context import Context
from bot.family import pin
from familyguard.changes import FREEZE_SECONDS, WAIT_SECONDS, Kind
from familyguard.family import Account, Role

KEEPERS = frozenset({Role.KEEPER})
GROWN_UPS = frozenset({Role.KEEPER, Role.ADULT})
ALL = frozenset(Role)


class Act(StrEnum):
    """What somebody wants to do."""

    SET_UP = "set_up"  # name, language, country and greeting of the family
    INVITE = "invite"
    APPROVE = "approve"
    APPOINT = "appoint"  # give somebody another role
    RENAME = "rename"
    REMOVE = "remove"
    CODE_WORD = "code_word"  # set, replace or remove it, the duress word too
    SET_PIN = "set_pin"
    OWN_NUMBER = "own_number"
    OWN_VOICE = "own_voice"
    CONFIRM = "confirm"  # be the second one for a change
    STOP = "stop"  # stop a change that waits
    FREEZE = "freeze"
    EXPORT_FAMILY = "export_family"
    ERASE_FAMILY = "erase_family"
    LEAVE = "leave"  # with everything that is stored about oneself
    SEE_OWN = "see_own"  # what is stored about oneself
    ERASE_OWN = "erase_own"  # a case, with what was kept of it
    WITHDRAW = "withdraw"  # a voice


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose act it is, whether a freeze forbids it, and whether it takes the PIN."""

    roles: frozenset[Role]
    while_frozen: bool = False
    with_pin: bool = False


RULES: dict[Act, Rule] = {
    Act.SET_UP: Rule(KEEPERS),
    Act.INVITE: Rule(KEEPERS, with_pin=True),
    Act.APPROVE: Rule(KEEPERS, with_pin=True),
    Act.APPOINT: Rule(KEEPERS, with_pin=True),
    Act.RENAME: Rule(KEEPERS, with_pin=True),
    Act.REMOVE: Rule(KEEPERS, with_pin=True),
    Act.CODE_WORD: Rule(KEEPERS, with_pin=True),
    Act.SET_PIN: Rule(KEEPERS),  # its own conversation asks for the old one
    Act.OWN_NUMBER: Rule(ALL),
    Act.OWN_VOICE: Rule(ALL),
    Act.CONFIRM: Rule(GROWN_UPS),
    Act.STOP: Rule(ALL, while_frozen=True),
    Act.FREEZE: Rule(ALL, while_frozen=True),
    Act.EXPORT_FAMILY: Rule(KEEPERS, while_frozen=True, with_pin=True),
    Act.ERASE_FAMILY: Rule(KEEPERS, with_pin=True),
    Act.LEAVE: Rule(ALL, while_frozen=True),
    Act.SEE_OWN: Rule(ALL, while_frozen=True),
    Act.ERASE_OWN: Rule(ALL, while_frozen=True),
    Act.WITHDRAW: Rule(ALL, while_frozen=True),
}


CLOSING = frozenset({Act.STOP, Act.FREEZE})
"""What somebody may still do whose removal waits."""

DISPUTED = {
    Act.LEAVE: "roles.disputed.leave",
    Act.ERASE_OWN: "roles.disputed.leave",
    Act.SEE_OWN: "roles.disputed.see_own",
    Act.WITHDRAW: "roles.disputed.withdraw",
}
"""What waits a day more where nobody but themselves has stopped their removal: the thief of an
account would stop it, and take along or destroy what the owner wants back."""

FREEZING = ("froze", "not_me")
"""Lines of the audit log: from then on the family was frozen for a day."""

SUSPENDED = {
    Act.LEAVE: "roles.suspended.leave",
    Act.ERASE_OWN: "roles.suspended.leave",
    Act.SEE_OWN: "roles.suspended.see_own",
    Act.WITHDRAW: "roles.suspended.withdraw",
}
"""What they read then; of everything else, `roles.suspended`."""


def is_suspended(context: Context, account: Account) -> bool:
    """Whether this person is to be removed: their account may be in other hands already."""
    return any(
        change.kind == Kind.REMOVAL and change.data.get("person") == account.person_id
        for change in context.house.store.changes.waiting(account.family_id)
    )


def is_disputed(context: Context, account: Account) -> bool:
    """Whether they stopped their own removal, and nobody had a day since to ask for it again.

    A freeze forbids asking, and anybody may freeze: whoever stole the account would sit it out.
    """
    store, family = context.house.store, account.family_id
    own = {one.user_id for one in store.accounts.of_person(family, account.person_id)}
    ended = [
        change
        for change in store.changes.ended(family, 0.0)
        if change.kind == Kind.REMOVAL and change.data.get("person") == account.person_id
    ]
    last = max(ended, key=lambda change: change.ended_at or 0.0, default=None)
    if last is None or last.ended_at is None or last.stopped_by not in own:
        return False
    until = last.ended_at + WAIT_SECONDS
    for line in store.audit.lines(family, last.ended_at - FREEZE_SECONDS, acts=FREEZING):
        if line.at < until:
            until = max(until, line.at + FREEZE_SECONDS + WAIT_SECONDS)
    return context.house.now() < until


def refusal(context: Context, account: Account, act: Act) -> str | None:
    """Key of the sentence that says why `account` may not do `act` now; None when they may.

    The PIN is not asked here.
    """
    rule = RULES[act]
    if act not in CLOSING and is_suspended(context, account):
        # A thief would take along what the owner of the account wants back.
        return SUSPENDED.get(act, "roles.suspended")
    if act in DISPUTED and is_disputed(context, account):
        return DISPUTED[act]
    if account.role not in rule.roles:
        return "roles.only_grown_ups" if rule.roles == GROWN_UPS else "roles.only_keeper"
    family = context.house.store.families.get(account.family_id)
    if family.is_frozen(context.house.now()) and not rule.while_frozen:
        return "roles.frozen"
    return None


async def may(update: Update, context: Context, act: Act, again: str = "") -> bool:
    """Whether whoever sent `update` may do `act` now; if not they are told why, or asked the PIN.

    `again` is the callback data that repeats the act once the PIN was right; by default that of the
    button that was tapped.
    """
    account = context.account(update)
    reason = refusal(context, account, act)
    if reason is not None:
        sentence = context.texts(update).get(reason)
        if update.callback_query is not None:
            await update.callback_query.answer(sentence, show_alert=True)
        else:
            await talk.say(update, context, reason)
        return False
    if not RULES[act].with_pin:
        return True
    return await pin.guard(update, context, again)
