"""The colours and habits of four messengers, for drawing screenshots that resemble theirs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """How one messenger shows a chat.  Colours are «#rrggbb»; lengths are 360ths of the width."""

    messenger: str
    shade: str  # light or dark
    wallpaper: str
    header: str
    header_ink: str
    theirs: str
    theirs_ink: str
    own: str
    own_ink: str
    faint: str  # times, and the line below the name
    radius: float = 10.0
    gap: float = 6.0  # between two bubbles
    time_inside: bool = True
    doodles: bool = False  # a pattern on the wallpaper
    centred_name: bool = False

    @property
    def name(self) -> str:
        """For tables and file names."""
        return f"{self.messenger}-{self.shade}"


LOOKS = (
    Look(
        *("whatsapp", "light", "#efeae2", "#008069", "#ffffff"),
        *("#ffffff", "#111b21", "#d9fdd3", "#111b21", "#667781"),
        doodles=True,
    ),
    Look(
        *("whatsapp", "dark", "#0b141a", "#202c33", "#e9edef"),
        *("#202c33", "#e9edef", "#005c4b", "#e9edef", "#8696a0"),
        doodles=True,
    ),
    Look(
        *("telegram", "light", "#c6d9b6", "#ffffff", "#000000"),
        *("#ffffff", "#000000", "#effdde", "#000000", "#7d8a73"),
        radius=14.0,
        doodles=True,
    ),
    Look(
        *("telegram", "dark", "#0f1720", "#1c2733", "#ffffff"),
        *("#1d2a38", "#ffffff", "#3e6a97", "#ffffff", "#8fa5bb"),
        radius=14.0,
        doodles=True,
    ),
    Look(
        *("sms", "light", "#ffffff", "#f6f6f6", "#000000"),
        *("#e9e9eb", "#000000", "#34c759", "#ffffff", "#8e8e93"),
        radius=17.0,
        gap=5.0,
        time_inside=False,
        centred_name=True,
    ),
    Look(
        *("sms", "dark", "#000000", "#161617", "#ffffff"),
        *("#262629", "#ffffff", "#30a14e", "#ffffff", "#8d8d93"),
        radius=17.0,
        gap=5.0,
        time_inside=False,
        centred_name=True,
    ),
    Look(
        *("signal", "light", "#ffffff", "#ffffff", "#1b1b1b"),
        *("#e9e9e9", "#1b1b1b", "#2c6bed", "#ffffff", "#8b8b8b"),
        radius=18.0,
        gap=8.0,
    ),
    Look(
        *("signal", "dark", "#121212", "#121212", "#e9e9e9"),
        *("#2e2e2e", "#e9e9e9", "#2c6bed", "#ffffff", "#a0a0a0"),
        radius=18.0,
        gap=8.0,
    ),
)
"""Approximations by eye; no logo, icon or typeface of a messenger is used."""
