"""The colours and the words of the picture of a memo.

Colours keep apart for colour-blind eyes.  Nothing is green, and nothing is a tick.
"""

from dataclasses import dataclass
from typing import Literal

from bot.texts import Texts
from familyguard.model import Level

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme; those of data are from the Okabe-Ito set or their neighbours."""

    background: str
    text: str
    faint: str
    wave: str
    speech: str
    strip: str
    calm: str
    unsure: str
    sign: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        background="#FFFFFF",
        text="#1A1A1A",
        faint="#595959",
        wave="#33475B",
        speech="#FBE7B2",
        strip="#ECECEC",
        calm="#56A5D8",
        unsure="#A8A8A8",
        sign="#C64600",
    ),
    "dark": Palette(
        background="#17212B",
        text="#F2F2F2",
        faint="#B4BCC4",
        wave="#D5DEE6",
        speech="#5A4A1C",
        strip="#28343F",
        calm="#5CA9DC",
        unsure="#7F8A94",
        sign="#FF8A3D",
    ),
}

BANNERS: dict[Level, tuple[str, str]] = {
    Level.ALARM: ("#8F0D0D", "#FFFFFF"),
    Level.STRONG: ("#B84300", "#FFFFFF"),
    Level.CAUTION: ("#F0B323", "#1A1A1A"),
    Level.UNCLEAR: ("#5A6570", "#FFFFFF"),
    Level.NONE: ("#1F5F99", "#FFFFFF"),
}
"""Background and text of the headline.  Each pair has a contrast of at least 4.5 : 1."""


@dataclass(frozen=True, slots=True)
class ScaleLabels:
    """The words of one strip."""

    title: str
    low: str
    unsure: str
    high: str


@dataclass(frozen=True, slots=True)
class CardLabels:
    """All words of a card but those of the verdict."""

    why: str
    recording: str
    speech: str
    no_speech: str
    no_sound: str
    seconds: str  # with {seconds}
    synthetic: ScaleLabels
    voice: ScaleLabels
    not_checked: str
    cannot_judge: str
    not_checked_title: str
    footer: str
    file: str  # with {hash}


def card_labels(texts: Texts) -> CardLabels:
    """The labels in one language."""

    def label(key: str) -> str:
        return texts.get(f"card.{key}")

    return CardLabels(
        why=label("why"),
        recording=label("recording"),
        speech=label("speech"),
        no_speech=label("no_speech"),
        no_sound=label("no_sound"),
        seconds=label("seconds"),
        synthetic=ScaleLabels(
            label("synthetic"),
            label("synthetic.low"),
            label("synthetic.unsure"),
            label("synthetic.high"),
        ),
        voice=ScaleLabels(
            label("voice"), label("voice.like"), label("voice.unsure"), label("voice.unlike")
        ),
        not_checked=label("not_checked"),
        cannot_judge=label("cannot_judge"),
        not_checked_title=label("not_checked.title"),
        footer=label("footer"),
        file=label("file"),
    )
