"""The lines of the routing table about cases: buttons under cards and questions, and `/payees`."""

from telegram.ext import CallbackQueryHandler, CommandHandler

from bot.context import App
from bot.handlers import ask, case, payees
from bot.keyboards import ASK, CASE, PAYEES


def add_buttons(app: App) -> None:
    """Everything that can be tapped about a case."""
    app.add_handler(CallbackQueryHandler(ask.yes, f"^{ASK}yes:"))
    app.add_handler(CallbackQueryHandler(ask.not_me, f"^{ASK}no:"))
    app.add_handler(CallbackQueryHandler(case.who, f"^{CASE}who:"))
    app.add_handler(CallbackQueryHandler(case.supposed, f"^{CASE}is:"))
    app.add_handler(CallbackQueryHandler(case.ask, f"^{CASE}ask:"))
    app.add_handler(CallbackQueryHandler(case.word, f"^{CASE}word:"))
    app.add_handler(CallbackQueryHandler(case.refuse, f"^{CASE}refuse:"))
    app.add_handler(CallbackQueryHandler(case.split, f"^{CASE}split:"))
    app.add_handler(CallbackQueryHandler(case.payee, f"^{CASE}payee:"))
    app.add_handler(CallbackQueryHandler(case.paid, f"^{CASE}paid:"))
    app.add_handler(CallbackQueryHandler(payees.forget, f"^{PAYEES}forget"))


def add_commands(app: App) -> None:
    """What can be typed."""
    app.add_handler(CommandHandler("payees", payees.payees))
