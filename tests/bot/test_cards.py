"""The picture: nothing sticks out, no colour clears, and it is decent with parts missing."""

import io
import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bot.card_looks import BANNERS, PALETTES, card_labels
from bot.card_paper import MARGIN, WIDTH, Paper
from bot.cards import SMALL, _difference_level, _machine_level, draw, worst_stretches
from bot.texts import Texts
from bot.wording import Wording
from familyguard.model import Level
from tests.bot.analyses import analysis
from voice.results import Analysis, Problem, Score, Window

ENGLISH = card_labels(Texts("en"))


def score(*llrs: float | None, hop: float = 1.5) -> Score:
    """Windows of three seconds, one every `hop` seconds."""
    windows = tuple(Window(i * hop, i * hop + 3, 0.5, llr) for i, llr in enumerate(llrs))
    return Score("campplus", 0.5, 0.0, windows)


def wording(level: Level = Level.STRONG, headline: str = "Do not pay yet.") -> Wording:
    """Some verdict."""
    return Wording(level, headline, ("Call back.",), ("A reason.",), ("whose voice it is",))


def picture(png: bytes) -> np.ndarray:
    """Pixels, shape = (height, width, 4)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def has(pixels: np.ndarray, colour: str) -> bool:
    """Whether a fair number of pixels have exactly this colour."""
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((pixels[:, :, :3] == rgb).all(axis=2).sum()) > 400


FULL = analysis("hi", seconds=12.0, speaker=score(3, 0, -4), synthetic=score(-3, 0, 4))
CASES: dict[str, Analysis | None] = {
    "everything": FULL,
    "no windows": analysis("hi"),
    "unjudgeable": replace(FULL, problems=(Problem.TOO_NOISY,)),
    "no speech": replace(analysis(None, problems=(Problem.NO_SPEECH,)), speech=()),
    "no envelope": replace(analysis("hi"), envelope=()),
    "no length": replace(FULL, audio=replace(FULL.audio, seconds=0.0)),
    "one point": replace(FULL, envelope=(0.5,)),
    "uncalibrated": analysis("hi", synthetic=score(None, None)),
    "a quarter of an hour": analysis("hi", seconds=900.0),
    "not sound at all": None,
}


@pytest.mark.parametrize(
    ("case", "language"), [*((case, "en") for case in CASES), ("everything", "nl")]
)
def test_every_case_makes_a_picture_with_clean_edges(case, language):
    """1080 pixels wide, opaque, and nothing but background in the outer margins."""
    pixels = picture(draw(CASES[case], card_labels(Texts(language)), wording()))
    assert pixels.shape[1] == WIDTH
    assert 300 < pixels.shape[0] < 2400
    assert (pixels[:, :, 3] == 255).all()
    for edge in (pixels[:, : MARGIN // 2], pixels[:, -MARGIN // 2 :]):
        assert (edge == edge[:, :1]).all(), "something sticks out"


def test_a_picture_or_a_message_has_no_box_for_sound_but_all_that_is_to_be_done(monkeypatch):
    """The advice to call back stands on every card, and so do the reasons."""
    drawn = []
    label = Paper.label

    def noted(self, text, *where, **how):
        drawn.append(text)
        label(self, text, *where, **how)

    monkeypatch.setattr(Paper, "label", noted)
    advice = ("Do not pay.", "Call your mother on her own number.")
    card = draw(None, ENGLISH, replace(wording(), advice=advice))
    assert {advice[0], f"– {advice[1]}", ENGLISH.why, "– A reason."} <= set(drawn)
    assert not {ENGLISH.recording, ENGLISH.no_sound} & set(drawn)
    assert not has(picture(card), PALETTES["light"].strip)


def test_a_card_needs_no_verdict():
    """Below a message that says it already, the picture comes without headline."""
    with_verdict, without = (picture(draw(FULL, ENGLISH, words)) for words in (wording(), None))
    assert without.shape[0] < with_verdict.shape[0]
    assert not has(without, BANNERS[Level.STRONG][0])


@pytest.mark.parametrize("level", Level)
def test_the_level_is_a_band_of_its_colour(level):
    """Each level has a colour of its own across the top."""
    pixels = picture(draw(FULL, ENGLISH, wording(level)))
    background = BANNERS[level][0]
    assert has(pixels[:60], background)
    assert len({colours for colours, _ in BANNERS.values()}) == len(Level)


def test_nothing_is_green():
    """Green would say that all is well, and nothing here says that."""
    palettes = [getattr(p, name) for p in PALETTES.values() for name in p.__dataclass_fields__]
    for colour in [*palettes, *(c for pair in BANNERS.values() for c in pair)]:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert green <= max(red, blue), colour


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_texts_can_be_read_in_both_themes():
    """Every text has a contrast of at least 4.5 : 1 with what is behind it."""
    pairs = [(p.text, p.background) for p in PALETTES.values()]
    pairs += [(p.faint, p.background) for p in PALETTES.values()]
    pairs += [(p.text, p.strip) for p in PALETTES.values()]
    pairs += list(BANNERS.values())
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_theme_has_a_background_of_its_own(theme):
    """The picture does not rely on the chat's colour behind it."""
    pixels = picture(draw(FULL, ENGLISH, wording(), theme=theme))
    rgb = "#{:02X}{:02X}{:02X}".format(*pixels[-5, 5, :3])
    assert rgb == PALETTES[theme].background


def test_sound_that_cannot_be_judged_shows_no_bars():
    """Scores that the verdict does not use are not drawn either."""
    assert has(picture(draw(FULL, ENGLISH)), PALETTES["light"].sign)
    noisy = replace(FULL, problems=(Problem.TOO_NOISY,))
    assert not has(picture(draw(noisy, ENGLISH)), PALETTES["light"].sign)


def test_a_stretch_is_as_bad_as_the_worst_window_over_it():
    """One spliced sentence is not averaged away."""
    stretches = worst_stretches(score(-3, 3, -3), _machine_level)
    assert stretches == [(0.0, 1.5, 0), (1.5, 4.5, 2), (4.5, 6.0, 0)]
    assert worst_stretches(score(3, -3, 3), _difference_level) == stretches


def test_windows_that_were_not_calibrated_are_left_out():
    """What cannot be put in words is not drawn; a gap stays a gap."""
    assert worst_stretches(score(None, None), _machine_level) == []
    assert worst_stretches(score(0, None, 0, hop=4), _machine_level) == [(0, 3, 1), (8, 11, 1)]


def test_lines_fit_whatever_the_words():
    """Long words are broken, long texts end in an ellipsis, and no line is too wide."""
    paper = Paper("#FFFFFF")
    rng = random.Random(3)
    for _ in range(10):
        words = ["w" * rng.choice([1, 4, 9, 30, 80]) for _ in range(rng.randrange(1, 20))]
        lines = paper.wrapped(" ".join(words), SMALL, 500, most=4)
        assert 1 <= len(lines) <= 4
        assert max(paper.text_width(line, SMALL) for line in lines) <= 500 + 2
        assert lines[-1].endswith("…") or "".join(lines).replace(" ", "") == "".join(words)


@pytest.mark.filterwarnings("ignore:Glyph .* missing")
def test_a_dollar_sign_is_not_mathematics():
    """Foreign characters are drawn as they are and break nothing."""
    headline = r"$\frac{1}{0}$ _^ \alpha $ 〱 😀 " + "x" * 300
    assert picture(draw(FULL, ENGLISH, wording(headline=headline))).shape[1] == WIDTH


def test_the_same_analysis_is_the_same_picture():
    """No date, no software version, no chance."""
    assert draw(FULL, ENGLISH, wording()) == draw(FULL, ENGLISH, wording())


def test_drawing_leaves_no_global_state():
    """No figure is kept by pyplot, which a worker that draws for months would notice."""
    code = "import sys, bot.cards; print('matplotlib.pyplot' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "False", result.stderr
