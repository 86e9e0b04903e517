"""The public door: what a message wants, and what that is evidence of."""

from pathlib import Path

import pytest

from familyguard.model import Level, Sign, Stage
from familyguard.scamtext import evidence, prepare, read_message
from familyguard.verdict import judge

SCAMS = (
    (
        "Hoi mam, mijn telefoon ligt in de wc, dit is mijn nieuwe nummer. Kun je 985 euro voor me "
        "voorschieten? Ik kan nu niet bellen."
    ),
    (
        "Hi mum, dropped my phone so this is my new number. Can you pay £840 for me today? "
        "I can't call right now."
    ),
)
ORDINARY = [
    "Zullen we zondag bij oma gaan eten?",
    "Kun je me een tikkie sturen voor de pizza van gisteren?",
    "Ben je er om zes uur?",
    "Could you venmo me for the pizza last night? No rush.",
    "See you at the station at five, love you",
    "",
    "   \n",
]


@pytest.mark.parametrize("text", SCAMS)
def test_it_warns_strongly_of_a_money_request_from_a_new_number(text: str) -> None:
    """The textbook case reaches at least «strong» on words alone."""
    pieces = evidence(read_message(text))
    signs = {piece.sign for piece in pieces}
    assert {Sign.MONEY_REQUEST, Sign.NEW_IDENTITY, Sign.CALL_BLOCK} <= signs
    assert judge(pieces).level >= Level.STRONG


@pytest.mark.parametrize("text", ORDINARY)
def test_it_keeps_quiet_about_family_talk(text: str) -> None:
    """Nothing that points to this fraud gives None, and None gives no evidence."""
    assert read_message(text) is None
    assert evidence(None) == ()


@pytest.mark.parametrize("text", SCAMS)
def test_it_quotes_the_words_that_fired(text: str) -> None:
    """Each signal is an exact slice of the message as it came."""
    request = read_message(text)
    assert request is not None
    assert request.signals
    assert all(text[s.start : s.end] == s.quote for s in request.signals)


def test_it_says_how_far_the_fraud_has_come() -> None:
    """A bare new number is an identity change; a request for money is the money stage."""
    opening = read_message("Hoi mam, dit is mijn nieuwe nummer, het oude mag weg")
    money = read_message(SCAMS[0])
    assert opening is not None
    assert money is not None
    assert opening.stage is Stage.IDENTITY_CHANGE
    assert money.stage is Stage.MONEY


def test_an_opening_without_any_sign_is_worth_caution_and_quotes_its_words() -> None:
    """Where only the learnt layer speaks, the row of words that weighed most is shown."""
    text = "Could you do a small errand for me, I'm with the board all day"
    pieces = evidence(read_message(text))
    assert [piece.sign for piece in pieces] == [Sign.WORDING]
    assert "errand" in pieces[0].detail
    assert pieces[0].detail in text
    assert judge(pieces).level == Level.CAUTION


@pytest.mark.parametrize(
    "text",
    [
        "Please transfer five hundred euros for me, I can't reach my bank today",
        "Our washing machine has broken down. Can you lend me 200 euros until Friday?",
        "wil je vijfhonderd euro voor me overmaken, ik kom niet in mijn bank",
    ],
)
def test_a_request_in_plain_or_written_out_amounts_is_one_to_call_about(text: str) -> None:
    """Nothing hidden, no pressure: still somebody who asks for money, so call first."""
    assert any(piece.sign is Sign.MONEY_REQUEST for piece in evidence(read_message(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Oma, als ze bij de bank vragen waarvoor het is, zeg dan dat het voor een nieuwe keuken is",
        "If the lady at the counter asks what the cash is for, just say it's for building work",
        "Wenn die Bank fragt, wofür das Geld ist, sagen Sie, es ist privat",
    ],
)
def test_a_lie_to_tell_the_bank_is_part_of_a_request_for_money(text: str) -> None:
    """Nobody who asks for help honestly says what the bank must be told."""
    assert Sign.MONEY_REQUEST in {piece.sign for piece in evidence(read_message(text))}


@pytest.mark.parametrize(
    "text",
    [
        "Oma geef de envelop met het geld maar aan die jongen mee, hij staat zo voor de deur",
        "Put the jewellery and the cash in a bag and give the bag to the driver",
        "Geben Sie die Tasche mit dem Geld meinem Kollegen mit, er steht an der Ecke",
    ],
)
def test_cash_for_someone_at_the_door_is_a_request_for_money(text: str) -> None:
    """No account number is needed where a courier comes."""
    signs = {piece.sign for piece in evidence(read_message(text))}
    assert {Sign.MONEY_REQUEST, Sign.UNTRACEABLE_PAYMENT} & signs


@pytest.mark.parametrize(
    "text",
    [
        "We never phone to ask for money. If somebody does, hang up and dial the bank",
        "Wij vragen u nooit om uw pincode. Gebeurt dat toch, hang op en bel zelf de bank",
    ],
)
def test_it_keeps_quiet_about_the_advice_of_a_bank(text: str) -> None:
    """Who warns of the fraud uses all of its words."""
    assert Sign.MONEY_REQUEST not in {piece.sign for piece in evidence(read_message(text))}


@pytest.mark.parametrize("text", ["4826", "12 345", "10:30", "06 12345678", "1.250,50"])
def test_a_number_alone_asks_for_nothing(text: str) -> None:
    """A code, a time or an answer: whoever sends it on would be told that somebody wants money."""
    assert read_message(text) is None


@pytest.mark.parametrize(
    "text", ["Sla je dit nummer op?", "Mijn telefoon is gevallen. Sla je dit nummer op"]
)
def test_a_telephone_number_to_store_is_no_account(text: str) -> None:
    """It may be an opening, but «the money has to go to» would be wrong."""
    found = read_message(text)
    assert found is not None
    assert "other_payee" not in {signal.kind for signal in found.signals}


def test_everything_is_read_before_the_first_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that is installed under a running bot is not mixed with the one that runs."""
    prepare()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read"))
    monkeypatch.setattr(Path, "read_text", lambda path, *_: pytest.fail(f"{path} is read"))
    assert read_message("Hallo mama, das ist meine neue Nummer") is not None
    assert read_message("Bonjour maman, voici mon nouveau numéro") is not None


@pytest.mark.parametrize(
    "text",
    [
        "See you on Sunday! Mum, my phone broke, this is my new number, I need 950 euro today",
        "Zie je zondag mam! Mijn nieuwe nummer, kun je vandaag 950 euro voorschieten? Geen haast",
        (
            "Thanks for the cake. See you on Sunday! Same account as always. My phone is broken, "
            "can you send 400 to this account today?"
        ),
        (
            "Dank je voor de taart. Mam mijn pinpas is geblokkeerd, kun jij die rekening van 680 "
            "vandaag even betalen?"
        ),
    ],
)
def test_family_talk_around_it_hides_no_request(text: str) -> None:
    """A friendly word costs a fraudster nothing, so it may not take away much."""
    assert any(piece.sign is Sign.MONEY_REQUEST for piece in evidence(read_message(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Geachte klant, met de Rabobank. Geef uw pincode door.",
        "This is HSBC. Please give me your PIN",
        "Uw bankpas verloopt. Vraag hier uw nieuwe pas aan: http://rabo-pas.info",
        "Your parcel could not be delivered. Pay 1.99 here: http://post-nl.info/pay",
        "Hi mum, new number, buy gift cards now",
        "koop nu drie cadeaukaarten",
    ],
)
def test_whoever_wants_the_pin_or_gift_cards_or_borrows_a_name_is_warned_of(text: str) -> None:
    """A bank that asks for the PIN, and hosts that are not whose name they bear."""
    assert evidence(read_message(text))


@pytest.mark.parametrize(
    "text",
    [
        "Your bank will never send you a text asking you to confirm your PIN",
        "Geef je pincode nooit aan iemand",
        "Please don't buy gift cards for anyone you've only met online.",
        "pap wat is de pincode van jouw pas ook alweer, ik sta bij de kassa",
        "There is no such thing as a safe account.",
        "Mag ik je fiets even lenen? Ik breng hem vanavond terug",
        "You sent me 500 instead of 50, I'm sending it straight back",
        "De huur is al betaald, je hoeft niks meer over te maken",
        "Peux-tu me prêter ton vélo samedi ?",
        "Zie je zondag! Neem jij de 15 euro voor het cadeau mee?",
    ],
)
def test_who_gives_warns_or_lends_a_thing_asks_for_no_money(text: str) -> None:
    """Words about money that go the other way."""
    assert not any(piece.sign is Sign.MONEY_REQUEST for piece in evidence(read_message(text)))
