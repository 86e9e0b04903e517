"""Recognises a money-request fraud by its words.

    request = read_message("Hoi mam, dit is mijn nieuwe nummer …")
    judge(evidence(request))

    case = Conversation()                # the forwards of one sender, in order
    case.add("Hoi mam, nieuw nummer"); case.add("Heb je even?")
    case.warns

`read_message` gives None for what does not point to this fraud.  What it does find always comes
with the words that showed it.  How it works: docs/text.md; how well: docs/measurements/text.md.
"""

from familyguard.model import Request
from familyguard.requests.conversation import Conversation
from familyguard.requests.payees import KnownPayees
from familyguard.requests.reader import MONEY_FROM, WATCH_FROM, Reader, evidence

__all__ = [
    "MONEY_FROM",
    "WATCH_FROM",
    "Conversation",
    "KnownPayees",
    "Reader",
    "evidence",
    "prepare",
    "read_message",
]

_ANY_FAMILY = Reader()


def prepare() -> None:
    """Read patterns, words and weights now instead of at the first message.

    A newer version that is installed under a running bot would else be mixed with this one.
    """
    read_message("Hoi mam, kun je me 900 euro lenen?")


def read_message(text: str, language: str | None = None) -> Request | None:
    """What `text` wants; None when nothing in it points to this fraud.

    `language` («nl», «en», «de», «fr») is a hint for which words to name when several fit; all
    languages are always looked at, since frauds mix them.  `Reader` does the same for one family,
    with the accounts that it knows.
    """
    return _ANY_FAMILY.read(text, language)
