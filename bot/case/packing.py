"""From a case to the facts of a file for the police: originals, verdicts, words, custody."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot import listening
from bot.analysis import Finding
from bot.case import cases, keeping
from bot.case.cases import Open
from bot.case.files import level_of
from bot.case.items import Item
from bot.case.readers import reader_of
from bot.context import Context
from bot.errors import CannotListen, QueueFull, Stopping
from bot.family.who import name_of, person_of
from bot.judgement import Judgement, judge_memo
from bot.listening import Listener
from bot.progress import Progress
from bot.texts import Texts
from bot.wording import factors, word
from bot.words.overheard import unasked_word
from familyguard.evidence_pack import Custody, Moment, Original, TimeOrigin, rfc3339
from familyguard.family import Account
from voice.comparison import compared_with
from voice.results import Analysis

if TYPE_CHECKING:
    from bot.papers.report import CaseFacts, Exhibit

PICTURE_SECONDS = 30.0
"""How long a picture of a sound may take; a file without it is better than none."""

HEARD = ("voice", "audio", "video", "video_note", "document")
"""Kinds of files in which there may be something to hear."""

IN_CUSTODY = ("case_kept", "case_let_go", "case_closed", "case_packed")
"""Acts of the log that belong into the chain of custody."""


@dataclass(frozen=True, slots=True)
class Made:
    """The facts, and how many originals could not be had any more."""

    facts: "CaseFacts"
    missing: int


async def facts_of(
    context: Context, account: Account, opened: Open, texts: Texts, progress: Progress
) -> Made:
    """Everything that a report says about a case, in the language of `texts`.

    What is not kept here is fetched from Telegram, which has it for as long as the chat.
    """
    from bot.papers.report import CaseFacts

    house, file = context.house, opened.file
    reporter = name_of(person_of(context, account))(texts)
    exhibits, custody, missing = [], [], 0
    for item in file.items:
        content = await _content(context, account, item)
        if content is None:
            missing += 1
            continue
        exhibits.append(await _exhibit(context, account, opened, item, content, texts, progress))
        received = texts.get("custody.received", number=len(exhibits))
        custody.append(Custody(_moment(item.at), reporter, received))
    custody += [
        Custody(_moment(line.at), reporter, texts.get(f"custody.{line.act}"))
        for line in house.store.audit.lines(account.family_id, opened.stored.opened_at)
        if line.act in IN_CUSTODY and line.detail.get("case") == opened.id
    ]
    now = _moment(house.now())
    custody.append(Custody(now, "FamilyGuard", texts.get("evidence.packed")))
    notes = [(Moment(_moment(at), TimeOrigin.TELEGRAM), words) for at, words in file.notes if words]
    facts = CaseFacts(
        case=opened.id,
        made_at=now,
        reporter=reporter,
        software=f"FamilyGuard {version('familyguard')}",
        happened=_happened(context, opened, texts),
        notes=tuple(notes),
        exhibits=tuple(exhibits),
        custody=tuple(sorted(custody, key=lambda entry: entry.at)),
        left_out=_left_out(opened, texts),
        detector=house.settings.detector,
    )
    return Made(facts, missing)


def _happened(context: Context, opened: Open, texts: Texts) -> tuple[str, ...]:
    """What the asker tapped, what the person it claims to be from said, what the case comes to."""
    house, family, file = context.house, opened.stored.family_id, opened.file
    said = [f"{texts.get(f'aftercare.happened.{one}')}." for one in file.happened]
    for question in house.store.questions.of_case(family, opened.id):
        person = house.store.people.get(family, question.person_id)
        name = name_of(person)(texts) if person else "–"
        asked = rfc3339(_moment(question.asked_at))
        answer = question.answer or "none"
        at = rfc3339(_moment(question.answered_at)) if question.answered_at else "–"
        said.append(texts.get(f"evidence.asked.{answer}", name=name, asked=asked, at=at))
    if file.case.count:
        level = texts.get(f"file.level.{level_of(file.case).name.lower()}")
        said.append(texts.get("evidence.level", level=level))
    return tuple(said)


def _left_out(opened: Open, texts: Texts) -> tuple[str, ...]:
    """How many memos are not in the pack and why; then the time and the hash of each.

    A hash of the sound tells nothing of the word in it; whoever gets the memo can be shown the two.
    """
    withheld = opened.file.withheld
    if not withheld:
        return ()
    lines = [f"{rfc3339(_moment(at))}, SHA-256 {sha256}" for at, sha256 in withheld]
    return (texts.get("evidence.left_out", count=len(withheld)), *lines)


async def _content(context: Context, account: Account, item: Item) -> bytes | None:
    if item.kept:
        kept = context.house.store.evidence.read(account.family_id, item.kept)
        if kept is not None:
            return kept
    if item.file_id:
        return await keeping.content_of(context, item)
    return item.words.encode("utf-8", "replace") or None


async def _exhibit(
    context: Context,
    account: Account,
    opened: Open,
    item: Item,
    content: bytes,
    texts: Texts,
    progress: Progress,
) -> "Exhibit":
    from bot.papers.report import Exhibit, transcript_lines

    moments = [Moment(_moment(item.received_at), TimeOrigin.TELEGRAM)]
    if item.sent_at is not None:
        moments.append(Moment(_moment(item.sent_at), TimeOrigin.FORWARD))
    moments.append(Moment(_moment(item.at), TimeOrigin.SERVER))
    original = Original(content, item.name, item.media_type, tuple(moments), item.origin)
    verdict = item.verdict
    wording = word(Judgement(verdict, None), texts) if verdict else None
    exhibit = Exhibit(original, wording)
    if verdict is None or item.attachment is None or item.kind not in HEARD:
        return exhibit
    finding = await _heard(context, account, item, texts, progress)
    if finding is None or not isinstance(finding.heard, Analysis):
        return exhibit
    house, person = context.house, cases.about(context.house, opened)
    analysis = compared_with(
        finding.heard, listening.labels_of(finding.heard, person.id if person else None)
    )
    spoken = analysis.transcript
    hidden = item.no_words
    stored = house.store.codewords.get(account.family_id)
    if stored is not None and stored.set_at > item.at and spoken is not None:
        # A memo that came before the code word was set may hold it now; later ones were looked at.
        hidden = hidden or await unasked_word(house, account, (spoken.text,)) is not None
    if hidden and spoken is not None:
        analysis = replace(analysis, transcript=replace(spoken, text="", words=()))
    judgement = judge_memo(
        analysis, item.words, texts.language, reader_of(house, account.family_id)
    )
    return replace(
        exhibit,
        factors=factors(judgement, texts, person.name if person else ""),
        transcript=transcript_lines(analysis.transcript),
        picture=None if hidden else await _picture(finding),
    )


async def _heard(
    context: Context, account: Account, item: Item, texts: Texts, progress: Progress
) -> Finding | None:
    """What was heard in it, remembered or heard again."""
    assert item.attachment is not None
    listener = Listener(account, texts.language)
    try:
        return await listening.find(item.attachment, listener, context.bot, context.house, progress)
    except (QueueFull, CannotListen, Stopping):
        return None


async def _picture(finding: Finding) -> bytes | None:
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            return await asyncio.shield(finding.picture)
    except TimeoutError:
        return None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
