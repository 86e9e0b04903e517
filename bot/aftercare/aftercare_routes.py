"""The part of the routing table that is about what comes after a verdict, and before the next one.

Lines for `bot.app.add_routes`, in the same order: the gate, buttons, commands, answers.
"""

import structlog
from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, TypeHandler, filters

from bot.case import keeping
from bot.context import App, Context, House
from bot.dutch_commands import names_of
from bot.handlers import aftercare, casefile, deepfake, drill, evidence, letters, tips, video
from bot.keyboards import CASE
from bot.talk import Expected

log = structlog.get_logger(__name__)

COMMANDS = ("case", "deepfake", "tips")
"""Those in Telegram's menu; the rest is reached by buttons under these."""

LOOK_SECONDS = 60.0
FIRST_LOOK_SECONDS = 1.0
"""How often the bot looks whether a tip or an exercise is due, or one is to be unmasked."""

DEEDS = {tips.KIND: tips.send, drill.PLANNED: drill.begin, drill.UNDER_WAY: drill.unmask}


def add_gate(app: App) -> None:
    """Pictures that are evidence, or that nobody may take in."""
    app.add_handler(TypeHandler(Update, evidence.gate), group=-3)


def add_buttons(app: App) -> None:
    """What is tapped.  What fetches files or draws papers does not hold up the chat."""
    for prefix, callback in (
        (f"{CASE}scam:", aftercare.begin),
        (aftercare.TAP, aftercare.tap),
        (aftercare.DONE, aftercare.done),
        (aftercare.COUNTRY, aftercare.country),
        (casefile.SHOW, casefile.show),
        (casefile.LET_GO, casefile.let_go),
        (casefile.CLOSE, casefile.close),
        (casefile.DELETE, casefile.delete),
        (casefile.REALLY, casefile.deleted),
        (deepfake.OPTION, deepfake.option),
        (deepfake.BACK, deepfake.back),
        (deepfake.KEEP, deepfake.keep),
        (deepfake.COUNTRY, deepfake.country),
        (deepfake.OTHER, deepfake.other),
        (deepfake.LETTER, letters.letter),
        (letters.SAY, letters.say),
        (letters.UNDO, letters.undo),
        (video.BEGIN, video.command),
        (video.SEEN, video.seen),
        (video.BACK, video.back),
        (tips.ALL, tips.show_all),
        (tips.ONE, tips.show),
        (tips.MONTHLY, tips.monthly),
        (tips.STOP, tips.stop),
        (drill.BEGIN, drill.command),
        (drill.DAY, drill.day),
        (drill.HOUR, drill.hour),
        (drill.NAMED, drill.named),
        (drill.OFF, drill.off),
        (drill.CHOOSE, drill.choose),
    ):
        app.add_handler(CallbackQueryHandler(callback, f"^{prefix}"))
    for prefix, callback in (
        (casefile.ADD, casefile.add),
        (casefile.KEEP, casefile.keep),
        (casefile.PACK, casefile.pack),
        (letters.MAKE, letters.make),
        (tips.CARD, tips.card),
    ):
        app.add_handler(CallbackQueryHandler(callback, f"^{prefix}", block=False))


def add_commands(app: App) -> None:
    """What is typed with a slash."""
    for name, callback in (
        ("case", casefile.command),
        ("deepfake", deepfake.command),
        ("video", video.command),
        ("tips", tips.command),
        ("drill", drill.command),
    ):
        app.add_handler(CommandHandler(names_of(name), callback))
    app.add_handler(CommandHandler(names_of("card"), tips.card, block=False))


def add_answers(app: App, house: House) -> None:
    """Notes: words of one's own, while a case or a deepfake is open."""
    app.add_handler(Expected(house, keeping.TOPIC, filters.TEXT, casefile.note))
    app.add_handler(Expected(house, deepfake.TOPIC, filters.TEXT, letters.note))


def add_jobs(app: App) -> None:
    """What happens by itself: also what became due while the bot was away."""
    assert app.job_queue is not None
    app.job_queue.run_repeating(look, LOOK_SECONDS, first=FIRST_LOOK_SECONDS)


async def look(context: Context) -> None:
    """Do what is due; what goes wrong with one waits for the next look, and holds up no other."""
    house = context.house
    for due in house.store.reminders.due(house.now()):
        try:
            if house.store.accounts.get(due.user_id) is None:
                house.store.reminders.drop(due.user_id, due.kind)
            else:
                await DEEDS[due.kind](context, due)
        except Exception as error:
            log.error("deed_failed", kind=due.kind, error=type(error).__name__)
