"""Groups of words of like meaning: folded, readable, and found in pairs nearby."""

import tomllib
from importlib.resources import files

from familyguard.requests.concepts import WINDOW, groups_of, pairs
from familyguard.requests.fold import split


def test_every_word_of_a_group_is_folded() -> None:
    """A word with a capital or an accent would never be found."""
    text = files("familyguard").joinpath("patterns", "concepts.toml").read_text("utf-8")
    for name, words in tomllib.loads(text).items():
        assert words.split(), name
        for word in words.split():
            assert [folded.text for folded in split(word)] == [word], name


def test_words_of_four_languages_share_a_group() -> None:
    """«lend», «lenen», «leihen» and «prêter» are one thing to the learnt layer."""
    for word in ("lend", "lenen", "leihen", "preter"):
        assert "lend" in groups_of(word)


def test_an_amount_is_its_size() -> None:
    """The group of a number is how large it is; an unknown word has none."""
    assert groups_of("large number") == ("large number",)
    assert groups_of("umbrella") == ()


def test_a_pair_keeps_its_order_and_its_place() -> None:
    """«lend me» is another thing than «me lend», and the quote comes from where it stood."""
    found = pairs(["lend", "umbrella", "me"])
    assert ("lend me", 0, 2) in found
    assert not any(name == "me lend" for name, _, _ in found)


def test_a_pair_does_not_reach_over_a_whole_message() -> None:
    """Words far apart have nothing to do with each other."""
    far = ["lend", *["umbrella"] * WINDOW, "me"]
    assert [name for name, _, _ in pairs(far)] == ["lend", "me"]
