"""The recovery sheet: what is typed back is what was printed, and mistakes are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.keys import Keys
from familyguard.recovery import ALPHABET, BadLine, IncompleteSheet, lines, read, read_line

keys = st.builds(
    Keys,
    st.dictionaries(
        st.integers(1, 40), st.binary(min_size=32, max_size=32), min_size=1, max_size=3
    ),
    st.binary(min_size=32, max_size=32),
)


def sheet(of: Keys) -> str:
    """The lines of a sheet with words around them."""
    return "Keep this.\n" + "\n".join(map(str, lines(of))) + "\nDo not lose it.\n"


@given(keys)
def test_what_is_read_is_what_was_written(of):
    """Any keys come back, whatever else stands on the sheet."""
    assert read(sheet(of)) == of


@given(keys)
def test_it_may_be_typed_as_people_type(of):
    """Small letters, O for 0, l for 1, other spaces and hyphens change nothing."""
    typed = "\n".join(
        label + ": " + code.lower().replace("0", "o").replace("1", "l").replace(" ", "-")
        for label, code in (str(line).split("  ") for line in lines(of))
    )
    assert read(typed) == of


@given(keys, st.data())
def test_a_wrong_symbol_is_found(of, data):
    """One symbol replaced by another: the line or the whole sheet says so."""
    rows = [str(line) for line in lines(of)]
    number = data.draw(st.integers(0, len(rows) - 1))
    label, code = rows[number].split("  ")
    at = data.draw(st.sampled_from([i for i, symbol in enumerate(code) if symbol != " "]))
    other = data.draw(st.sampled_from([symbol for symbol in ALPHABET if symbol != code[at]]))
    rows[number] = f"{label}  {code[:at]}{other}{code[at + 1 :]}"
    with pytest.raises((BadLine, IncompleteSheet)):
        read("\n".join(rows))


def test_a_mistyped_line_is_named():
    """Whoever types is told which line to look at again."""
    row = str(lines(Keys.fresh())[1])
    with pytest.raises(BadLine) as mistake:
        read_line(row[:-1])
    assert mistake.value.label == "1B"


def test_swapped_and_missing_lines_are_found():
    """Lines of two sheets do not make a third."""
    one, two = Keys.fresh(), Keys.fresh()
    mixed = [*lines(one)[:2], *lines(two)[2:]]
    with pytest.raises(IncompleteSheet):
        read("\n".join(map(str, mixed)))
    with pytest.raises(IncompleteSheet):
        read("\n".join(map(str, lines(one)[:-1])))
    with pytest.raises(IncompleteSheet):
        read("")


def test_no_key_shows_in_a_repr():
    """A traceback that shows a line shows no key."""
    assert "content" not in repr(lines(Keys.fresh())[0])
