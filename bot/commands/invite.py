"""`familyguard invite`: let one more person in."""

import time
from typing import TYPE_CHECKING

from bot.commands.terminal import notices, screen, terminal_texts

if TYPE_CHECKING:
    from bot.settings import Settings


def invite() -> None:
    """Print a link that lets one person use the bot; it works once, for fifteen minutes."""
    import asyncio

    from bot.folders import make_private
    from bot.settings import load_settings
    from familyguard.store import INVITATION_SECONDS, Store

    settings = load_settings()
    # Asked before the code exists, so that its minutes are not spent on a slow network.
    name = asyncio.run(_bot_name(settings))
    make_private(settings.data_dir)
    with Store(settings.database) as store:
        code = store.create_invitation(time.time())

    texts = terminal_texts()
    out = screen()
    minutes = round(INVITATION_SECONDS / 60)
    out.print(texts.get("terminal.invite", minutes=minutes))
    if name:
        print(f"\n    https://t.me/{name}?start={code}\n")
        out.print(texts.get("terminal.invite.or"))
    else:
        notices().print(texts.get("terminal.invite.unreachable"))
    print(f"\n    /start {code}\n")


async def _bot_name(settings: "Settings") -> str | None:
    """The bot's user name, or None where Telegram cannot be asked."""
    from telegram import Bot
    from telegram.error import InvalidToken, TelegramError

    from bot.errors import UnusableSettings

    bot = Bot(
        settings.telegram_token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
    )
    try:
        async with bot:
            return bot.username
    except InvalidToken:
        raise UnusableSettings(terminal_texts().get("terminal.invite.token")) from None
    except TelegramError:
        return None
