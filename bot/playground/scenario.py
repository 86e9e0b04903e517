"""Stories that play step by step: one TOML file each in `scenarios/`; docs/playground.md says how.

A step is one act of one person.  Words that differ by language are tables with `nl` and `en`.
`bot.playground.playing` plays them.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.texts import LANGUAGES

ACTS = ("says", "sends", "forwards", "presses", "starts", "follows", "claims", "shares", "waits")
Words = str | dict[str, str]


class BrokenScenario(ValueError):
    """A scenario file that cannot be played; says which file and why."""


@dataclass(frozen=True)
class Step:
    """Who does what, where.  `act` is one of ACTS, `what` its object; `more` is the rest."""

    who: str
    act: str
    what: Any
    to: str
    tell: Words
    more: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A story with its title, in both languages."""

    name: str
    title: Words
    about: Words
    steps: tuple[Step, ...]

    def summary(self) -> dict[str, Any]:
        """What the side panel shows."""
        return {
            "name": self.name,
            "title": self.title,
            "about": self.about,
            "steps": [{"who": s.who, "to": s.to, "tell": s.tell, "act": s.act} for s in self.steps],
        }


def load_scenarios() -> dict[str, Scenario]:
    """Every story in the package, by file name; raises BrokenScenario."""
    folder = files("bot.playground") / "scenarios"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {
        file.name.removesuffix(".toml"): read_scenario(
            file.name.removesuffix(".toml"), file.read_text("utf-8")
        )
        for file in found
    }


def read_scenario(name: str, source: str) -> Scenario:
    """One story from its text; raises BrokenScenario."""
    try:
        data = tomllib.loads(source)
        steps = tuple(_step(step) for step in data["step"])
        return Scenario(name, _words(data["title"]), _words(data["about"]), steps)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BrokenScenario(f"{name}.toml: {error}") from error


def _step(given: dict[str, Any]) -> Step:
    acts = [act for act in ACTS if act in given]
    if len(acts) != 1:
        raise ValueError(f"a step does exactly one of {', '.join(ACTS)}")
    more = {k: v for k, v in given.items() if k not in {"who", "to", "tell", acts[0]}}
    unknown = set(more) - {"from", "as", "hidden", "caption", "holding"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    return Step(
        str(given["who"]), acts[0], given[acts[0]], str(given.get("to", "bot")),
        _words(given["tell"]), more,
    )  # fmt: skip


def _words(given: Words) -> Words:
    if isinstance(given, dict) and set(given) != set(LANGUAGES):
        raise ValueError("words need both nl and en")
    return given


def in_language(words: Words, language: str) -> str:
    """The words in one language; a plain string is the same in all."""
    return words if isinstance(words, str) else words[language]


def in_any(words: Words, language: str) -> tuple[str, ...]:
    """The words in every language, first in this one.

    Somebody may switch the page in the middle of a story, and what was said stays as it was.
    """
    if isinstance(words, str):
        return (words,)
    return (words[language], *(said for one, said in words.items() if one != language))
