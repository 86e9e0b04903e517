"""From texts to keys: what is the same word to us, and what is found in a memo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyguard.codeword import (
    MAX_CANDIDATES,
    MAX_KEYS,
    HearingsDisagree,
    Key,
    Kind,
    Match,
    Recording,
    Shape,
    Span,
    Unheard,
    Which,
    candidates,
    enrol,
    keys_of,
    mask,
    mask_all,
    normalise,
    phonetic,
    text_candidates,
)
from familyguard.codeword.candidates import all_keys

TEXTS = st.text(max_size=200)
LANGUAGES = st.sampled_from(["nl", "en"])


def recording(*plain, copies=()):
    """A recording in which these n-best texts were heard."""
    return Recording(plain, tuple((copy,) for copy in copies))


@pytest.mark.parametrize(
    ("written", "language", "plain"),
    [
        ("Paarse Giraf!", "nl", "paarse giraf"),
        ("7 ezels", "nl", "zeven ezels"),
        ("7 donkeys", "en", "seven donkeys"),
        ("café-crème", "nl", "cafe creme"),
        ("de opa's  fiets…", "nl", "de opas fiets"),
        ("ĲSBEER", "nl", "ijsbeer"),
        ("¿?", "en", ""),
    ],
)
def test_what_is_written_differently_becomes_the_same(written, language, plain):
    """Capitals, signs, accents, ligatures and small numbers."""
    assert normalise(written, language) == plain


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("nl", "paarse giraf", "Paarze Gieraf"),
        ("nl", "rookpluim vogelkooi", "rook pluim vogel kooi"),
        ("nl", "wijde hoed", "weide hoet"),
        ("nl", "koude lampenkap", "kaude lampe kap"),
        ("en", "velvet kettle", "vellfet cattle"),
        ("en", "knight photograph", "night foto graph"),
    ],
)
def test_what_a_recogniser_confuses_sounds_the_same(language, one, other):
    """Vowels, voice, doubled letters, silent letters, and the spaces between words."""
    assert phonetic(one, language) == phonetic(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("nl", "paarse giraf", "paarse krokus"), ("en", "velvet kettle", "velvet curtain")],
)
def test_other_words_sound_different(language, one, other):
    """The folding forgets much, but not the consonants."""
    assert phonetic(one, language) != phonetic(other, language)


def test_a_language_without_rules_is_refused():
    """There is nothing to fold it by."""
    with pytest.raises(ValueError, match="fr"):
        normalise("bonjour", "fr")


@given(text=TEXTS, language=LANGUAGES)
def test_normalising_twice_changes_nothing(text, language):
    """Any text at all: what came out goes in as it is."""
    once = normalise(text, language)
    assert normalise(once, language) == once


@given(alternatives=st.lists(TEXTS, max_size=6), language=LANGUAGES)
def test_a_memo_never_costs_more_than_forty_hashes(alternatives, language):
    """Whatever was heard; and every place lies inside its text."""
    found = candidates(alternatives, language)
    assert len(found) <= found.work <= MAX_CANDIDATES
    for candidate in found.items:
        for span in candidate.spans:
            assert 0 <= span.start < span.end <= len(alternatives[span.alternative])


@given(text=TEXTS, language=LANGUAGES)
def test_the_work_tells_nothing_about_the_code_word(text, language):
    """As many hashes for one shape as for another, and as for none (security.md, row 5)."""
    shapes = [None, (), {Shape(Kind.PHONETIC, 9)}]
    assert len({candidates([text], language, each).work for each in shapes}) == 1
    assert text_candidates(text, language).work <= MAX_CANDIDATES


def test_only_windows_of_the_right_shape_are_tried():
    """So that forty are enough for a long memo."""
    memo = " ".join(["well I was walking the dog in the park"] * 20) + " velvet kettle and so on"
    wanted = set(keys_of("velvet kettle", "en"))
    shapes = {key.shape for key in wanted}
    found = candidates([memo], "en", shapes)
    assert wanted <= {candidate.key for candidate in found.items}
    assert {candidate.key.shape for candidate in found.items} <= shapes


def test_telling_words_are_tried_before_everyday_ones():
    """The code word is made of words that carry meaning."""
    found = candidates(["and then it was with the velvet kettle"], "en")
    assert Key(Kind.EXACT, "velvetkettle") in [each.key for each in found.items[:4]]


def test_all_windows_hold_the_candidates():
    """What is measured over all keys can only be more than what is tried."""
    memo = ["so the word is velvet kettle", "so the word is fell fit kettle"]
    assert {each.key for each in candidates(memo, "en").items} <= all_keys(memo, "en")


def test_the_phrase_that_most_recordings_hold_is_enrolled():
    """One mishearing of three is outvoted, and becomes a key."""
    enrolment = enrol(
        [recording("Velvet kettle."), recording("Velvet kettle"), recording("Velvet settle")], "en"
    )
    assert enrolment.phrase == "velvet kettle"
    assert set(keys_of("velvet settle", "en")) & set(enrolment.keys)
    assert enrolment.covered == 1.0


def test_what_is_written_again_over_the_silence_counts_once():
    """A recogniser repeats itself behind a short sound, and may stop halfway."""
    repeated = "Velvet kettle. Velvet kettle. Velvet"
    enrolment = enrol([recording(repeated, "Velvet cattle.")] * 3, "en")
    assert enrolment.phrase == "velvet kettle"


def test_a_suggestion_that_was_misheard_is_what_was_meant():
    """The bot knows what it offered; the misheard form becomes a key beside it."""
    heard = [recording("harito avenger", copies=["pedigal avenger"])] * 3
    offered = ["copper garden", "Petiole avenger"]
    enrolment = enrol(heard, "en", offered)
    assert enrolment.phrase == "petiole avenger"
    assert all(
        set(keys_of(each, "en")) & set(enrolment.keys)
        for each in ("petiole avenger", "harito avenger", "pedigal avenger")
    )
    assert enrol(heard, "en", ["copper garden"]).phrase == "harito avenger"


def test_a_take_that_was_heard_only_in_its_copies_counts():
    """Now and then nothing is heard of the sound as it is, but of a slower copy."""
    empty = Recording((), (("velvet kettle",), ("velvet cattle",)))
    assert enrol([empty, *[recording("velvet kettle")] * 2], "en").phrase == "velvet kettle"


def test_a_short_phrase_is_known_by_its_letters_only():
    """Sounds with fewer than five consonants are met by accident: "not to me"."""
    assert [key.kind for key in keys_of("knoll demo", "en")] == [Kind.EXACT]
    assert len(keys_of("velvet kettle", "en")) == 3  # letters, sounds, consonants alone


def test_there_are_never_more_than_twelve_keys():
    """However differently the copies are heard."""
    copies = [f"velvet {a}e{b}tle" for a in "bdfgk" for b in "lmnr"]
    enrolment = enrol([recording("velvet kettle", copies=copies)] * 3, "en")
    assert 2 < len(enrolment.keys) <= MAX_KEYS
    assert 0 < enrolment.covered <= 1


def test_what_was_invented_over_noise_becomes_no_key():
    """A recogniser writes captions over noise; anybody could say those."""
    copies = ["Thank you for watching.", "I'm going to go to the bathroom."]
    enrolment = enrol([recording("velvet kettle", copies=copies)] * 3, "en")
    assert set(enrolment.keys) <= set(keys_of("velvet kettle", "en"))


def test_no_key_is_spent_on_what_another_one_finds():
    """Of a long phrase the consonants alone are found wherever the sounds with vowels are."""
    enrolment = enrol([recording("velvet kettle", copies=["velvet cattle"])] * 3, "en")
    assert [key.kind for key in enrolment.keys] == [Kind.EXACT, Kind.PHONETIC]
    memo = candidates(["so it was vallvet kettell"], "en")
    assert {each.key for each in memo.items} & set(enrolment.keys)


def shapes_of(text):
    """The keys by which a misheard text may be known."""
    return {key for key in keys_of(text, "en") if key.kind is Kind.PHONETIC}


def place(text, keys):
    """Where among `keys` the first is by which `text` is known."""
    return min(number for number, key in enumerate(keys) if key in shapes_of(text))


def test_a_mishearing_with_neighbours_comes_before_one_that_stands_alone():
    """Ways of mishearing that differ in one sound come again; a single odd one hardly does."""
    relatives = ["silver lanpern", "silver lankern", "silver lampern"]
    loner = "wilper lantern"
    keys = enrol([recording("silver lantern", copies=[loner, *relatives])] * 3, "en").keys
    assert place(relatives[0], keys) < place(loner, keys)


def test_the_likeliest_text_of_a_hearing_counts_most():
    """What was heard first five times says more than what came fifth five times."""
    hearing = ("velvet settle", "velvet kettle", "velvet kettles", "velvet cattle", "velvet mettle")
    takes = [recording("velvet kettle")] * 2
    keys = enrol([*takes, Recording(("velvet kettle",), (hearing,) * 3)], "en").keys
    assert place(hearing[0], keys) < place(hearing[-1], keys)


def test_a_phrase_that_was_heard_as_one_common_word_gets_no_key_for_it():
    """Whoever speaks of computers has not said the code word."""
    keys = enrol([recording("kampioen rits", copies=["Computers."])] * 3, "nl").keys
    assert not set(keys) & set(keys_of("computers", "nl"))


def test_few_sounds_count_among_telling_words_only():
    """«Veel gevallen» has the sounds of a phrase that was heard as «Paul Kappelen»."""
    keys = set(keys_of("Paul Kappelen", "nl"))
    assert keys & set(keys_of("veel gevallen", "nl"))
    assert keys & all_keys(["dat was pal kapele"], "nl")
    assert not keys & all_keys(["dat waren veel gevallen"], "nl")


def test_a_short_mishearing_is_known_with_its_vowels_only():
    """Seven consonants in a row are met in other phrases, which a guesser would try (row 5)."""
    keys = enrol([recording("velvet kettle", copies=["velvet settle"])] * 3, "en").keys
    sounds, bones = keys_of("velvet settle", "en")[1:]
    assert sounds in keys
    assert bones not in keys


@pytest.mark.parametrize(
    ("texts", "reason", "odd"),
    [
        (("velvet kettle", "velvet kettle"), Unheard.TOO_FEW_RECORDINGS, None),
        (("velvet kettle", "", "velvet kettle"), Unheard.NOTHING_HEARD, 1),
        (("velvet kettle", "velvet kettle", "copper garden"), Unheard.DISAGREE, 2),
        (("velvet kettle", "copper garden", "seven ladders"), Unheard.DISAGREE, None),
    ],
)
def test_recordings_that_disagree_are_refused(texts, reason, odd):
    """The keeper is told which one, and speaks it again."""
    with pytest.raises(HearingsDisagree) as caught:
        enrol([recording(text) for text in texts], "en")
    assert (caught.value.reason, caught.value.recording) == (reason, odd)
    assert "kettle" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("It is velvet kettle, mum.", "It is ▒▒▒, mum."),
        ("Velvet kettle. Velvet cattle, I said!", "▒▒▒. ▒▒▒ said!"),
        ("velvet kettle", "▒▒▒"),
    ],
)
def test_the_code_word_is_hidden_wherever_it_is_said(text, hidden):
    """Also where it was heard a little differently, at the price of a word beside it."""
    start = text.lower().index("velvet kettle")
    match = Match(Which.WORD, Kind.EXACT, (Span(0, start, start + 13),))
    assert mask(text, match, "en") == hidden


def test_a_text_that_may_hold_it_misheard_is_hidden_whole():
    """The match was found in another alternative than the one that is shown."""
    match = Match(Which.WORD, Kind.EXACT, (Span(1, 0, 13),))
    assert mask("fell fed cat tale", match, "en") == mask_all("anything", "en") == "▒▒▒"
    assert mask_all("…", "en") == ""


def test_no_repr_shows_the_words():
    """What is logged by accident must not give it away (security.md, row 2)."""
    enrolment = enrol([recording("velvet kettle", copies=["velvet cattle"])] * 3, "en")
    shown = repr((enrolment, recording("velvet kettle"), candidates(["velvet kettle"], "en")))
    assert "velvet" not in shown
    assert phonetic("velvet kettle", "en") not in shown


def test_the_keepers_own_words_are_not_taken_for_the_suggestion():
    """Two phrases of one rhythm are still two phrases."""
    recordings = [Recording(("person tractor",), ()) for _ in range(3)]
    assert enrol(recordings, "en", ["beacon rounder"]).phrase == "person tractor"
