"""What several people of a family are told at once, each in their own language."""

from collections.abc import Callable, Iterable
from typing import Any

import structlog
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import markup
from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.talk import Rows
from bot.texts import Texts, pick_language
from familyguard.family import Account, Role

log = structlog.get_logger(__name__)


async def tell(
    context: Context,
    accounts: Iterable[Account],
    key: str,
    rows: Callable[[Texts], Rows] | None = None,
    **values: Any,
) -> int:
    """Send the sentence `key` to each of `accounts`; how many it reached.

    Texts among `values` are anybody's words and are made harmless; a value that is a function gets
    the person's texts.  Someone who blocked the bot, or whom Telegram cannot reach, is passed over.
    """
    reached = 0
    for account in accounts:
        texts = Texts(pick_language(account.language))
        try:
            await context.bot.send_message(
                account.user_id,
                markup.fill(texts, key, **values),
                link_preview_options=NO_PREVIEW,
                reply_markup=InlineKeyboardMarkup(rows(texts)) if rows else None,
            )
        except (Forbidden, BadRequest) as error:
            log.info("not_told", key=key, error=str(error))
        except TelegramError as error:
            # The others must hear of it all the same.
            log.warning("not_told", key=key, error=type(error).__name__)
        else:
            reached += 1
    return reached


def everyone(context: Context, family: str, but: int | None = None) -> list[Account]:
    """The accounts of a family, without that of the user `but`."""
    accounts = context.house.store.accounts.of_family(family)
    return [account for account in accounts if account.user_id != but]


def keepers(context: Context, family: str) -> list[Account]:
    """The accounts of those who decide."""
    accounts = context.house.store.accounts.of_family(family)
    return [account for account in accounts if account.role is Role.KEEPER]
