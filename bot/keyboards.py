"""The buttons.  Their data is short and opaque, and means nothing in another chat."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.texts import LANGUAGES, Texts

DETAILS = "details:"
LANGUAGE = "language:"


def details(result: str, texts: Texts) -> InlineKeyboardMarkup:
    """Under a verdict.  `result` is the random id under which it is remembered."""
    button = InlineKeyboardButton(texts.get("chat.button.details"), callback_data=DETAILS + result)
    return InlineKeyboardMarkup([[button]])


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
