"""What cannot be read is noticed, so that it never passes for a message without warning signs."""

import pytest

from familyguard.requests.legible import is_legible


@pytest.mark.parametrize(
    "text",
    [
        "Cześć mamo, to mój nowy numer, czy możesz przelać pieniądze jeszcze dzisiaj",
        "Merhaba anne, bu benim yeni numaram, bana bugün para gönderebilir misin",
        "Привет, мама, это мой новый номер, переведи деньги сегодня",
        "Hej mamma, jag har fått ett nytt nummer, kan du skicka pengar ikväll",
        "مرحبا أمي هذا رقمي الجديد هل يمكنك إرسال المال اليوم",
    ],
)
def test_a_message_in_another_language_is_not_legible(text):
    """Polish, Turkish, Russian, Swedish and Arabic are not among the languages that are read."""
    assert not is_legible(text)


@pytest.mark.parametrize(
    "text",
    [
        "We eten zondag om zes uur bij oma, neem jij het toetje mee?",
        "Can you pick up the children from school this afternoon?",
        "Kommst du morgen mit dem Zug oder mit dem Auto?",
        "ok",
        "👍",
        "Ηі mum, thіs іs my nеw numbеr",  # some letters are Greek and Cyrillic
    ],
)
def test_ordinary_messages_and_disguises_are_legible(text):
    """Our own languages, words too few to tell, and look-alike letters count as legible."""
    assert is_legible(text)
