"""The steps of a family's set-up, in order.  Each can be skipped, and is offered again."""

from enum import StrEnum

from familyguard.family import Family, Person


class Step(StrEnum):
    """What the keeper is asked for."""

    NAME = "name"
    LANGUAGE = "language"
    COUNTRY = "country"
    CODE_WORD = "code_word"
    NUMBER = "number"
    VOICE = "voice"
    GREETING = "greeting"
    PIN = "pin"
    RELATIVES = "relatives"


STEPS = tuple(Step)


def after(step: Step) -> Step | None:
    """The step that follows; None after the last one."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def done(
    family: Family,
    keeper: Person,
    n_persons: int,
    *,
    has_word: bool,
    has_voice: bool,
    has_pin: bool,
) -> frozenset[Step]:
    """The steps that need nothing more.  The language always has one."""
    reached = {
        Step.NAME: bool(family.name),
        Step.LANGUAGE: True,
        Step.COUNTRY: family.country is not None,
        Step.CODE_WORD: has_word,
        Step.NUMBER: bool(keeper.phone),
        Step.VOICE: has_voice,
        Step.GREETING: bool(family.greeting),
        Step.PIN: has_pin,
        Step.RELATIVES: n_persons > 1,
    }
    return frozenset(step for step, is_done in reached.items() if is_done)
