"""Folding, spelling and scoring hold for every text, not only for tidy ones."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyguard.model import Level, Sign
from familyguard.requests import ngrams
from familyguard.requests.fold import assemble, number_value, split
from familyguard.requests.reader import MONEY_FROM
from familyguard.requests.spelling import one_slip_apart, read, respell
from familyguard.scamtext import evidence, read_message
from familyguard.text_evasion import EVASIONS, caught
from familyguard.verdict import judge

LONG = 100_000
MOST_SECONDS_FOR_A_LONG_TEXT = 3.0
"""Far above what it takes (some 0.3 s), for slow machines; a runaway pattern takes minutes."""

pieces_of_fraud = st.sampled_from(
    [
        "mam ", "nieuw nummer ", "kun je ", "€ 900 ", "overmaken ", "g e l d ",
        "NL91 ABNA 0417 1643 00 ",
        "can you send ", "£1,200.50 ", "https://tlkkie.me/x ", "\u200b", "\u0430",
        "don't tell dad ",
        "🙏", "überweisen ", "numéro ", "\x00", "ﬁ", "İ", "ß", "\ud800", "。",
    ]
)  # fmt: skip
any_text = st.one_of(st.text(max_size=300), st.lists(pieces_of_fraud, max_size=25).map("".join))


@settings(max_examples=300, deadline=None)
@given(any_text)
def test_every_quote_is_an_exact_slice_of_the_message(text: str) -> None:
    """Whatever the characters, reading never fails and quotes point into the original."""
    request = read_message(text)
    if request is not None:
        for signal in request.signals:
            assert 0 <= signal.start < signal.end <= len(text)
            assert text[signal.start : signal.end] == signal.quote
        assert evidence(request)


@settings(max_examples=60, deadline=None)
@given(any_text, st.sampled_from(["nl", "en", "de", "fr", None, "xx"]))
def test_the_same_text_gives_the_same_answer(text: str, language: str | None) -> None:
    """Nothing is remembered between messages, and an unknown language is no error."""
    assert read_message(text, language) == read_message(text, language)


@settings(max_examples=60, deadline=None)
@given(any_text)
def test_the_language_hint_changes_no_score(text: str) -> None:
    """The hint chooses which words to name; it decides nothing."""
    scores = {
        request.llr if (request := read_message(text, code)) else None for code in ("nl", "en")
    }
    assert len(scores) == 1


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "g e l d ",
        "kun je geld overmaken ",
        "NL00 ",
        "www.",
        "a.b-",
        "1.2,3",
        "é\u0301",
        "🙂",
        "''''",
    ],
)
def test_a_very_long_text_is_read_quickly(unit: str) -> None:
    """100 kB of anything takes no longer than its capped beginning."""
    read_message("warm up")
    started = time.process_time()
    read_message(unit * (LONG // len(unit)))
    assert time.process_time() - started < MOST_SECONDS_FOR_A_LONG_TEXT


def test_a_flood_of_characters_that_stand_for_phrases_is_read_as_little_text() -> None:
    """Attack 15: one character may stand for eighteen letters, and 4,096 of them for a book."""
    assert sum(len(word.text) for word in split("\ufdfa" * 4096)) <= 4 * 4096
    assert [word.text for word in split("ﬃ ế")] == ["ffi", "e"]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("nіеuw", "nieuw"),  # Cyrillic i and e
        ("n\u200bieuw", "nieuw"),
        ("NIEUW", "nieuw"),
        ("ｎｉｅｕｗ", "nieuw"),
        ("numéro", "numero"),
        ("mamaaaaa", "mama"),
        ("can't", "cant"),
        ("g e l d", "geld"),
        ("g.e.l.d", "geld"),
        ("€", "€"),
        ("1.250,50", "#"),
    ],
)
def test_it_folds_disguises_to_plain_words(written: str, plain: str) -> None:
    """Look-alikes, invisible characters, accents and spaced-out letters become one plain word."""
    assert [word.text for word in split(written)] == [plain]


def test_a_wider_gap_parts_two_spaced_out_words() -> None:
    """«g e l d   n o d i g» is two words."""
    assert [word.text for word in split("g e l d   n o d i g")] == ["geld", "nodig"]


@pytest.mark.parametrize(
    ("digits", "value"),
    [("1.250,50", 1250.5), ("1,250.50", 1250.5), ("985", 985.0), ("12.", 12.0), ("1.000", 1000.0)],
)
def test_it_reads_amounts_as_both_sides_of_the_sea_write_them(digits: str, value: float) -> None:
    """Points and commas change places between countries."""
    assert number_value(digits) == value


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [("geld", "geld", True), ("gedl", "geld", True), ("gel", "geld", True), ("geeld", "geld", True),
     ("gold", "geld", True), ("dlge", "geld", False), ("goud", "geld", False), ("", "ge", False)],
)  # fmt: skip
def test_one_slip_is_one_letter(a: str, b: str, near: bool) -> None:
    """Added, left out, changed or swapped – once."""
    assert one_slip_apart(a, b) is near


@pytest.mark.parametrize(
    ("written", "meant"),
    [("overmkaen", ("overmaken",)), ("betaIen".lower(), ("betalen",)), ("tranfser", ("transfer",)),
     ("0verm4ken", ("overmaken",)), ("kunje", ("kun", "je")), ("bank", ("bank",)), ("xq", ("xq",))],
)  # fmt: skip
def test_it_undoes_typing_errors_and_shorthand(written: str, meant: tuple[str, ...]) -> None:
    """A slip goes back to the word that was meant; a short or known word is left alone."""
    assert respell(written) == meant


def test_words_know_where_they_stood() -> None:
    """Respelled words still point at what was written."""
    message = "kun je g3ld 0vermaken"
    folded = read(message)
    start = folded.text.index("overmaken")
    first, last = folded.span(start, start + len("overmaken"))
    assert message[first:last] == "0vermaken"
    assert assemble([]).text == " "


TEXTBOOK = (
    "Hoi mam, mijn telefoon is kapot, dit is mijn nieuwe nummer. Kun je vandaag een rekening van "
    "985 euro voor mij betalen? Ik kan niet bellen. Morgen krijg je het geld terug."
)


@pytest.mark.parametrize("name", EVASIONS)
def test_a_textbook_fraud_is_caught_in_every_disguise(name: str) -> None:
    """Each evasion by itself leaves the textbook case a money request."""
    import random

    assert caught(TEXTBOOK)
    assert caught(EVASIONS[name](TEXTBOOK, random.Random(1)))


@pytest.mark.parametrize(
    "text",
    [
        "Politie waarschuwt: oplichters sturen 'mam, dit is mijn nieuwe nummer' en vragen geld",
        "Your bank will never ask you to move money to a safe account",
        "Scammers pretend to be your grandson and ask for bail money, hang up",
        "Pensioner lost £12,000 to courier fraudsters, police say",
        "Tikkie voor de benzine was 12 euro, geen haast",
        "Kan jij de loodgieter betalen? Factuur ligt op tafel, bel me even",
        "Oma ligt in het ziekenhuis, bezoek tot acht uur, bel me",
        "Your verification code is 482913. Do not share it with anyone.",
        "Can I borrow a tenner for lunch? I'll pay you back tomorrow at school",
    ],
)
def test_warnings_headlines_and_family_money_are_no_money_request(text: str) -> None:
    """What looks like the fraud and is not stays below a request for money."""
    pieces = evidence(read_message(text))
    assert Sign.MONEY_REQUEST not in {piece.sign for piece in pieces}


def test_an_attack_on_the_code_word_or_the_bot_is_caught() -> None:
    """Fishing for the code word and getting a number added both count as fishing."""
    for text in (
        "Wat was ons codewoord ook alweer?",
        "What was our code word again?",
        "Zeg tegen de bot dat dit mijn nieuwe nummer is",
    ):
        pieces = evidence(read_message(text))
        assert Sign.CODE_FISHING in {piece.sign for piece in pieces}, text
        assert judge(pieces).level >= Level.CAUTION


def test_soft_pressure_alone_is_at_most_one_piece() -> None:
    """An accident and tears without a request or a new identity give caution, not more."""
    pieces = evidence(read_message("Mama een ongeluk, ik heb iemand aangereden, help me"))
    assert judge(pieces).level == Level.CAUTION


def test_it_says_who_the_writer_claims_to_be() -> None:
    """The words with which someone introduces themselves are kept as they wrote them."""
    request = read_message("Grandma it's your favourite grandson, I'm in jail and need bail money")
    assert request is not None
    assert request.claims_to_be == "your favourite grandson"


def test_only_the_pinned_weights_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other weights than those measured are refused."""
    monkeypatch.setattr(ngrams, "WEIGHTS_SHA256", "0" * 64)
    ngrams.weights.cache_clear()
    try:
        with pytest.raises(ngrams.WrongWeightsError):
            ngrams.weights()
    finally:
        monkeypatch.undo()
        ngrams.weights.cache_clear()


def test_the_threshold_is_what_the_docs_say() -> None:
    """A likelihood ratio below one is never a warning."""
    assert MONEY_FROM > 0
