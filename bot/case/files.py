"""What is stored of a case: the case itself, and what its cards, questions and papers need.

It is sealed as a whole (`bot.case.cases` keeps it); here is what one more message changes in it.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from bot.case.items import Item
from bot.case.origin import Origin
from bot.judgement import Judgement
from familyguard.case import Case
from familyguard.model import Level
from familyguard.offices import Office, offices
from familyguard.requests.accounts import accounts_in
from familyguard.scamtext import Reader
from familyguard.verdict import judge

MOST_QUOTE = 500
"""Characters of a message that the person it claims to come from gets to read."""

MOST_KEPT = 20
"""Cards, accounts and scores kept of one case; marks of messages ten times as many."""

MOST_ITEMS = 60
"""Things of one case that a file for the police lists: a fraud over weeks has fewer."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file as Telegram names it: `kind` as in `send_…`."""

    kind: str
    file_id: str


@dataclass(frozen=True, slots=True)
class File:
    """A case and what belongs to it.

    `cards` are the (chat, message) with a card, the newest last, and `marks` the messages that were
    counted.  `media` or `quote` is the latest message, for the question to the person it claims to
    come from; neither is kept of an answer to a challenge.  `voices` are the log-likelihood ratios
    of each memo, by person.  `due` is what must still be told to others.  `offices` are those that
    the messages say to come from.

    For a file for the police: `items` is what came in, `notes` what the asker remembers of it (time
    and words), `happened` what has happened, as in `familyguard.aftercare`.  `withheld` is when
    Telegram received a memo that is no item, as it may hold the code word, and its SHA-256.
    """

    case: Case
    uploaded: bool = False
    cards: tuple[tuple[int, int], ...] = ()
    marks: tuple[str, ...] = ()
    media: Media | None = None
    quote: str = field(default="", repr=False)
    accounts: tuple[str, ...] = field(default=(), repr=False)
    voices: tuple[dict[str, float], ...] = field(default=(), repr=False)
    claim: str = field(default="", repr=False)  # the name at the top of a screenshot
    sha256: str = ""
    details: str = ""
    due: tuple[str, ...] = ()
    items: tuple[Item, ...] = field(default=(), repr=False)
    notes: tuple[tuple[float, str], ...] = field(default=(), repr=False)
    happened: tuple[str, ...] = ()
    withheld: tuple[tuple[float, str], ...] = ()
    offices: tuple[Office, ...] = ()

    def to_json(self) -> str:
        """All of it as text, to be sealed."""
        rest = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        rest["media"] = asdict(self.media) if self.media else None
        rest["items"] = [item.to_dict() for item in self.items]
        return json.dumps(rest | {"case": self.case.to_json()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, reader: Reader | None = None) -> "File":
        """What `to_json` wrote; `reader` is the family's."""
        kept: dict[str, Any] = json.loads(text)
        for name in ("marks", "accounts", "voices", "due"):
            kept[name] = tuple(kept[name])
        kept["cards"] = tuple((chat, message) for chat, message in kept["cards"])
        kept["media"] = Media(**kept["media"]) if kept["media"] else None
        kept["items"] = tuple(map(Item.from_dict, kept.get("items", ())))
        kept["notes"] = tuple((at, words) for at, words in kept.get("notes", ()))
        kept["happened"] = tuple(kept.get("happened", ()))
        kept["withheld"] = tuple((at, sha256) for at, sha256 in kept.get("withheld", ()))
        kept["offices"] = tuple(map(Office, kept.get("offices", ())))
        return cls(**kept | {"case": Case.from_json(kept["case"], reader)})


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that came in: what was judged of it, and what a case needs besides.

    `words` are the sender's, to be read on in the conversation; `no_words` says that they may hold
    the code word, so that none may be kept.  `voices` are as in `File`; `about` is whom it seems to
    be from, which counts where the case does not know yet.  `item` of a memo with `no_words` is
    None where something secret was heard in it; `received_at` is Telegram's time of it.
    """

    mark: str
    origin: Origin
    judgement: Judgement
    words: str = field(default="", repr=False)
    language: str | None = None
    media: Media | None = None
    sha256: str = ""
    voices: dict[str, float] = field(default_factory=dict)
    about: str | None = None
    no_words: bool = False
    item: Item | None = field(default=None, repr=False)
    received_at: float = 0.0


def with_arrival(file: File, arrival: Arrival) -> File:
    """The file with what is kept of an arrival beside its evidence."""
    secret = arrival.no_words
    left_out = secret and arrival.item is None and arrival.sha256
    named = [] if secret else [one.number for one in accounts_in(arrival.words) if one.valid]
    return replace(
        file,
        marks=(*file.marks, arrival.mark)[-10 * MOST_KEPT :],
        media=file.media if secret else arrival.media,
        quote=file.quote if secret else arrival.words.strip()[:MOST_QUOTE],
        accounts=tuple(dict.fromkeys((*file.accounts, *named)))[-MOST_KEPT:],
        voices=(*file.voices, arrival.voices)[-MOST_KEPT:] if arrival.voices else file.voices,
        claim=arrival.judgement.sender or file.claim,
        sha256=arrival.sha256,
        items=with_item(file, arrival.item),
        offices=tuple(sorted({*file.offices, *_offices(file.case, arrival)})),
        withheld=(*file.withheld, (arrival.received_at, arrival.sha256))[-MOST_ITEMS:]
        if left_out
        else file.withheld,
    )


def _offices(case: Case, arrival: Arrival) -> frozenset[Office]:
    """The offices that the case, with what arrived, says to come from."""
    judged = arrival.judgement
    names = (arrival.origin.name, judged.sender)
    said = () if arrival.no_words else (arrival.words, judged.message)
    claims = (judged.request.claims_to_be,) if judged.request else ()
    return offices(case.evidence(), filter(None, names), said, filter(None, claims))


def with_item(file: File, item: Item | None) -> tuple[Item, ...]:
    """What came in, with one thing more; of ordinary talk the words are not kept.

    Something that was added to the case before it was checked keeps its sealed original.
    """
    if item is None:
        return file.items
    known = next((one for one in file.items if one.mark == item.mark), None)
    if known is not None:
        item = replace(item, kept=known.kept)
    if level_of(file.case) < Level.CAUTION:
        item = replace(item, words="")
    return with_kept(file, item)


def with_kept(file: File, item: Item) -> tuple[Item, ...]:
    """What came in, with `item` in its place among them, as it is."""
    others = tuple(one for one in file.items if one.mark != item.mark)
    return tuple(sorted((*others, item), key=lambda one: one.at))[-MOST_ITEMS:]


def level_of(case: Case) -> Level:
    """How serious a case is by now."""
    return judge(case.evidence()).level
