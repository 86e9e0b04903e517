"""Pages of guidance as they are sent: in as few messages as they fit into, buttons at the end."""

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot import talk
from bot.aftercare.guidance import Page, messages
from bot.context import Context
from bot.delivery import NO_PREVIEW
from bot.talk import Rows


async def send(context: Context, chat: int, page: Page, rows: Rows | None = None) -> None:
    """Send a page to a chat.  Its numbers are our own and may be tapped."""
    *earlier, last = messages(page)
    for text in earlier:
        await context.bot.send_message(
            chat, text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        )
    await context.bot.send_message(
        chat,
        last,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        reply_markup=InlineKeyboardMarkup(rows) if rows else None,
    )


async def instead(update: Update, context: Context, page: Page, rows: Rows | None = None) -> None:
    """The page in place of the question whose button was tapped."""
    query = update.callback_query
    assert query is not None
    await query.answer()
    await talk.take_away(query.message)
    await send(context, context.account(update).user_id, page, rows)
