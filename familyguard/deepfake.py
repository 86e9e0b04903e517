"""«A deepfake of me or of us»: what is asked, and which steps follow from the answers.

Pure: questions and rules are the two tables below.  The rules were drawn from what the Dutch data
protection authority advises (fieldnotes in the design; the sentences are our own).  Where sexual
images or a minor may be involved, the helpline for that comes first and no image may be taken in.
«I do not know» counts as yes for those two questions: a needless call costs little.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from familyguard.directory import EEA, ELSEWHERE, Body, Directory, Purpose
from familyguard.letters import LetterKind
from familyguard.questions import Answers, Given, Question, Questionnaire


def _is_depicted(given: Given) -> bool:
    return given.get("who") != "made_by_me"


def _is_own(given: Given) -> bool:
    return not _is_depicted(given)


def _is_spread(given: Given) -> bool:
    return _is_depicted(given) and given.get("where") != "personal"


QUESTIONS: Final = Questionnaire(
    "deepfake",
    2,
    (
        Question("who", ("me", "relative", "made_by_me")),
        Question("sexual", ("yes", "no", "unsure")),
        Question("minor", ("yes", "no", "unsure")),
        Question("harm", ("threat", "money", "name", "none"), _is_depicted),
        # One question for the circle and the platform: it is one thing that people know.
        Question("where", ("personal", "social", "website", "messages", "unknown"), _is_depicted),
        Question("circle", ("personal", "public", "unknown"), _is_own),
        Question("maker", ("known", "unknown"), _is_depicted),
        Question("public_figure", ("yes", "no"), _is_spread),
    ),
)
"""Seven questions at the most, so that a letter is at most ten taps away, also for somebody who
does not want to be asked what belongs into it."""


class DeepfakeStep(StrEnum):
    """One thing to do, or to know, in the order in which it is shown."""

    SEXUAL_HELP = "sexual_help"
    SEND_NO_IMAGES = "send_no_images"
    DANGER = "danger"
    DO_NOT_PAY = "do_not_pay"
    CALL_BANK = "call_bank"
    NOTE_ADDRESSES = "note_addresses"  # of images that may not be copied
    KEEP_EVIDENCE = "keep_evidence"
    POLICE_NOW = "police_now"
    FRAUD_DESK = "fraud_desk"
    ASK_IN_PERSON = "ask_in_person"
    ASK_MAKER = "ask_maker"
    REPORT_IN_APP = "report_in_app"
    PLATFORM_NOTICE = "platform_notice"
    ASK_PLATFORM = "ask_platform"
    SEARCH_ENGINES = "search_engines"
    POLICE_MAYBE = "police_maybe"
    COMPLAINT = "complaint"
    COURT = "court"
    SUPPORT = "support"
    # For someone who made one.
    TAKE_DOWN = "take_down"
    KEEP_IT_SMALL = "keep_it_small"
    ASK_CONSENT = "ask_consent"
    LABEL = "label"


class Why(StrEnum):
    """Why a step is there, or what it depends on."""

    SEXUAL = "sexual"
    MINOR = "minor"
    THREAT = "threat"
    MONEY = "money"
    PERSONAL_CIRCLE = "personal_circle"
    MAKER_KNOWN = "maker_known"
    MAKER_UNKNOWN = "maker_unknown"
    PUBLIC = "public"
    PUBLIC_FIGURE = "public_figure"
    NO_ANSWER = "no_answer"  # only after a month without a good answer
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Situation:
    """The answers as the rules need them."""

    own: bool  # made by the one who asks
    sexual: bool
    minor: bool
    threat: bool
    money: bool
    name: bool
    personal: bool
    maker_known: bool
    platform: str
    public_figure: bool
    in_eea: bool

    @classmethod
    def of(cls, given: Given, country: str) -> Self:
        """What `given` says of someone in `country`."""
        return cls(
            own=given.get("who") == "made_by_me",
            sexual=given.get("sexual") in {"yes", "unsure"},
            minor=given.get("minor") in {"yes", "unsure"},
            threat=given.get("harm") == "threat",
            money=given.get("harm") == "money",
            name=given.get("harm") == "name",
            personal="personal" in (given.get("where"), given.get("circle")),
            maker_known=given.get("maker") == "known",
            platform=given.get("where", ""),
            public_figure=given.get("public_figure") == "yes",
            in_eea=country in EEA or country == ELSEWHERE,
        )

    @property
    def delicate(self) -> bool:
        """Whether images may be there that nobody may ask for or store."""
        return self.sexual or self.minor

    @property
    def crime(self) -> bool:
        """Whether it is likely to be one."""
        return self.sexual or self.threat or self.money


_TRUE: Final[dict[Why, Callable[[Situation], bool]]] = {
    Why.SEXUAL: lambda it: it.sexual,
    Why.MINOR: lambda it: it.minor,
    Why.THREAT: lambda it: it.threat,
    Why.MONEY: lambda it: it.money,
    Why.PERSONAL_CIRCLE: lambda it: it.personal,
    Why.MAKER_KNOWN: lambda it: it.maker_known,
    Why.MAKER_UNKNOWN: lambda it: not it.maker_known,
    Why.PUBLIC: lambda it: not it.personal,
    Why.PUBLIC_FIGURE: lambda it: it.public_figure,
    Why.NO_ANSWER: lambda _: True,
    Why.NAME: lambda it: it.name,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A step and when it is shown; of `whys` those are told that hold."""

    step: DeepfakeStep
    holds: Callable[[Situation], bool]
    whys: tuple[Why, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    letter: LetterKind | None = None
    needs_body: bool = False


_S, _W, _P, _L = DeepfakeStep, Why, Purpose, LetterKind

_DELICATE = (
    Rule(_S.SEXUAL_HELP, lambda it: it.delicate, (_W.SEXUAL, _W.MINOR), (_P.SEXUAL_IMAGES,)),
    Rule(_S.SEND_NO_IMAGES, lambda it: it.delicate, (_W.SEXUAL, _W.MINOR)),
)

DEPICTED: Final = (
    *_DELICATE,
    Rule(_S.DANGER, lambda it: it.threat, (_W.THREAT,), (_P.EMERGENCY,)),
    Rule(_S.DO_NOT_PAY, lambda it: it.threat, (_W.THREAT,)),
    Rule(_S.CALL_BANK, lambda it: it.money, (_W.MONEY,), (_P.BANK,)),
    Rule(_S.NOTE_ADDRESSES, lambda it: it.delicate, (_W.SEXUAL, _W.MINOR)),
    Rule(_S.KEEP_EVIDENCE, lambda it: not it.delicate),
    Rule(_S.POLICE_NOW, lambda it: it.crime, (_W.SEXUAL, _W.THREAT, _W.MONEY), (_P.POLICE,)),
    Rule(_S.FRAUD_DESK, lambda it: it.money, (_W.MONEY,), (_P.FRAUD_DESK,), needs_body=True),
    Rule(
        _S.ASK_IN_PERSON,
        lambda it: it.personal and it.maker_known and not it.threat,
        (_W.PERSONAL_CIRCLE,),
    ),
    Rule(
        _S.ASK_MAKER,
        lambda it: not it.personal and it.maker_known and not it.threat,
        (_W.MAKER_KNOWN,),
        letter=_L.ERASURE_MAKER,
    ),
    Rule(
        _S.REPORT_IN_APP,
        lambda it: it.platform == "messages" or (it.personal and not it.maker_known),
        (_W.MAKER_UNKNOWN,),
    ),
    Rule(
        _S.PLATFORM_NOTICE,
        lambda it: it.platform in {"social", "website"},
        (_W.PUBLIC,),
        letter=_L.DSA_NOTICE,
    ),
    Rule(
        _S.ASK_PLATFORM,
        lambda it: it.platform in {"social", "website"} and it.in_eea,
        (_W.PUBLIC,),
        letter=_L.ERASURE_PLATFORM,
    ),
    Rule(_S.SEARCH_ENGINES, lambda it: it.platform in {"social", "website"}, (_W.PUBLIC,)),
    Rule(_S.POLICE_MAYBE, lambda it: not it.crime, (), (_P.POLICE,)),
    Rule(
        _S.COMPLAINT,
        lambda it: not it.personal and it.in_eea,
        (_W.NO_ANSWER,),
        (_P.DATA_PROTECTION,),
        _L.COMPLAINT,
    ),
    Rule(_S.COURT, lambda it: not it.personal, (_W.NAME, _W.PUBLIC_FIGURE)),
    Rule(_S.SUPPORT, lambda _: True, (), (_P.SUPPORT,), needs_body=True),
)
"""For those whom it shows."""

MADE_IT: Final = (
    *_DELICATE,
    Rule(_S.TAKE_DOWN, lambda it: it.delicate, (_W.SEXUAL, _W.MINOR)),
    Rule(
        _S.KEEP_IT_SMALL,
        lambda it: it.personal and it.in_eea and not it.delicate,
        (_W.PERSONAL_CIRCLE,),
    ),
    Rule(_S.ASK_CONSENT, lambda it: not it.delicate, (_W.PUBLIC,)),
    Rule(_S.LABEL, lambda it: not it.delicate, (_W.PUBLIC,)),
)
"""For those who made one."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with why it is there, who helps, and the letter that belongs to it."""

    step: DeepfakeStep
    whys: tuple[Why, ...]
    bodies: tuple[Body, ...]
    letter: LetterKind | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order.  Where `refuse_images` is set the bot takes in no picture or video."""

    steps: tuple[PlannedStep, ...]
    refuse_images: bool
    in_eea: bool

    @property
    def letters(self) -> tuple[LetterKind, ...]:
        """The letters that belong to the steps, in their order."""
        return tuple(step.letter for step in self.steps if step.letter)


def refuses_images(answers: Answers) -> bool:
    """Whether, from what is known by now, no picture or video may be taken in.

    Asked at every step of the flow, so that the refusal does not wait for the last answer.
    """
    return Situation.of(answers.as_mapping, "").delicate


def plan(answers: Answers, country: str, known: Directory) -> Plan:
    """The steps that follow from `answers` for someone in `country` (ISO 3166, or ELSEWHERE).

    Unanswered questions count as the milder case, so a plan can be shown half-way.  Outside the EEA
    there are no letters: they rest on European law.
    """
    situation = Situation.of(answers.as_mapping, country)
    rules = MADE_IT if situation.own else DEPICTED
    steps = []
    for rule in rules:
        if not rule.holds(situation):
            continue
        bodies = known.find(country, *rule.purposes) if rule.purposes else ()
        if rule.needs_body and not bodies:
            continue
        steps.append(
            PlannedStep(
                step=rule.step,
                whys=tuple(why for why in rule.whys if _TRUE[why](situation)),
                bodies=bodies,
                letter=rule.letter if situation.in_eea else None,
            )
        )
    return Plan(tuple(steps), situation.delicate, situation.in_eea)
