"""What a member sends in becomes evidence of a case.  From file or words to the case, stored."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

import structlog
from telegram import Message

from bot import listening
from bot.analysis import Finding
from bot.case import answers, cases, heard
from bot.case.cases import Open
from bot.case.files import Arrival, Media, level_of
from bot.case.items import Item, item_of
from bot.case.origin import Origin, mark_of, origin_of
from bot.case.readers import reader_of
from bot.context import Context, House, Shown
from bot.judgement import (
    Judgement,
    judge_failure,
    judge_memo,
    judge_screenshot,
    judge_text,
)
from bot.listening import Listener
from bot.media import Attachment, kind_of
from bot.progress import Progress
from bot.screenshots.model import PictureProblem, Screenshot
from bot.texts import Language, Texts
from bot.words.overheard import unasked_word
from familyguard.case import WITHHELD
from familyguard.codeword import Match, Which
from familyguard.family import Account
from familyguard.model import WORDED, Evidence, Sign
from familyguard.near_matches import near_match
from voice.comparison import compared_with
from voice.errors import Undecodable
from voice.results import Analysis

log = structlog.get_logger(__name__)

RESULT_ID_BYTES = 12
"""96 random bits name a result: it fits into a button, and nobody guesses another one's."""

ASK = "ask"
"""Due after a request for money that names one person: that person is asked."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and who sent it."""

    message: Message
    account: Account
    language: Language

    @property
    def caption(self) -> str:
        """The words beside a file."""
        return self.message.caption or ""


async def memo(sent: Sent, found: Attachment, context: Context, progress: Progress) -> Open:
    """Listen to a file with sound and add what was heard to its case.

    Raises `QueueFull`, `CannotListen` or `Stopping`.
    """
    house, account = context.house, sent.account
    origin = origin_of(sent.message, house.store.keys, account.family_id)
    asked = answers.waiting(house, account, house.now())
    in_time = answers.in_time(asked, house.now(), origin.sent_at)
    contexts = answers.contexts(house, account, in_time)
    listener = Listener(account, sent.language, is_answer=bool(in_time), contexts=contexts)
    finding = await listening.find(found, listener, context.bot, house, progress)
    if not isinstance(finding.heard, Analysis):
        return failure(sent, finding.heard, house)
    now = house.now()
    beside = await heard.freshness(
        house, account, origin, found.unique_id, finding.sha256, finding.heard, now
    )
    spoken = finding.heard.transcript
    texts = answers.readings(spoken)
    said = answers.said(house, account, asked, spoken)
    answer = (
        await answers.answered(house, account, origin, asked, texts, said, now) if asked else None
    )
    if answer is not None:
        about = answer.asked.person_id
        arrival = _heard(sent, origin, finding, beside, house, about, no_words=True)
        if not answers.is_plain(answer, texts):
            arrival = replace(arrival, item=None)
        opened = answers.take_in(house, account, answer, arrival, now)
    else:
        word = await unasked_word(house, account, texts)
        arrival = _heard(sent, origin, finding, beside, house, None, no_words=word is not None)
        if isinstance(word, Match):
            # One that was not looked through stays evidence: a flood of memos must not cost any.
            arrival = replace(arrival, item=None)
        due = _due(arrival, word)
        with house.store.together():
            opened = cases.take_in(house, account, arrival, now, due)
            about = opened.file.case.about
            answers.heard_word(house, account.family_id, due, about, now)
    what = "answer" if answer is not None else "check"
    heard.remember(
        house, account, origin, found.unique_id, finding.sha256, finding.heard, what, now
    )
    shown = finding
    if arrival.no_words:
        # Its words hold the code word, or may: they must not stay in memory for a day.
        shown = replace(finding, heard="")
        house.let_go(finding)
    return _remembered(sent, opened, arrival, shown, house)


def failure(sent: Sent, reason: Undecodable | str, house: House) -> Open:
    """Add a file that could not be heard to its case; the words beside it still count."""
    reader = reader_of(house, sent.account.family_id)
    judgement = judge_failure(reason, sent.caption, sent.language, reader)
    return _written(sent, judgement, sent.caption, house, None)


def text(sent: Sent, judgement: Judgement, house: House, *, alone: bool = False) -> Open:
    """Add a message in words to its case, or open one that nothing else continues."""
    return _written(sent, judgement, judgement.message, house, None, alone=alone)


def judged_text(sent: Sent, house: House) -> Judgement:
    """What the words of a message alone come to."""
    reader = reader_of(house, sent.account.family_id)
    return judge_text(sent.message.text or sent.caption, sent.language, reader)


def screenshot(sent: Sent, seen: Screenshot | PictureProblem, file_id: str, house: House) -> Open:
    """Add the words in a picture to their case."""
    reader = reader_of(house, sent.account.family_id)
    judgement = judge_screenshot(seen, sent.caption, sent.language, reader)
    words = seen.their_text if isinstance(seen, Screenshot) else ""
    media = Media(kind_of(sent.message) or "document", file_id)
    return _written(sent, judgement, words, house, media)


def _written(
    sent: Sent,
    judgement: Judgement,
    words: str,
    house: House,
    media: Media | None,
    *,
    alone: bool = False,
) -> Open:
    account = sent.account
    origin = origin_of(sent.message, house.store.keys, account.family_id)
    if alone:
        origin = replace(origin, key=cases.ALONE)
    arrival = Arrival(
        mark=mark_of(sent.message),
        origin=origin,
        judgement=judgement,
        words=words,
        language=sent.language,
        media=media,
        about=cases.supposed(house, account, origin, judgement, words),
        item=item_of(sent.message, origin, house.now(), judgement),
    )
    now = house.now()
    opened = cases.take_in(house, account, arrival, now, _due(arrival, None))
    return _remembered(sent, opened, arrival, None, house)


def _heard(
    sent: Sent,
    origin: Origin,
    finding: Finding,
    beside: Iterable[Evidence],
    house: House,
    about: str | None,
    *,
    no_words: bool,
) -> Arrival:
    """What a memo brings; judged once for whom it is about, and then with that one's voice."""
    analysis, account = finding.heard, sent.account
    assert isinstance(analysis, Analysis)
    reader = reader_of(house, account.family_id)
    beside = tuple(beside)
    judgement = judge_memo(analysis, sent.caption, sent.language, reader, beside)
    said = analysis.transcript.text if analysis.transcript else ""
    if about is None:
        open_case = cases.running(house, account, origin, house.now())
        about = open_case.file.case.about if open_case else None
    about = about or cases.supposed(house, account, origin, judgement, said)
    compared = compared_with(analysis, listening.labels_of(analysis, about))
    judgement = judge_memo(compared, sent.caption, sent.language, reader, beside)
    judgement = replace(judgement, evidence=_named(judgement.evidence, about))
    if no_words and compared.transcript:
        nothing = replace(compared.transcript, text="", words=(), alternatives=(), expected=())
        silent = replace(compared, transcript=nothing)
        judgement = replace(judgement, analysis=silent)
    item = item_of(sent.message, origin, house.now(), judgement)
    return Arrival(
        mark=mark_of(sent.message),
        origin=origin,
        judgement=judgement,
        words="" if no_words else said,
        language=analysis.transcript.language if analysis.transcript else None,
        media=_media(sent.message),
        sha256=finding.sha256 or analysis.audio.sha256,
        voices=_voices(analysis),
        about=about,
        no_words=no_words,
        item=_without_words(item) if no_words else item,
        received_at=item.received_at,
    )


def _without_words(item: Item) -> Item:
    """The item without its words, and without those that were quoted as a reason."""
    reasons = tuple(
        (sign, WITHHELD if Sign(sign) in WORDED else detail) for sign, detail in item.reasons
    )
    return replace(item, words="", reasons=reasons, no_words=True)


def _named(evidence: Iterable[Evidence], person: str | None) -> tuple[Evidence, ...]:
    """What the voice is evidence of, with the person whom it was compared with."""
    pieces = tuple(evidence)
    rest = [piece for piece in pieces if piece.sign not in cases.OF_VOICE]
    return (*rest, *cases.of_voice(pieces, person))


def _voices(analysis: Analysis) -> dict[str, float]:
    """The best log-likelihood ratio for each person; of sound that cannot be judged, nothing."""
    found: dict[str, float] = {}
    if analysis.problems:
        return found
    for match in sorted(analysis.voices, key=lambda match: match.score.score):
        if match.score.llr is not None:
            found[match.label.partition("/")[0]] = match.score.llr
    return found


def _due(arrival: Arrival, word: Match | bool | None) -> list[str]:
    signs = {piece.sign for piece in arrival.judgement.evidence}
    due = []
    if Sign.MONEY_REQUEST in signs:
        due.append(ASK)
    if isinstance(word, Match):
        due.append(answers.DURESS if word.which is Which.DURESS else answers.ROTATE)
    if word is True:
        due.append(answers.MANY)
    if near_match(signs):
        due.append(answers.NEAR)
    return due


def _media(message: Message) -> Media | None:
    kind = kind_of(message)
    if kind is None:
        return None
    file = getattr(message, kind)
    return Media(kind, file.file_id)


def _remembered(
    sent: Sent, opened: Open, arrival: Arrival, finding: Finding | None, house: House
) -> Open:
    """The case, whose latest result can be looked at under «Details»."""
    result = secrets.token_urlsafe(RESULT_ID_BYTES)
    shown = Shown(sent.message.chat_id, arrival.judgement, finding, arrival)
    house.shown.put(result, shown)
    log.info("judged", verdict=level_of(opened.file.case).name)
    return cases.change(house, opened, lambda file: replace(file, details=result))


def sent_by(message: Message, account: Account, texts: Texts) -> Sent:
    """A message with what is known of its sender."""
    return Sent(message, account, texts.language)
