"""Everything in a message that a pattern, an account number, a link or an amount is a sign of."""

from familyguard.model import Signal
from familyguard.requests import accounts, patterns
from familyguard.requests.fold import CURRENCY, NUMBER, Folded, Word

SMALL_AMOUNT = 60.0
"""Euros, pounds or dollars that families ask of each other every day: the average payment request
in the Netherlands is 37.70 euro (fieldnotes, nu.nl)."""

LARGE_AMOUNT = 250.0
"""From here on an amount is out of the ordinary between people who see each other every day."""

LARGEST_AMOUNT = 100_000.0
"""Larger numbers are telephone numbers and codes."""

_CURRENCY_WORDS = frozenset({
    "euro", "euros", "eur", "pound", "pounds", "quid", "dollar", "dollars", "bucks", "gbp", "usd",
    "eurootjes", "grand", CURRENCY,
})  # fmt: skip


def find(
    message: str,
    folded: Folded,
    language: str | None = None,
    home_countries: frozenset[str] = accounts.HOME_COUNTRIES,
) -> tuple[Signal, ...]:
    """The signals of `message`, one a kind, in the order in which they stand."""
    found: dict[str, Signal] = {}

    def add(kind: str, start: int, end: int) -> None:
        found.setdefault(kind, Signal(kind, message[start:end], start, end))

    for signal in accounts.signals_in(message, home_countries):
        found.setdefault(signal.kind, signal)
    for pattern in patterns.patterns_for(language if language in patterns.LANGUAGES else None):
        if pattern.kind not in found and (hit := pattern.find(folded)):
            add(pattern.kind, *folded.span(*hit))
    for kind, word in _amounts(folded):
        add(kind, word.start, word.end)
    return tuple(sorted(found.values(), key=lambda signal: (signal.start, signal.end, signal.kind)))


def _amounts(folded: Folded) -> list[tuple[str, Word]]:
    found = []
    words = folded.words
    for place, word in enumerate(words):
        if word.text != NUMBER or word.value is None or not 0 < word.value < LARGEST_AMOUNT:
            continue
        near = words[max(0, place - 1) : place] + words[place + 1 : place + 2]
        priced = any(other.text in _CURRENCY_WORDS for other in near)
        odd = word.value % 1 != 0 and word.value >= SMALL_AMOUNT
        if odd:
            found.append(("odd_amount", word))
        if word.value >= LARGE_AMOUNT and (priced or odd):
            found.append(("large_amount", word))
        elif priced and word.value < SMALL_AMOUNT:
            found.append(("small_amount", word))
    return found
