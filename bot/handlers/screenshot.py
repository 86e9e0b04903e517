"""A picture of a chat comes in, a verdict on its words goes out."""

import asyncio
from pathlib import Path

import structlog
from telegram import Update

from bot import markup
from bot.case import cases, intake
from bot.case.origin import mark_of
from bot.context import Context, House
from bot.handlers import check
from bot.listening import fetched
from bot.media import Attachment, picture
from bot.progress import Progress
from bot.screenshots.model import PictureProblem, Screenshot, UnreadablePicture
from bot.screenshots.reader import read_picture
from bot.words import leaks
from voice.errors import Undecodable

log = structlog.get_logger(__name__)

ONE_AT_A_TIME = "screenshot"
"""Key of the lock under which pictures are read: the processors are the listener's too."""


async def screenshot(update: Update, context: Context) -> None:
    """A photo, or a picture sent as a file."""
    sent, texts = check.sent_in(update, context), context.texts(update)
    found = picture(sent.message)
    assert found is not None
    house = context.house
    async with Progress(sent.message, texts, "download", house.edit_seconds) as progress:
        opened = cases.known_already(house, sent.account, mark_of(sent.message))
        if opened is None:
            seen = await _seen(found, context, progress)
            if isinstance(seen, Screenshot) and (
                sentence := await leaks.caught(update, context, [seen.text])
            ):
                await progress.finish(markup.escape(texts.get(sentence)))
                return
            opened = intake.screenshot(sent, seen, found.file_id, house)
        await check.finish(context, sent, opened, progress)


async def _seen(
    found: Attachment, context: Context, progress: Progress
) -> Screenshot | PictureProblem:
    if found.refusal:
        return PictureProblem.TOO_LARGE
    async with fetched(found, context.bot, context.house.settings.incoming) as path:
        if path is Undecodable.TOO_LARGE:
            return PictureProblem.TOO_LARGE
        if isinstance(path, Undecodable):
            return PictureProblem.MISSING
        progress.tell("reading")
        return await _read(path, context.house)


async def _read(path: Path, house: House) -> Screenshot | PictureProblem:
    async with house.listening.of(ONE_AT_A_TIME):
        try:
            # A thread that waits for the limited child; nothing is opened in this process.
            return await asyncio.to_thread(read_picture, path, folder=house.settings.models_dir)
        except UnreadablePicture as error:
            log.info("picture_unreadable", reason=error.reason.value, detail=error.detail)
            return error.reason
