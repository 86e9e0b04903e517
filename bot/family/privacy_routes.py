"""The routes of privacy: what is stored about you, a copy of it, and its end."""

from telegram.ext import CallbackQueryHandler, CommandHandler

from bot.context import App
from bot.family.deeds import LOOK_SECONDS
from bot.handlers import privacy, withdrawal
from familyguard.retention import TIDY_SECONDS

COMMANDS = ("privacy", "export", "forget")


def add_buttons(app: App) -> None:
    """What is tapped."""
    for data, callback in (
        (privacy.EXPORT, privacy.export),
        (withdrawal.VOICE, withdrawal.withdraw),
        (privacy.FORGET, privacy.ask_forget),
        (privacy.GONE, privacy.forget),
        (privacy.FAMILY, privacy.ask_family),
        (privacy.ALL_GONE, privacy.forget_family),
    ):
        app.add_handler(CallbackQueryHandler(callback, f"^{data}"))


def add_commands(app: App) -> None:
    """What is typed."""
    app.add_handler(CommandHandler("privacy", privacy.show))
    app.add_handler(CommandHandler("export", privacy.export))
    app.add_handler(CommandHandler("forget", privacy.ask_forget))


def add_jobs(app: App) -> None:
    """What happens by itself."""
    assert app.job_queue is not None
    app.job_queue.run_repeating(privacy.tidy_up, TIDY_SECONDS)
    app.job_queue.run_repeating(withdrawal.ask_again, LOOK_SECONDS)
