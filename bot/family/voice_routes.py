"""The part of the routing table that is about enrolling a voice."""

from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.context import App, House
from bot.handlers import enrol, guardian
from bot.talk import Expected

COMMANDS = ("enrol",)


def add_buttons(app: App) -> None:
    """What is tapped."""
    for prefix, callback in (
        (enrol.AGREE, enrol.agree),
        (enrol.ANEW, enrol.anew),
        (guardian.BEGIN, enrol.begin),
        (guardian.ASK, guardian.ask),
        (guardian.YES, guardian.agree),
        (guardian.NO, guardian.decline),
    ):
        app.add_handler(CallbackQueryHandler(callback, f"^{prefix}"))


def add_commands(app: App) -> None:
    """What is typed."""
    app.add_handler(CommandHandler(("enrol", "voice"), enrol.command))


def add_answers(app: App, house: House) -> None:
    """What is waited for: voice messages only, for a file may be anybody's recording.

    It takes as long as a check, and is handled beside everything else like one.
    """
    app.add_handler(Expected(house, enrol.TOPIC, filters.VOICE, enrol.heard, block=False))
