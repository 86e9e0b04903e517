"""A memo or a message comes in, a verdict goes out."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from telegram import Bot, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, TelegramError

from bot import keyboards, markup
from bot.analysis import Finding, Memo, known
from bot.context import Context, House, Shown
from bot.delivery import persist, reply
from bot.errors import CannotListen, QueueFull, Stopping
from bot.judgement import Judgement, judge_failure, judge_memo, judge_text
from bot.media import Attachment, attachment
from bot.progress import Progress
from bot.texts import Texts
from bot.wording import factors, word
from familyguard.model import Level
from voice.audio import MAX_FILE_BYTES
from voice.errors import Undecodable
from voice.results import Analysis

log = structlog.get_logger(__name__)

RESULT_ID_BYTES = 12
"""96 random bits name a result: it fits into a button, and nobody guesses another one's."""

PICTURE_SECONDS = 30.0
"""How long «Details» waits for a picture that is still being drawn."""


async def memo(update: Update, context: Context) -> None:
    """A voice note, audio, video, round video or file, forwarded or uploaded."""
    message, user = update.effective_message, update.effective_user
    assert message is not None and user is not None  # noqa: PT018
    found = attachment(message)
    assert found is not None
    house, texts = context.house, context.texts(update)
    async with Progress(message, texts, "download", house.edit_seconds) as progress:
        try:
            finding = await _find(found, user.id, context.bot, house, texts, progress)
        except QueueFull as full:
            sentence = texts.get("chat.full.own" if full.own else "chat.full.all")
        except CannotListen:
            sentence = texts.get("chat.cannot_listen")
        except Stopping:
            sentence = texts.get("chat.stopping")
        else:
            judgement = _judge(finding.heard, message.caption or "", texts)
            text, buttons = show(message.chat_id, judgement, finding, house, texts)
            await progress.finish(text, buttons)
            return
        await progress.finish(markup.escape(sentence))


async def text(update: Update, context: Context) -> None:
    """A message in words, forwarded or typed over, or the caption of what cannot be checked."""
    message = update.effective_message
    assert message is not None
    texts = context.texts(update)
    judgement = judge_text(message.text or message.caption or "", texts.language)
    if message.forward_origin is None and judgement.verdict.level <= Level.UNCLEAR:
        # Typed, not forwarded: «help», «is this real?», «thanks».  A verdict on such words would be
        # read as the answer about the memo above them.
        await reply(message, markup.escape(texts.get("chat.talk")))
        return
    await reply(message, *show(message.chat_id, judgement, None, context.house, texts))


async def refuse(message: Message, reason: Undecodable, house: House, texts: Texts) -> None:
    """A verdict on a file that was not even fetched."""
    judgement = _judge(reason, message.caption or "", texts)
    await reply(message, *show(message.chat_id, judgement, None, house, texts))


async def details(update: Update, context: Context) -> None:
    """«Details»: the picture, and the factor table in words."""
    query, texts = update.callback_query, context.texts(update)
    assert query is not None
    assert update.effective_chat is not None
    chat_id = update.effective_chat.id
    shown = context.house.shown.get((query.data or "").removeprefix(keyboards.DETAILS))
    if shown is None or shown.chat_id != chat_id:
        # Forgotten, made up, or another chat's: nobody learns which.
        await query.answer(texts.get("chat.details.gone"), show_alert=True)
        return
    await query.answer()
    if shown.finding and (png := await _picture(shown.finding)):
        await context.bot.send_photo(chat_id, png, protect_content=True)
    message = query.message
    if isinstance(message, Message):
        await reply(message, markup.details(factors(shown.judgement, texts), texts))


async def _find(
    found: Attachment, member: int, bot: Bot, house: House, texts: Texts, progress: Progress
) -> Finding:
    """Listen to the file, unless the same one was listened to lately.

    Two copies at once wait for each other.  The language is part of the key: the picture has words.
    """
    by_id = (found.unique_id, texts.language)
    async with house.listening.of(by_id):
        if finding := house.recall(by_id):
            return finding
        async with fetched(found, bot, house.settings.incoming) as path:
            if isinstance(path, Undecodable):
                return Finding(path, known(None))
            by_content = (await asyncio.to_thread(_sha256, path), texts.language)
            async with house.listening.of(by_content):
                finding = house.recall(by_content)
                if finding is None:
                    job = Memo(member, path, texts.language, house.settings.memo_language)
                    finding = await house.analyst.listen(job, progress.tell)
                    house.remember(by_content, finding)
                house.remember(by_id, finding)
                return finding


@contextlib.asynccontextmanager
async def fetched(found: Attachment, bot: Bot, folder: Path) -> AsyncIterator[Path | Undecodable]:
    """The file on disk under a random name, gone afterwards; or why it could not be fetched."""
    path = folder / secrets.token_hex(16)
    try:
        try:
            file = await bot.get_file(found.file_id)
            path.touch(mode=0o600)
            await persist(lambda: file.download_to_drive(path))
        except BadRequest as error:
            if "too big" in error.message.lower():
                yield Undecodable.TOO_LARGE
            else:
                log.info("file_gone", error=error.message)
                yield Undecodable.MISSING
            return
        yield path if path.stat().st_size <= MAX_FILE_BYTES else Undecodable.TOO_LARGE
    finally:
        path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _judge(heard: Analysis | Undecodable | str, message: str, texts: Texts) -> Judgement:
    if isinstance(heard, Analysis):
        return judge_memo(heard, message, texts.language)
    return judge_failure(heard, message, texts.language)


def show(
    chat_id: int, judgement: Judgement, finding: Finding | None, house: House, texts: Texts
) -> tuple[str, InlineKeyboardMarkup]:
    """The card and its buttons; the result is remembered for «Details»."""
    result = secrets.token_urlsafe(RESULT_ID_BYTES)
    house.shown.put(result, Shown(chat_id, judgement, finding))
    log.info("judged", verdict=judgement.verdict.level.name)
    return markup.card(word(judgement, texts), texts), keyboards.details(result, texts)


async def _picture(finding: Finding) -> bytes | None:
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            # Shielded: a second tap waits for the same picture.
            return await asyncio.shield(finding.picture)
    except (TimeoutError, TelegramError):
        return None
