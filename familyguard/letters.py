"""The four model letters about a deepfake, filled with what was noted.

A letter is plain data – lines and blocks – which `text` writes as text and `bot/papers/letter.py`
as PDF.  What it cannot do without and was not noted becomes a line to fill in by hand, so a letter
is never held up by a question; what helps but is not needed (`MAY_LACK`) is left out then.  The
sentences are in `letter_texts/`, in both languages, written for this project: information, not
legal advice.
"""

import tomllib
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypedDict

from babel.dates import format_date

Language = Literal["en", "nl"]

LINE: Final = "_" * 16
"""What is to be filled in by hand; its label stands behind it."""

MAX_FIELD: Final = 2000
"""Characters of one thing that was noted: a page of text."""

MAX_ADDRESSES: Final = 30

MAY_LACK: Final = frozenset(
    {"address", "email", "place", "maker_address", "platform_address", "first_seen"}
)
"""Fields whose line or sentence is left out where they were not noted: most letters go into a form
or a mail, and every line that is still to be filled in keeps somebody from sending it."""


class LetterKind(StrEnum):
    """Which letter."""

    ERASURE_MAKER = "erasure_maker"  # art. 17 GDPR, to the maker
    ERASURE_PLATFORM = "erasure_platform"  # art. 17(2) and 19 GDPR, to the platform
    DSA_NOTICE = "dsa_notice"  # art. 16 Digital Services Act
    COMPLAINT = "complaint"  # art. 77 GDPR, to the authority


@dataclass(frozen=True, slots=True)
class Noted:
    """What is known for a letter; empty means: a line to fill in by hand.

    `shown` is the person in the recording; if it is empty, the writer.  `on_behalf` says that the
    writer speaks for them.
    """

    name: str = ""
    address: str = ""
    email: str = ""
    place: str = ""
    written_on: date | None = None
    shown: str = ""
    on_behalf: bool = False
    description: str = ""
    addresses: tuple[str, ...] = ()
    first_seen: date | None = None
    maker: str = ""
    maker_address: str = ""
    platform: str = ""
    platform_address: str = ""
    authority: str = ""
    asked_whom: str = ""
    asked_on: date | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A filled letter.  `notes` are for the writer and not part of what is sent."""

    kind: LetterKind
    language: Language
    title: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    place_and_date: str
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...]
    basis: str
    closing: str
    farewell: str
    signature: str
    enclosures: tuple[str, ...]
    notes: tuple[str, ...]
    words: dict[str, str] = field(repr=False)
    missing: tuple[str, ...]  # fields of Noted that became lines, each once

    @property
    def text(self) -> str:
        """The letter as it is sent, as plain text."""
        points = "\n".join(f"{number}. {point}" for number, point in enumerate(self.points, 1))
        parts = [
            "\n".join(self.sender),
            "\n".join(self.recipient),
            self.place_and_date,
            f"{self.words['subject']}: {self.subject}",
            self.greeting,
            *self.paragraphs,
            points,
            self.basis,
            self.closing,
            f"{self.farewell}\n\n{self.signature}",
        ]
        if self.enclosures:
            listed = "\n".join(f"- {enclosure}" for enclosure in self.enclosures)
            parts.append(f"{self.words['enclosed']}:\n{listed}")
        return "\n\n".join(parts)


class _Template(TypedDict):
    title: str
    recipient: list[str]
    subject: str
    greeting: str
    paragraphs: list[str]
    points: list[str]
    basis: str
    closing: str
    farewell: str
    enclosures: list[str]
    notes: list[str]


def write(kind: LetterKind, noted: Noted, language: Language) -> Letter:
    """The letter `kind` in `language`, filled with what was `noted`."""
    data = _texts(language)
    template: _Template = data[kind]
    filler = _Filler(noted, language)

    def fill(text: str) -> str:
        return text.format_map(filler)

    paragraphs = tuple(
        fill(text) for text in template["paragraphs"] if noted.on_behalf or text != "{on_behalf}"
    )
    sender = [code for code in ("name", "address", "email") if filler.known(code)]
    recipient = [code for code in template["recipient"] if filler.known(code)]
    place = f"{filler['place']}, " if filler.known("place") else ""
    notes = [data["words"]["on_behalf_note"]] if noted.on_behalf else []
    return Letter(
        kind=kind,
        language=language,
        title=template["title"],
        sender=tuple(filler[code] for code in sender),
        recipient=tuple(filler[code] for code in recipient),
        place_and_date=f"{place}{filler['written_on']}",
        subject=fill(template["subject"]),
        greeting=fill(template["greeting"]),
        paragraphs=paragraphs,
        points=tuple(fill(text) for text in template["points"]),
        basis=fill(template["basis"]),
        closing=fill(template["closing"]),
        farewell=template["farewell"],
        signature=_plain(noted.name) or LINE,
        enclosures=tuple(template["enclosures"]),
        notes=(*notes, *template["notes"], data["words"]["advice"]),
        words=data["words"],
        missing=tuple(dict.fromkeys(filler.missing)),
    )


class _Filler(dict[str, str]):
    """Fields by name; notes which were missing."""

    def __init__(self, noted: Noted, language: Language) -> None:
        super().__init__()
        self._noted = noted
        self._language: Language = language
        self.missing: list[str] = []

    def __missing__(self, code: str) -> str:
        texts = _texts(self._language)
        if code == "on_behalf":
            return str(texts["words"]["on_behalf"]).format_map(self)
        if code == "seen":
            return str(texts["words"]["seen"]).format_map(self) if self.known("first_seen") else ""
        value = self._value(code)
        if not value:
            self.missing.append(code)
            label = texts["blanks"][code]
            value = texts["words"]["blank"].format(line=LINE, label=label)
        self[code] = value
        return value

    def known(self, code: str) -> bool:
        """Whether there is something to write for a field, be it a line to fill in by hand."""
        return code not in MAY_LACK or bool(self._value(code))

    def _value(self, code: str) -> str:
        noted = self._noted
        if code == "shown" and not noted.on_behalf:
            return _plain(noted.shown or noted.name)
        value = getattr(noted, code)
        if isinstance(value, date):
            return format_date(value, "d MMMM yyyy", locale=self._language)
        if isinstance(value, tuple):
            return "\n".join(f"- {_plain(one)}" for one in value[:MAX_ADDRESSES] if one.strip())
        if isinstance(value, str):
            return _plain(value).rstrip(".") if code == "description" else _plain(value)
        return ""


def _plain(text: str) -> str:
    """Foreign text as one line without control characters, of a length that fits a letter."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MAX_FIELD else line[: MAX_FIELD - 1] + "…"


def noted_to_json(noted: Noted) -> dict[str, object]:
    """What was noted, as values that JSON holds."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in asdict(noted).items()
    }


def noted_from_json(stored: dict[str, object]) -> Noted:
    """The opposite of `noted_to_json`.  Raises ValueError for anything else."""
    known = {one.name for one in fields(Noted)}
    values: dict[str, object] = {}
    for key, value in stored.items():
        if key not in known:
            raise ValueError(f"nothing is noted under {key!r}")
        default = getattr(Noted(), key)
        if default is None:  # a day
            values[key] = None if value is None else date.fromisoformat(str(value))
        elif isinstance(default, tuple):
            if not isinstance(value, list | tuple):
                raise ValueError(f"{key} is no list")
            values[key] = tuple(map(str, value))
        elif type(value) is type(default):
            values[key] = value
        else:
            raise ValueError(f"{key} has the wrong type")
    return Noted(**values)  # type: ignore[arg-type]


@cache
def _texts(language: Language) -> dict[str, Any]:
    source = files("familyguard") / "letter_texts" / f"{language}.toml"
    return tomllib.loads(source.read_text("utf-8"))
