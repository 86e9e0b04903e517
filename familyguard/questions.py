"""Questions that are answered by tapping, one at a time: which comes next, going back, resuming.

Used by the deepfake flow and the video checklist.  A state is nothing but the answers, so it can be
stored as text at any moment, and a tap on an older question is a correction, not an error.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

Given = Mapping[str, str]


class InvalidAnswer(Exception):
    """No such question now, or no such option."""


class InvalidState(Exception):
    """A stored state that is not one of this questionnaire in this version."""


def _always(_: Given) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """One question; it is asked if `asked_if` holds for what was answered before it."""

    code: str
    options: tuple[str, ...]
    asked_if: Callable[[Given], bool] = _always


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Questions in order.  A change of codes or options wants a new `version`."""

    name: str
    version: int
    questions: tuple[Question, ...]

    def start(self) -> "Answers":
        """Nothing answered yet."""
        return Answers(self)

    def resume(self, text: str) -> "Answers":
        """The state that `Answers.to_json` wrote.  Raises InvalidState."""
        try:
            stored = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidState("not JSON") from error
        if not isinstance(stored, dict) or not isinstance(stored.get("answers"), dict):
            raise InvalidState("not a state")
        if (stored.get("name"), stored.get("version")) != (self.name, self.version):
            raise InvalidState(f"not a state of {self.name}, version {self.version}")
        answers = self.start()
        try:
            for code, option in stored["answers"].items():
                answers = answers.answer(code, option)
        except InvalidAnswer as error:
            raise InvalidState(str(error)) from error
        return answers


@dataclass(frozen=True, slots=True)
class Answers:
    """How far somebody is."""

    questionnaire: Questionnaire
    given: tuple[tuple[str, str], ...] = ()

    @property
    def as_mapping(self) -> dict[str, str]:
        """Question code → option."""
        return dict(self.given)

    @property
    def next(self) -> Question | None:
        """The question to ask now, or None when all are answered."""
        given = self.as_mapping
        return next((one for one in self._asked(given) if one.code not in given), None)

    @property
    def progress(self) -> tuple[int, int]:
        """How many questions are answered, and how many there are as things stand."""
        given = self.as_mapping
        return len(given), len(self._asked(given))

    def answer(self, code: str, option: str) -> Self:
        """With `option` chosen for the question `code`, which may be one that was answered before.

        Later answers to questions that no longer come up are forgotten.

        Raises:
            InvalidAnswer: the question does not come up yet, or has no such option.
        """
        given = self.as_mapping
        question = next((one for one in self._asked(given) if one.code == code), None)
        upcoming = self.next
        if question is None or (code not in given and (not upcoming or upcoming.code != code)):
            raise InvalidAnswer(f"{code!r} is not asked now")
        if option not in question.options:
            raise InvalidAnswer(f"{code!r} has no option {option!r}")
        given[code] = option
        kept = {one.code: given[one.code] for one in self._asked(given) if one.code in given}
        return type(self)(self.questionnaire, tuple(kept.items()))

    def back(self) -> Self:
        """Without the last answer; at the beginning nothing changes."""
        return type(self)(self.questionnaire, self.given[:-1])

    def to_json(self) -> str:
        """A text that `Questionnaire.resume` reads."""
        return json.dumps(
            {
                "name": self.questionnaire.name,
                "version": self.questionnaire.version,
                "answers": self.as_mapping,
            },
            separators=(",", ":"),
        )

    def _asked(self, given: Given) -> list[Question]:
        """The questions that come up with what was given, judged one after the other."""
        asked: list[Question] = []
        before: dict[str, str] = {}
        for question in self.questionnaire.questions:
            if question.asked_if(before):
                asked.append(question)
                if question.code in given:
                    before[question.code] = given[question.code]
        return asked
