"""The readable layer: what this fraud says, one line a pattern, in `familyguard/patterns/`.

A pattern is a row of folded words (see `fold`), written so that someone who does not program can
read and add one:

    «nieuw|nieuwe nummer»   one of several words, then the next
    «overma*»               any ending
    «<role>»                a word of the list of that name in the same file
    «[toch]»                may be missing
    «..» and «....»         at most four, at most twelve other words in between
    «oude_nummer|vorige»    an underscore joins the words of one alternative
    «#» and «€»             a number, a currency sign

Each carries an example that it must find and, where that is instructive, one that it must not; the
tests run both.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from familyguard.model import Sign, Stage
from familyguard.requests.fold import Folded

LANGUAGES = ("nl", "en", "de", "fr")
_GAPS = {"..": "(?:[^ ]+ ){0,4}", "....": "(?:[^ ]+ ){0,12}"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of signal: what it counts for, what it is evidence of, how far the fraud then is."""

    name: str
    given: float = 0.0  # natural-log odds that it adds; above 0 nothing is learnt beside it
    sign: Sign | None = None
    stage: Stage | None = None
    ordinary: bool = False  # speaks for family talk; never shown as a reason


@dataclass(slots=True)
class Pattern:
    """One line of a pattern file."""

    kind: str
    language: str
    say: str
    yes: str
    no: str | None
    words: tuple[str, ...]  # every whole word that it can find
    probes: tuple[str, ...]  # one of these stands in every text that it finds
    source: str  # the regular expression, compiled when a probe first hits
    compiled: re.Pattern[str] | None = field(default=None, repr=False)

    def find(self, folded: Folded) -> tuple[int, int] | None:
        """Where this pattern first stands in `folded.text`, or None."""
        for probe in self.probes:
            if probe in folded.text:
                break
        else:
            return None
        if self.compiled is None:
            self.compiled = re.compile(self.source)
        found = self.compiled.search(folded.text)
        return found.span() if found else None


class PatternError(ValueError):
    """A line of a pattern file cannot be read; the message says which and why."""


def _alternatives(element: str, lists: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    words: list[str] = []
    for word in element.split("|"):
        if word.startswith("<") and word.endswith(">"):
            if word[1:-1] not in lists:
                raise PatternError(f"no list {word} in this file")
            words.extend(_alternatives("|".join(lists[word[1:-1]]), lists))
        elif word:
            words.append(word)
    if not words:
        raise PatternError(f"an empty word in «{element}»")
    return tuple(word.replace("_", " ") for word in words)


def _as_regex(words: tuple[str, ...]) -> str:
    parts = (re.escape(word).replace(r"\*", "[^ ]*") for word in words)
    return "(?:" + "|".join(parts) + ")"


def translate(
    say: str, lists: dict[str, tuple[str, ...]]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The regular expression of a pattern, its probes, its whole words.  Raises `PatternError`.

    No repetition stands inside another one without a fixed bound, so the search stays linear.
    """
    source = "(?<= )"
    probes: tuple[str, ...] = ()
    whole: list[str] = []
    for element in say.split():
        if element in _GAPS:
            source += _GAPS[element]
            continue
        optional = element.startswith("[") and element.endswith("]")
        words = _alternatives(element.strip("[]"), lists)
        whole.extend(word for word in words if "*" not in word)
        source += f"(?:{_as_regex(words)} )?" if optional else f"{_as_regex(words)} "
        if optional:
            continue
        candidates = tuple(
            max(word.split("*"), key=len) if word.startswith("*") else " " + word.split("*")[0]
            for word in words
        )
        if not probes or len(candidates) < len(probes):
            probes = candidates
    if not probes:
        raise PatternError(f"nothing to look for in «{say}»")
    return source, probes, tuple(whole)


def _read(name: str) -> dict[str, object]:
    text = files("familyguard").joinpath("patterns", name).read_text("utf-8")
    return tomllib.loads(text)


@cache
def kinds() -> dict[str, Kind]:
    """All kinds of signal, by name, from `patterns/kinds.toml`."""
    table = {}
    for name, row in _read("kinds.toml").items():
        assert isinstance(row, dict)
        table[name] = Kind(
            name=name,
            given=float(row.get("given", 0.0)),
            sign=Sign(row["sign"]) if "sign" in row else None,
            stage=Stage(row["stage"]) if "stage" in row else None,
            ordinary=bool(row.get("ordinary", False)),
        )
    return table


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern of every language.  Raises `PatternError` when a file cannot be read."""
    known = kinds()
    found = []
    for language in LANGUAGES:
        content = _read(f"{language}.toml")
        raw_lists = content["lists"]
        assert isinstance(raw_lists, dict)
        lists = {name: tuple(str(words).split("|")) for name, words in raw_lists.items()}
        table = content["patterns"]
        assert isinstance(table, dict)
        for kind, rows in table.items():
            if kind not in known:
                raise PatternError(f"{language}.toml: kinds.toml has no «{kind}»")
            assert isinstance(rows, list)
            for row in rows:
                source, probes, words = translate(row["say"], lists)
                yes, no = row["yes"], row.get("no")
                found.append(Pattern(kind, language, row["say"], yes, no, words, probes, source))
    return tuple(found)


@cache
def patterns_for(language: str | None) -> tuple[Pattern, ...]:
    """Every pattern, those of `language` first."""
    return tuple(sorted(patterns(), key=lambda pattern: pattern.language != language))
