"""Who the bot is, asked of Telegram."""

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.errors import UnusableSettings
from bot.settings import Settings
from bot.texts import Texts


class UnknownToken(UnusableSettings):
    """Telegram has no bot with this token."""


async def bot_name(settings: Settings, texts: Texts) -> str | None:
    """The bot's user name, or None where Telegram cannot be reached.

    Raises:
        UnknownToken: Telegram does not know the token.
    """
    bot = Bot(
        settings.telegram_token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
    )
    try:
        async with bot:
            return bot.username
    except InvalidToken:
        raise UnknownToken(texts.get("terminal.invite.token")) from None
    except TelegramError:
        return None
