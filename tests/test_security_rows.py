"""Every row of the threat table has a test that bears its number.

Tests name rows as «attack_5» or «test_5_…» in their name, or as «Attack 5», «row 5», «Rows 17 and
19» in their sentence or in that of their module.
"""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent

ROWS = {
    1: "a recorded code word is played again",
    2: "the code word leaks in chat",
    3: "a clone speaks a word that was learnt",
    4: "disk, back-up or database are stolen",
    5: "the code word is guessed through the bot",
    6: "the keeper is talked round",
    7: "a member's account is stolen",
    8: "an old genuine memo is forwarded",
    9: "a real greeting before a made request",
    10: "noise, music and re-encoding hide traces",
    11: "an enrolment is poisoned",
    12: "instructions in a transcript, caption or name",
    13: "an invitation is stolen",
    14: "who is in the family is found out",
    15: "a flood",
    16: "crafted media",
    17: "«the bot said it is real»",
    18: "the bot tunes clones",
    19: "a look-alike bot",
    20: "the token leaks",
    21: "a removed member knows the word",
    22: "somebody is forced to say the word",
    23: "the server dies in the middle",
    24: "weights are replaced",
}

_NAMED = re.compile(r"\b(?:attack|row)s?[ _]?(\d+(?:(?:, ?| and | or | to |–)\d+)*)", re.IGNORECASE)
_IN_NAME = re.compile(r"^test_(?:.*_)?(?:attack|row)_(\d+)(?:_|$)|^test_(\d+)_")


def named_in(sentence: str) -> set[int]:
    """The rows that a sentence names."""
    return {int(one) for found in _NAMED.finditer(sentence) for one in re.findall(r"\d+", found[1])}


def rows_in(path: Path) -> dict[str, set[int]]:
    """The tests of a file, each with the rows that it names."""
    tree = ast.parse(path.read_text("utf-8"))
    # A module's first line says what all of it is about; the rest tells of other modules too.
    module = (ast.get_docstring(tree) or "").partition("\n")[0]
    found = {}
    for node in ast.walk(tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and node.name.startswith("test_"):
            in_name = _IN_NAME.match(node.name)
            rows = {int(in_name[1] or in_name[2])} if in_name else set()
            rows |= named_in(ast.get_docstring(node) or "") | named_in(module)
            found[f"{path.relative_to(TESTS)}::{node.name}"] = rows
    return found


def by_row() -> dict[int, list[str]]:
    """Which tests name which row."""
    rows: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        if path != Path(__file__):
            for test, named in rows_in(path).items():
                for row in named:
                    rows.setdefault(row, []).append(test)
    return rows


def test_every_row_of_the_threat_table_has_a_test():
    """Whoever removes the last one of a row is told which attack is then tried by nobody."""
    rows = by_row()
    missing = [f"{row}: {attack}" for row, attack in ROWS.items() if row not in rows]
    assert not missing, f"no test names these rows: {missing}"


def test_no_test_names_a_row_that_is_not_there():
    """A mistyped number would count for an attack that nobody tries."""
    unknown = {row: tests for row, tests in by_row().items() if row not in ROWS}
    assert not unknown


def test_rows_are_found_in_all_the_ways_in_which_tests_name_them():
    """Else a row could seem untried, or tried where only a number stands."""
    assert named_in("Attack 5: it waits (security.md, row 7).") == {5, 7}
    assert named_in("Rows 17 and 19: time and hash; row 5 and 18 too.") == {5, 17, 18, 19}
    assert named_in("Twelve rows of 3 cells, an attacker with 7 tries.") == set()
    assert _IN_NAME.match("test_attack_22_a_keeper_is_forced")[1] == "22"
    assert _IN_NAME.match("test_13_a_withdrawn_invitation")[2] == "13"
    assert _IN_NAME.match("test_it_waits_10_seconds") is None
