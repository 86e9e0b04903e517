"""The JSON object keeps its promise: the documented keys, always all of them."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.judgement import Judgement
from bot.report_json import SCHEMA_VERSION, report
from bot.texts import Texts
from bot.wording import word
from familyguard.model import Evidence, Request, Sign, Signal, Stage
from familyguard.verdict import judge
from tests.bot.analyses import analysis
from voice.errors import Undecodable
from voice.results import Credentials, Provenance, Score, Unchecked, Watermark, Window

PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"
ROW = re.compile(r"^\| `([\w.\[\]]+)` \| ([^|]+) \|", re.MULTILINE)
FREE = {"timing", "audio.tags"}
"""Objects whose keys are data."""

WINDOWS = (Window(0.0, 3.0, 0.41234567, -1.5), Window(1.5, 4.5, 0.5, None))
SCORE = Score("campplus", 0.31, -2.5, WINDOWS)


def full() -> Judgement:
    """A judgement in which everything was found."""
    memo = analysis(
        "can you transfer money",
        speaker=SCORE,
        synthetic=replace(SCORE, model="cm"),
        provenance=Provenance(
            Watermark("perth", 0.97, WINDOWS), Credentials("Maker", True, False), ("ElevenLabs",)
        ),
        unchecked=(Unchecked.REST_OF_MEMO,),
    )
    pieces = [Evidence(Sign.MONEY_REQUEST, "transfer money"), Evidence(Sign.WATERMARK, "perth")]
    request = Request(Stage.MONEY, (Signal("money", "transfer money", 8, 22),), 4.2, "your son")
    return Judgement(judge(pieces, ["rest_of_memo"]), request, "please", memo)


def printed(judgement: Judgement, language: Any = "en") -> dict[str, Any]:
    """The object after a round trip through strict JSON."""
    texts = Texts(language)
    found = report(judgement, word(judgement, texts), language)
    return json.loads(json.dumps(found, allow_nan=False))


def keys_of(value: Any, path: str = "") -> set[str]:
    """The keys in the notation of the page: `a.b` for objects, `a[].b` for objects in a list."""
    if isinstance(value, list):
        found = {f"{path}[]"} if path else set()
        return found.union(*(keys_of(entry, f"{path}[]") for entry in value))
    if not isinstance(value, dict):
        return {path}
    found = {path} if path else set()
    if path in FREE:
        return found
    return found.union(
        *(keys_of(entry, f"{path}.{key}" if path else key) for key, entry in value.items())
    )


def plain(keys: set[str]) -> set[str]:
    """Without the brackets, so that a list of sentences need not be told from its entries."""
    return {key.replace("[]", "") for key in keys}


def test_the_documented_keys_are_those_produced():
    """docs/json.md names every key of a full object, and no other."""
    documented = {key for key, _ in ROW.findall(PAGE.read_text())}
    assert plain(documented) == plain(keys_of(printed(full())))


def test_the_documented_types_are_those_produced():
    """Each value of a full object has the type that its line says."""
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    types |= {"object": dict, "array of string": list, "array of object": list}
    found = printed(full())
    for key, named in ROW.findall(PAGE.read_text()):
        value: Any = found
        for part in key.split("."):
            value = value[part.removesuffix("[]")]
            if part.endswith("[]") and not key.endswith("[]"):
                value = value[0]
        kinds = [types[name] for name in named.strip().removesuffix(" or null").split(" or ")]
        assert value is None or any(isinstance(value, kind) for kind in kinds), key
        assert value is not None or named.strip().endswith("or null"), key


@pytest.mark.parametrize(
    "judgement",
    [
        Judgement(judge([], ["sound"]), None, "hello"),
        Judgement(judge([Evidence(Sign.UNJUDGEABLE, "empty")]), None, failure=Undecodable.EMPTY),
        Judgement(judge([]), None, "", analysis(None)),
        Judgement(judge([]), None, "", replace(analysis("hello"), quality=None)),
    ],
    ids=["text only", "undecodable", "nothing heard", "no quality"],
)
def test_no_key_is_ever_missing(judgement):
    """With little to tell, the objects that are there have the same keys as in a full one."""
    everything, little = printed(full()), printed(judgement)
    assert list(little) == list(everything)
    for name in ("codes", "audio", "provenance"):
        if little[name] is not None:
            assert list(little[name]) == list(everything[name])


def test_what_json_cannot_say_becomes_null():
    """Infinite and undefined scores do not make the object unreadable for other programs."""
    odd = Score("cm", math.inf, math.nan, (Window(0.0, 3.0, -math.inf, math.inf),))
    found = printed(Judgement(judge([]), None, "", analysis("hello", synthetic=odd)))
    window = {"start": 0.0, "end": 3.0, "score": None, "llr": None}
    assert found["synthetic"] == {"model": "cm", "score": None, "llr": None, "windows": [window]}


def test_the_codes_are_the_same_in_both_languages():
    """Only the sentences change with the language."""
    english, dutch = printed(full(), "en"), printed(full(), "nl")
    assert english["codes"] == dutch["codes"]
    assert english["headline"] != dutch["headline"]
    assert (english["language"], dutch["language"]) == ("en", "nl")


def test_a_failure_is_named():
    """A file that could not be opened says why, in a word for programs."""
    judgement = Judgement(
        judge([Evidence(Sign.UNJUDGEABLE, "not_media")]), None, failure=Undecodable.NOT_MEDIA
    )
    found = printed(judgement)
    assert (found["level"], found["failure"], found["audio"]) == ("unclear", "not_media", None)


def test_the_version_of_the_schema_stands_in_the_page():
    """The number in the object is the one that is documented."""
    assert f"| `schema_version` | integer | | {SCHEMA_VERSION} |" in PAGE.read_text()
