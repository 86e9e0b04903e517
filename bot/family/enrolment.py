"""An enrolment of a voice as far as it has come, and what a memo must be like to count for it.

It lies in the sealed data of the conversation: a restart loses nothing, «Not now» ends it all.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from random import SystemRandom
from typing import Any

from bot.context import House
from bot.texts import Language, Texts, pick_language
from familyguard.codeword import LANGUAGES, words
from familyguard.family import Account, Person
from familyguard.privacy import VOICE
from familyguard.prompts import Prompt, draw, read
from familyguard.store.recordings import HeardBefore
from voice.calibration import SYNTHETIC_LLR, VOICE_SIMILAR_LLR
from voice.fingerprint import same_recording
from voice.results import EnrolmentMemo
from voice.voiceprint import (
    MIN_ENROLMENT_MEMOS,
    MIN_ENROLMENT_SECONDS,
    Voiceprint,
    combined,
    consistent,
    likeness,
)

PROMPT_SECONDS = 1800.0
"""A prompt that is older is not made up just then any more."""

MIN_MEMO_SECONDS = 4.0
"""Speech of one memo: a prompt takes some ten seconds, so less is a part of it."""

MAX_MEMOS = 6
"""After so many that do not agree with each other, one begins anew."""

SENTENCES = ("opening", "start", "middle", "end")
N_ALTERNATIVES = 4
"""Of each, in the texts `enrol.say.<sentence>.<number>`."""


class Why(StrEnum):
    """Why a memo does not count; the sentence is `enrol.refused.<why>`."""

    STALE = "stale"  # the prompt is too old
    UNCLEAR = "unclear"  # the sound cannot be judged
    SHORT = "short"
    KNOWN = "known"  # this recording was heard before
    NOT_READ = "not_read"
    MACHINE = "machine"
    OTHER_VOICE = "other_voice"


@dataclass(frozen=True, slots=True)
class Draft:
    """What there is so far.  `memos` are the messages that counted, `prints` their voiceprints.

    `first` says, once all is there, whether it replaces nothing.
    """

    id: str
    language: Language
    prompt: Prompt = field(repr=False)
    asked_at: float
    memos: tuple[int, ...] = ()
    prints: tuple[Voiceprint, ...] = field(default=(), repr=False)
    first: bool | None = None

    @property
    def seconds(self) -> float:
        """Net speech so far."""
        return sum(one.speech_seconds for one in self.prints)

    @property
    def is_complete(self) -> bool:
        """Whether there are memos and speech enough, clearly of one person."""
        return (
            len(self.prints) >= MIN_ENROLMENT_MEMOS
            and self.seconds >= MIN_ENROLMENT_SECONDS
            and consistent(self.prints)
        )

    def to_data(self) -> dict[str, Any]:
        """As it lies in the conversation."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Draft":
        """What `to_data` gave, after a journey as JSON."""
        prompt, prints = data["prompt"], data["prints"]
        return cls(
            **{
                **data,
                "prompt": Prompt(prompt["text"], tuple(prompt["words"])),
                "memos": tuple(data["memos"]),
                "prints": tuple(
                    Voiceprint(**{**one, "embedding": tuple(one["embedding"])}) for one in prints
                ),
            }
        )


def begun(house: House, account: Account) -> Draft:
    """A new enrolment with its first prompt, in the language of the family."""
    spoken = house.store.families.get(account.family_id).language
    language = pick_language(spoken if spoken in LANGUAGES else account.language)
    return Draft(secrets.token_hex(8), language, made_up(language), house.now())


def made_up(language: Language, before: Iterable[str] = ()) -> Prompt:
    """A fresh prompt; none of its words sounds like one of `before`."""
    return draw(sentences(language), words(language), SystemRandom(), before)


def sentences(language: Language) -> list[list[str]]:
    """The sentences of which a prompt has one each."""
    texts = Texts(language)
    return [
        [texts.get(f"enrol.say.{part}.{number + 1}") for number in range(N_ALTERNATIVES)]
        for part in SENTENCES
    ]


def asked_anew(draft: Draft, now: float) -> Draft:
    """With another prompt: no two memos are of the same one."""
    return replace(draft, prompt=made_up(draft.language, draft.prompt.words), asked_at=now)


def counted(draft: Draft, message: int, memo: EnrolmentMemo) -> Draft:
    """With one more memo, which was not refused."""
    assert memo.voiceprint is not None
    return replace(draft, memos=(*draft.memos, message), prints=(*draft.prints, memo.voiceprint))


async def refusal(
    draft: Draft,
    memo: EnrolmentMemo,
    unique_id: str,
    earlier: Iterable[HeardBefore],
    now: float,
) -> Why | None:
    """Why `memo` does not count, or None.  `earlier` is what the family has heard so far."""
    return await asyncio.to_thread(_refusal, draft, memo, unique_id, list(earlier), now)


def _refusal(
    draft: Draft, memo: EnrolmentMemo, unique_id: str, earlier: list[HeardBefore], now: float
) -> Why | None:
    if now - draft.asked_at > PROMPT_SECONDS:
        return Why.STALE
    if memo.voiceprint is None or memo.problems:
        return Why.UNCLEAR
    if memo.speech_seconds < MIN_MEMO_SECONDS:
        return Why.SHORT
    if _is_known(memo, unique_id, earlier):
        return Why.KNOWN
    said = memo.transcript
    if said is None or not read(draft.prompt, (said.text, *said.alternatives)).is_enough:
        return Why.NOT_READ
    if _is_made(memo):
        return Why.MACHINE
    if draft.prints and not _is_like(memo.voiceprint, combined(draft.prints)):
        return Why.OTHER_VOICE
    return None


def had_voice(house: House, person: Person) -> bool:
    """Whether a voice was ever enrolled for them, so that another one would replace it.

    A thief who takes the voice back first would else be the first to enrol.
    """
    family = person.family_id
    if any(voice.person_id == person.id for voice in house.store.voices.of_family(family)):
        return True
    return any(
        line.act == f"asked.{VOICE}" and line.detail.get("person") == person.id
        for line in house.store.audit.lines(family)
    )


def _is_known(memo: EnrolmentMemo, unique_id: str, earlier: list[HeardBefore]) -> bool:
    return any(
        unique_id == row.unique_id
        or memo.sha256 == row.sha256
        or (
            memo.fingerprint
            and row.fingerprint
            and same_recording(memo.fingerprint, row.fingerprint)
        )
        for row in earlier
    )


def _is_made(memo: EnrolmentMemo) -> bool:
    """Whether it bears a machine's marks, or sounds like one.

    Where the detector could not tell, that does not count against somebody.
    """
    found, score = memo.provenance, memo.synthetic
    return (
        found.watermark is not None
        or bool(found.generator_tags)
        or (found.credentials is not None and found.credentials.says_ai)
        or (score is not None and score.llr is not None and score.llr >= SYNTHETIC_LLR)
    )


def _is_like(one: Voiceprint, others: Voiceprint) -> bool:
    if one.model != others.model:
        return False
    llr = likeness(one, others)
    return llr is not None and llr >= VOICE_SIMILAR_LLR
