"""The buttons.  Their data is short and opaque, and means nothing in another chat."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.texts import LANGUAGES, Texts

CASE = "case:"
ASK = "ask:"
PAYEES = "payees:"
DETAILS = "details:"
LANGUAGE = "language:"


def languages() -> InlineKeyboardMarkup:
    """One button a language, each in its own."""
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    Texts(language).get("chat.language.name"), callback_data=LANGUAGE + language
                )
                for language in sorted(LANGUAGES, reverse=True)
            ]
        ]
    )
