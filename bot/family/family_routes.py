"""The part of the routing table that is about the family itself: who belongs to it, and its walls.

Lines for `bot.app.add_routes`, in the same order: buttons, commands, answers to questions.
"""

from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.context import App, Context, House
from bot.dutch_commands import names_of
from bot.family import change_news, changes, deeds, restored
from bot.family import pin as door
from bot.handlers import admit, family, leaving, phone, pin, setup
from bot.handlers import setup_questions as questions
from bot.talk import Expected


def add_buttons(app: App) -> None:
    """What is tapped."""
    for prefix, callback in (
        (setup.GO, setup.go),
        (questions.SKIP, setup.skip),
        (questions.LANGUAGE, setup.language),
        (questions.COUNTRY, setup.country),
        (questions.OTHER, setup.other_country),
        (admit.NEW, admit.invite),
        (admit.REVOKE, admit.revoke),
        *((verb, admit.accept) for verb in admit.ROLES),
        (admit.SECOND, admit.second),
        (admit.AS, admit.accept_as),
        (admit.KEEP_OUT, admit.keep_out),
        (family.LIST, family.show),
        (family.PERSON, family.person),
        *((verb, family.appoint) for verb in family.ROLES),
        (family.RENAME, family.ask_name),
        (leaving.REMOVE, leaving.ask_remove),
        (leaving.REALLY, leaving.removed),
        (leaving.LEAVE, leaving.left),
        (pin.SET, pin.command),
        (pin.REMOVE, pin.remove),
        (pin.FORGOTTEN, pin.forgotten),
        (change_news.STOP, changes.stop),
        (change_news.CONFIRM, changes.confirm),
    ):
        app.add_handler(CallbackQueryHandler(callback, f"^{prefix}"))


def add_commands(app: App) -> None:
    """What is typed with a slash."""
    for name, callback in (
        ("setup", setup.command),
        ("invite", admit.invite),
        ("family", family.show),
        ("leave", leaving.leave),
        ("freeze", family.freeze_family),
        ("number", phone.number),
        ("pin", pin.command),
    ):
        app.add_handler(CommandHandler(names_of(name), callback))


def add_answers(app: App, house: House) -> None:
    """What is waited for."""
    for topic, what, callback in (
        (questions.NAME, filters.TEXT, setup.name),
        (questions.CODE_WORD, filters.TEXT, setup.code_word),
        (questions.GREETING, filters.TEXT, setup.greeting),
        (questions.COUNTRY_TYPED, filters.TEXT, setup.typed_country),
        (family.NAME, filters.TEXT, family.rename),
        (phone.TOPIC, filters.CONTACT, phone.shared),
        (phone.TOPIC, filters.TEXT, phone.typed),
        (door.TOPIC, filters.TEXT, pin.asked),
        (pin.OLD, filters.TEXT, pin.old),
        (pin.NEW, filters.TEXT, pin.new),
        (pin.AGAIN, filters.TEXT, pin.again),
    ):
        app.add_handler(Expected(house, topic, what, callback))
    # What is no code word is heard as every memo is, and holds nothing else up.
    spoken = Expected(
        house, questions.CODE_WORD, filters.VOICE, setup.code_word_spoken, block=False
    )
    app.add_handler(spoken)


def add_jobs(app: App) -> None:
    """What happens by itself: also what became due while the bot was away."""
    assert app.job_queue is not None
    app.job_queue.run_repeating(_look, deeds.LOOK_SECONDS, first=1.0)


async def _look(context: Context) -> None:
    await restored.tell(context)
    await deeds.look(context)
    await admit.forget_applicants(context)
