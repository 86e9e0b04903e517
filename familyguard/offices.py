"""Which office a message says to come from: a bank, the police, a hospital, a lawyer.

Whoever is called back is then not «the person»: an office has a number on the bank card or on its
own website.  Only words count with which somebody introduces themselves, since a fraud in the name
of a relative speaks of banks and hospitals too.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from familyguard.claimants import INTRODUCTIONS, LATEST
from familyguard.model import WORDED, Evidence, Sign
from familyguard.requests.fold import split


class Office(StrEnum):
    """Who is called back on a number of their own."""

    BANK = "bank"
    POLICE = "police"
    HOSPITAL = "hospital"
    LAWYER = "lawyer"
    OTHER = "other"  # a court, a tax office, a firm


OFFICE, BOTH = "office", "both"
"""Whom to call besides one office: offices that we cannot name, or those and a relative."""

_WORDS = {
    Office.BANK: (
        "bank banks banque ing rabobank abn amro kbc belfius bunq sns asn triodos knab argenta"
        " barclays hsbc lloyds natwest santander monzo revolut fraudeafdeling fraudedesk"
        " bankbeveiliging bankservice sparkasse"
    ),
    Office.POLICE: (
        "politie agent agente wijkagent hoofdagent brigadier wachtmeester inspecteur commissaris"
        " rechercheur recherche police officer constable sergeant detective inspector sheriff"
        " polizei kommissar"
    ),
    Office.HOSPITAL: (
        "ziekenhuis kliniek dokter arts verpleegkundige spoedeisende hospital clinic doctor nurse"
        " krankenhaus"
    ),
    Office.LAWYER: (
        "advocaat advocatenkantoor raadsman raadsvrouw notaris lawyer attorney solicitor"
        " defender barrister anwalt avocat"
    ),
    Office.OTHER: (
        "deurwaarder gerechtsdeurwaarder belastingdienst douane rechtbank ambassade consulaat"
        " fraudehelpdesk microsoft bailiff customs court embassy consulate hmrc irs officier"
        " staatsanwaltschaft"
    ),
}
_OFFICE_OF = {word: office for office, words in _WORDS.items() for word in words.split()}

_BEFORE_OFFICE = frozenset({
    "de", "het", "een", "je", "jouw", "uw", "mijn", "the", "a", "an", "your", "ur", "my", "his",
    "her", "our", "onze", "sons", "daughters", "grandsons", "granddaughters",
})  # fmt: skip
"""May stand between an introduction and an office: «dit is het ziekenhuis», «your son's lawyer»."""

_ADDRESSED = frozenset({
    "mam", "mama", "mams", "pap", "papa", "paps", "oma", "opa", "mum", "mummy", "mom", "dad",
    "daddy", "gran", "granny", "grandma", "grandpa", "grandad",
})  # fmt: skip
"""Among the first words: a relative speaks, whoever else is spoken of, and that one is called."""

_KIN = _ADDRESSED | {
    "zoon", "dochter", "kleinzoon", "kleindochter", "kleinkind", "broer", "zus", "neef", "nicht",
    "son", "daughter", "grandson", "granddaughter", "grandchild", "brother", "sister", "nephew",
    "niece",
}  # fmt: skip
"""Whoever names themselves so is a relative, whatever name their account bears."""

_FETCHING = frozenset({
    "ophalen", "opgehaald", "halen", "haalt", "koerier", "bode", "meegeven", "meenemen", "deur",
    "collect", "collects", "collecting", "pick", "picks", "pickup", "courier", "messenger",
    "fetch", "door",
})  # fmt: skip
"""Somebody comes to the house, in what was quoted of a payment that cannot be traced."""

MOST_BEFORE_COLON = 3
"""Words before the colon with which a text message names its sender: «ABN AMRO: uw pas verloopt».
"""


def offices(
    evidence: Iterable[Evidence],
    names: Iterable[str] = (),
    messages: Iterable[str] = (),
    claims: Iterable[str] = (),
) -> frozenset[Office]:
    """The offices that a message says to come from; empty where it names none.

    `names` are as a messenger or the top of a screenshot shows them, `messages` what was written or
    said, and `claims` the words with which the writer names themselves (`Request.claims_to_be`).
    Of `evidence` the quotes of an authority count.  Where nothing in the words is a sign, nobody's
    introduction is looked at: «ik ben de bank aan het opruimen» is a relative.  So is whoever says
    «mam» first, as in «mam, ik ben het, de politie zegt …».
    """
    pieces, said = frozenset(evidence), list(messages)
    quotes = [piece.detail for piece in pieces if piece.sign is Sign.AUTHORITY]
    named = [_words(claim) for claim in claims]
    is_kin = any(not _ADDRESSED.isdisjoint(_words(message)[:LATEST]) for message in said) or any(
        words and words[-1] in _KIN for words in named
    )
    outside = [] if is_kin else [*map(_words, names), *named]
    found = {
        _OFFICE_OF[word]
        for words in (*map(_words, quotes), *outside)
        for word in words
        if word in _OFFICE_OF
    }
    if not is_kin and any(piece.sign in WORDED for piece in pieces):
        for message in said:
            found |= _introduced(_words(message)) | _before_colon(message)
    return frozenset(found)


def to_call(found: Iterable[Office], signs: Iterable[Sign]) -> str:
    """Whom to call where offices were `found`: one of them, «office», «both», or «» for the person.

    «Office» is several of them, or one of which we know no more; «both» is beside somebody who says
    to be a relative with a new number.
    """
    offices_, signs = frozenset(found), frozenset(signs)
    if not offices_ and Sign.AUTHORITY not in signs:
        return ""
    if Sign.NEW_IDENTITY in signs:
        return BOTH
    only = next(iter(offices_)) if len(offices_) == 1 else Office.OTHER
    return OFFICE if only is Office.OTHER else only.value


def comes_for_it(evidence: Iterable[Evidence]) -> bool:
    """Whether the quotes say that somebody comes to fetch what is asked for."""
    quoted: dict[Sign, str] = {}
    for piece in evidence:
        quoted[piece.sign] = f"{quoted.get(piece.sign, '')} {piece.detail}"
    quote = quoted.get(Sign.UNTRACEABLE_PAYMENT, "")
    return not _FETCHING.isdisjoint(_words(quote))


def _introduced(words: Sequence[str]) -> set[Office]:
    """What stands right after an introduction."""
    found = set()
    for place in range(min(len(words), LATEST)):
        for opening in INTRODUCTIONS:
            if tuple(words[place : place + len(opening)]) != opening:
                continue
            rest = [word for word in words[place + len(opening) :] if word not in _BEFORE_OFFICE]
            if rest and rest[0] in _OFFICE_OF:
                found.add(_OFFICE_OF[rest[0]])
    return found


def _before_colon(message: str) -> set[Office]:
    """What a text message names as its sender before it begins."""
    before, colon, _ = message.partition(":")
    words = _words(before) if colon else []
    if len(words) > MOST_BEFORE_COLON:
        return set()
    return {_OFFICE_OF[word] for word in words if word in _OFFICE_OF}


def _words(text: str) -> list[str]:
    return [word.text for word in split(text)]
