"""A picture of a chat comes in, a verdict on its words goes out."""

import asyncio
from pathlib import Path

import structlog
from telegram import Update

from bot.context import Context, House
from bot.handlers import check
from bot.judgement import judge_screenshot
from bot.media import picture
from bot.progress import Progress
from bot.screenshots.model import PictureProblem, Screenshot, UnreadablePicture
from bot.screenshots.reader import read_picture
from voice.errors import Undecodable

log = structlog.get_logger(__name__)

ONE_AT_A_TIME = "screenshot"
"""Key of the lock under which pictures are read: the processors are the listener's too."""


async def screenshot(update: Update, context: Context) -> None:
    """A photo, or a picture sent as a file."""
    message = update.effective_message
    assert message is not None
    found = picture(message)
    assert found is not None
    house, texts = context.house, context.texts(update)
    async with Progress(message, texts, "download", house.edit_seconds) as progress:
        seen: Screenshot | PictureProblem
        if found.refusal:
            seen = PictureProblem.TOO_LARGE
        else:
            async with check.fetched(found, context.bot, house.settings.incoming) as path:
                if path is Undecodable.TOO_LARGE:
                    seen = PictureProblem.TOO_LARGE
                elif isinstance(path, Undecodable):
                    seen = PictureProblem.MISSING
                else:
                    progress.tell("reading")
                    seen = await _read(path, house)
        judgement = judge_screenshot(seen, message.caption or "", texts.language)
        await progress.finish(*check.show(message.chat_id, judgement, None, house, texts))


async def _read(path: Path, house: House) -> Screenshot | PictureProblem:
    async with house.listening.of(ONE_AT_A_TIME):
        try:
            # A thread that waits for the limited child; nothing is opened in this process.
            return await asyncio.to_thread(read_picture, path, folder=house.settings.models_dir)
        except UnreadablePicture as error:
            log.info("picture_unreadable", reason=error.reason.value, detail=error.detail)
            return error.reason
