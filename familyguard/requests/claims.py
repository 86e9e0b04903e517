"""Who the writer says to be: «your grandson», «agent Bakker», «mum»."""

import re
from collections.abc import Iterable

from familyguard.requests.fold import Folded

_INTRODUCTIONS = (
    "dit is", "met", "hier is", "hier", "ik ben", "spreekt met", "spreek met", "hier spreekt",
    "its", "it is", "this is", "im", "i am", "here is", "speaking with",
    "hier ist", "ich bin", "hier spricht", "hier spricht die", "cest", "je suis", "ici",
)  # fmt: skip
_BETWEEN = frozenset({
    "je", "jouw", "uw", "mijn", "de", "een", "your", "ur", "the", "a", "my", "his", "her",
    "deine", "dein", "ihr", "ihre", "der", "die", "das", "ton", "ta", "votre", "la", "le", "l",
    "oudste", "jongste", "eldest", "oldest", "youngest", "favourite", "favorite", "lievelings",
})  # fmt: skip
_PERSONS = frozenset({
    "mam", "mama", "mams", "pap", "papa", "paps", "oma", "opa", "zoon", "dochter", "kleinzoon",
    "kleindochter", "kleinkind", "oudste", "jongste", "neef", "nicht", "broer", "zus", "agent",
    "inspecteur", "rechercheur", "advocaat", "politie", "bank", "fraudehelpdesk", "dominee",
    "mum", "mom", "dad", "grandma", "grandad", "son", "daughter", "grandson", "granddaughter",
    "grandchild", "nephew", "niece", "brother", "sister", "eldest", "oldest", "youngest", "boss",
    "officer", "detective", "sergeant", "lawyer", "attorney", "solicitor", "police", "pastor",
    "sohn", "tochter", "enkel", "enkelin", "polizei", "kommissar", "anwalt", "staatsanwaltschaft",
    "fils", "fille", "maman", "avocat", "banque",
})  # fmt: skip


def _any_of(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_CLAIM = re.compile(
    f"(?<= ){_any_of(_INTRODUCTIONS)} ((?:{_any_of(_BETWEEN)} ){{0,3}}{_any_of(_PERSONS)})(?= )"
)


def claims_to_be(message: str, folded: Folded) -> str | None:
    """The words in `message` with which the writer names themselves, or None."""
    found = _CLAIM.search(folded.text)
    if found is None:
        return None
    start, end = folded.span(*found.span(1))
    return message[start:end]
