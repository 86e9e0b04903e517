"""From a file in a chat to what was heard in it: fetched, listened to once, and deleted."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog
from telegram import Bot
from telegram.error import BadRequest

from bot.analysis import Finding, Memo, known
from bot.context import House
from bot.delivery import persist
from bot.media import Attachment
from bot.progress import Progress
from bot.texts import Language, pick_language
from bot.words.codewords import language_of
from familyguard.family import Account
from familyguard.store.voices import StoredVoice
from voice.audio import MAX_FILE_BYTES
from voice.errors import Undecodable
from voice.results import Analysis
from voice.voiceprint import KnownVoice, Voiceprint

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """For whom a file is heard.  What may be an answer goes before other memos.

    `contexts` hold the words that may be in an answer (`familyguard.expected`).
    """

    account: Account
    language: Language
    is_answer: bool = False
    contexts: tuple[str, ...] = field(default=(), repr=False)


async def find(
    found: Attachment, listener: Listener, bot: Bot, house: House, progress: Progress
) -> Finding:
    """Listen to the file, unless the same one was listened to lately for the same family.

    Two copies at once wait for each other.  The language is part of the key, as the picture has
    words, and so are the voices that it was compared with.
    """
    account = listener.account
    stored = house.store.voices.of_family(account.family_id)
    marks = frozenset((one.person_id, one.model, one.made_at) for one in stored)
    # The words themselves stay in memory no longer than it takes to listen.
    waited_for = (listener.is_answer, hash(listener.contexts))
    rest = (listener.language, waited_for, account.family_id, marks)
    by_id = (found.unique_id, *rest)
    async with house.listening.of(by_id):
        if finding := house.recall(by_id):
            return finding
        async with fetched(found, bot, house.settings.incoming) as path:
            if isinstance(path, Undecodable):
                return Finding(path, known(None))
            sha256 = await asyncio.to_thread(_sha256, path)
            by_content = (sha256, *rest)
            async with house.listening.of(by_content):
                finding = house.recall(by_content)
                if finding is None:
                    job = Memo(
                        member=account.user_id,
                        path=path,
                        language=listener.language,
                        spoken=spoken_language(house, listener),
                        voices=tuple(map(known_voice, stored)),
                        is_answer=listener.is_answer,
                        contexts=listener.contexts,
                    )
                    finding = await house.analyst.listen(job, progress.tell)
                    finding = replace(finding, sha256=sha256)
                    house.remember(by_content, finding)
                house.remember(by_id, finding)
                return finding


def spoken_language(house: House, listener: Listener) -> Language | None:
    """The language of a memo, if it is known: an answer is in that of the family's code word."""
    if listener.is_answer:
        return pick_language(language_of(house, listener.account.family_id))
    return house.settings.memo_language


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


def known_voice(stored: StoredVoice) -> KnownVoice:
    """A stored voiceprint as the worker compares with it."""
    print_ = Voiceprint(stored.model, stored.embedding, stored.speech_seconds)
    return KnownVoice(f"{stored.person_id}/{stored.model}", print_)


def labels_of(analysis: Analysis, person: str | None) -> frozenset[str]:
    """The labels under which `person` was compared with a memo."""
    labels = (match.label for match in analysis.voices)
    return frozenset(label for label in labels if label.partition("/")[0] == person)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
