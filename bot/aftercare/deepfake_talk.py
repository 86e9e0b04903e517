"""How far somebody is in `/deepfake`: what was answered, noted, and asked for a letter.

It lies with the conversation, so that a restart loses nothing of it.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Self

from telegram import Update

from bot import talk
from bot.aftercare import countries
from bot.case import keeping
from bot.context import Context
from familyguard.deepfake import QUESTIONS, Plan, plan, refuses_images
from familyguard.directory import ELSEWHERE, directory
from familyguard.letter_questions import Ask
from familyguard.letters import LetterKind, Noted, noted_from_json, noted_to_json
from familyguard.questions import Answers, InvalidState
from familyguard.store.desk import Dialogue

TOPIC: Final = keeping.DEEPFAKE

PATIENCE: Final = 2 * 3600.0
"""Seconds after which it ends: what somebody types later may be a message to be checked."""


@dataclass(frozen=True, slots=True)
class DeepfakeTalk:
    """One conversation.  `done` are the questions for letters that were answered or skipped.

    `last` is the number of the latest message that was read: after a crash it may come again.
    """

    answers: Answers
    noted: Noted = field(default_factory=Noted)
    case: str | None = None
    letter: LetterKind | None = None
    done: tuple[Ask, ...] = ()
    last: int = 0
    country: str = ""  # that was tapped, where the family has none
    asked: int = 0  # number of the message with the latest question for a letter

    @classmethod
    def read(cls, dialogue: Dialogue) -> Self | None:
        """What a conversation holds; None where it is of another version."""
        data = dialogue.data
        try:
            return cls(
                QUESTIONS.resume(str(data.get("answers"))),
                noted_from_json(data.get("noted") or {}),
                data.get("case"),
                LetterKind(data["letter"]) if data.get("letter") else None,
                tuple(map(Ask, data.get("done") or ())),
                int(data.get("last") or 0),
                str(data.get("country") or ""),
                int(data.get("asked") or 0),
            )
        except (InvalidState, ValueError):
            return None

    @property
    def refuses(self) -> bool:
        """Whether no picture may be taken in now: also as long as it is not known what it shows."""
        return self.answers.next is not None or refuses_images(self.answers)

    @property
    def facts(self) -> Noted:
        """What was noted, with what the answers say of it."""
        return replace(self.noted, on_behalf=self.answers.as_mapping.get("who") == "relative")


def going_on(update: Update, context: Context) -> DeepfakeTalk | None:
    """The conversation of whoever sent `update`, if it still is this one."""
    account, house = context.account(update), context.house
    dialogue = house.store.dialogues.of(account.user_id, house.now())
    if dialogue is None or dialogue.topic != TOPIC:
        return None
    return DeepfakeTalk.read(dialogue)


def remember(update: Update, context: Context, state: DeepfakeTalk) -> None:
    """Go on from `state`."""
    talk.begin(
        update,
        context,
        TOPIC,
        PATIENCE,
        answers=state.answers.to_json(),
        noted=noted_to_json(state.noted),
        case=state.case,
        letter=state.letter,
        done=state.done,
        last=state.last,
        country=state.country,
        asked=state.asked,
    )


def refuses(dialogue: Dialogue) -> bool:
    """Whether no picture may be taken in during this conversation."""
    state = DeepfakeTalk.read(dialogue)
    return state is None or state.refuses


def plan_of(update: Update, context: Context, state: DeepfakeTalk) -> Plan:
    """The steps for the country; without one those that hold in all of Europe."""
    country = country_of(update, context, state)
    return plan(state.answers, country or ELSEWHERE, directory())


def country_of(update: Update, context: Context, state: DeepfakeTalk) -> str:
    """Where somebody lives; empty where nobody said so."""
    return state.country or countries.known(context, context.account(update))
