"""The part of the routing table that is about the code word, and what happens by itself.

Lines for `bot.app.add_routes`, in the same order: the gate, buttons, commands, answers.
"""

from datetime import time

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, TypeHandler, filters

from bot import tidying
from bot.context import App, House
from bot.dutch_commands import names_of
from bot.handlers import codeword, speak
from bot.talk import Expected
from bot.words import leaks, rotation

REMIND_AT = time(10, 0)
"""A quiet moment of the day (UTC) for a reminder."""


_OTHER_SOUND = filters.AUDIO | filters.VIDEO | filters.VIDEO_NOTE | filters.Document.ALL
"""Not recorded just now, so no code word; and gone from the chat like one that was typed."""


def add_gate(app: App) -> None:
    """Written messages that hold the code word go no further."""
    app.add_handler(TypeHandler(Update, leaks.watch), group=-5)


def add_buttons(app: App) -> None:
    """What is tapped."""
    for prefix, callback in (
        (codeword.TRY, codeword.test),
        (codeword.REMOVE, codeword.remove),
        (codeword.REALLY, codeword.removed),
        (speak.BEGIN, speak.begin),
        (speak.OTHER, speak.other_words),
        (speak.YES, speak.yes),
        (speak.AGAIN, speak.again),
    ):
        app.add_handler(CallbackQueryHandler(callback, f"^{prefix}"))


def add_commands(app: App) -> None:
    """What is typed with a slash."""
    app.add_handler(CommandHandler(names_of("codeword"), codeword.command))


def add_answers(app: App, house: House) -> None:
    """Voice memos with the word.  They take a while, and hold nothing else up."""
    app.add_handler(Expected(house, speak.TOPIC, filters.VOICE, speak.heard, block=False))
    app.add_handler(Expected(house, speak.TOPIC, filters.TEXT | _OTHER_SOUND, speak.written))
    app.add_handler(Expected(house, codeword.TEST, filters.VOICE, codeword.tried, block=False))
    app.add_handler(Expected(house, codeword.TEST, filters.TEXT, speak.written))


def add_jobs(app: App) -> None:
    """Messages that go when their time has come, and the reminder to take another word."""
    assert app.job_queue is not None
    app.job_queue.run_repeating(tidying.look, tidying.LOOK_SECONDS, first=0.5)
    app.job_queue.run_daily(rotation.remind, REMIND_AT)
