"""The picture of a memo: where somebody speaks, and what each part sounded like.

Needs matplotlib, so only the worker process and the command import this.  Height says the same as
colour (`bot.card_looks`), and no number poses as a certainty.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from bot.card_looks import BANNERS, PALETTES, CardLabels, Palette, ScaleLabels, Theme
from bot.card_paper import LINE, MARGIN, WIDTH, Paper
from bot.wording import Wording
from voice.calibration import SYNTHETIC_LLR, VOICE_DIFFERENT_LLR, VOICE_SIMILAR_LLR
from voice.results import Analysis, Score

HEADLINE, TITLE, BODY, SMALL = 52, 36, 34, 28
"""Font sizes in pixels of a picture 1080 wide; 28 is as small as a telephone shows readably."""
GAP = 44
WAVE_HEIGHT = 200
STRIP_HEIGHT = 92
MAX_COLUMNS = 400
MAX_TICKS = 7
TICK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300)  # seconds
QUIET_PEAK = 0.05
"""A memo that never gets louder than this is drawn small, as it is; others fill the height."""
HASH_DIGITS = 12
"""Enough of the SHA-256 to tell by eye which file a picture belongs to."""


def draw(
    analysis: Analysis | None,
    labels: CardLabels,
    wording: Wording | None = None,
    *,
    theme: Theme = "light",
) -> bytes:
    """The card as PNG, 1080 pixels wide and as high as it needs to be.

    `analysis` is None where there is no sound to draw: of a screenshot, a message, or a file that
    could not be opened.  Without `wording` headline, advice, reasons and what was not checked are
    left out, for a picture below a message that says them.
    """
    colours = PALETTES[theme]
    paper = Paper(colours.background)
    if wording:
        _headline(paper, wording)
        _advice(paper, wording, labels, colours)
    if analysis:
        paper.y += MARGIN
        _recording(paper, analysis, labels, colours)
        for scale, score, levels in (
            (labels.synthetic, analysis.synthetic, _machine_level),
            (labels.voice, analysis.speaker, _difference_level),
        ):
            paper.y += GAP
            _strip(paper, analysis, score, levels, scale, labels, colours)
    if wording and wording.not_checked:
        paper.y += GAP
        paper.lines([labels.not_checked_title], TITLE, colours.text, bold=True)
        for line in wording.not_checked:
            paper.lines(_bullet(paper, line, SMALL), SMALL, colours.faint)
    paper.y += GAP
    paper.lines(
        paper.wrapped(labels.footer, SMALL, paper.inner_width), SMALL, colours.text, bold=False
    )
    if analysis:
        paper.lines(
            [labels.file.format(hash=analysis.audio.sha256[:HASH_DIGITS])], SMALL, colours.faint
        )
    paper.y += MARGIN
    return paper.png()


def _headline(paper: Paper, wording: Wording) -> None:
    background, foreground = BANNERS[wording.level]
    mark = paper.position
    paper.y += MARGIN
    for sentence in re.split(r"(?<=[.!?]) ", wording.headline):
        lines = paper.wrapped(sentence, HEADLINE, paper.inner_width, bold=True, most=4)
        paper.lines(lines, HEADLINE, foreground, bold=True)
    if wording.advice:
        paper.y += MARGIN / 3
        advice = paper.wrapped(wording.advice[0], BODY, paper.inner_width, most=4)
        paper.lines(advice, BODY, foreground)
    paper.y += MARGIN
    height = paper.y
    paper.under(mark, lambda: paper.box(0, 0, WIDTH, height, background))


def _advice(paper: Paper, wording: Wording, labels: CardLabels, colours: Palette) -> None:
    """All that is to be done, of which the banner has the first, and then why."""
    paper.y += MARGIN
    for line in wording.advice[1:]:
        paper.lines(_bullet(paper, line, BODY), BODY, colours.text)
    if wording.claim:
        paper.y += GAP / 2
        paper.lines(paper.wrapped(wording.claim, BODY, paper.inner_width), BODY, colours.text)
    if wording.reasons:
        paper.y += GAP if wording.advice[1:] or wording.claim else 0
        paper.lines([labels.why], TITLE, colours.text, bold=True)
        for line in wording.reasons:
            paper.lines(_bullet(paper, line, SMALL), SMALL, colours.text)


def _bullet(paper: Paper, line: str, size: int) -> list[str]:
    indent = "   "
    first, *rest = paper.wrapped(f"– {line}", size, paper.inner_width - 40, most=4)
    return [first, *(indent + more for more in rest)]


def _recording(paper: Paper, analysis: Analysis, labels: CardLabels, colours: Palette) -> None:
    paper.lines([labels.recording], TITLE, colours.text, bold=True)
    paper.y += 10
    top = paper.y
    paper.box(MARGIN, top, paper.inner_width, WAVE_HEIGHT, colours.strip)
    paper.y += WAVE_HEIGHT
    seconds = analysis.audio.seconds
    if seconds <= 0 or not analysis.envelope:
        _note(paper, labels.no_sound, top + WAVE_HEIGHT / 2, colours)
        return
    across = _across(paper, seconds)
    for segment in analysis.speech:
        start, end = across(segment.start), across(segment.end)
        paper.box(start, top, end - start, WAVE_HEIGHT, colours.speech)
    _wave(paper, analysis.envelope, top, colours)
    _ticks(paper, seconds, labels, colours)
    paper.y += 6
    if analysis.speech:
        _legend(paper, [(colours.speech, labels.speech)], colours)
    else:
        paper.lines([labels.no_speech], SMALL, colours.text)


def _across(paper: Paper, seconds: float) -> Callable[[float], float]:
    """From seconds to pixels."""

    def position(time: float) -> float:
        return MARGIN + paper.inner_width * min(max(time / seconds, 0.0), 1.0)

    return position


def _wave(paper: Paper, envelope: Sequence[float], top: float, colours: Palette) -> None:
    count = min(len(envelope), MAX_COLUMNS)
    edges = [round(index * len(envelope) / count) for index in range(count + 1)]
    peaks = [max(envelope[a:b]) for a, b in pairwise(edges)]
    loudest = max(*peaks, QUIET_PEAK)
    middle, half = top + WAVE_HEIGHT / 2, 0.44 * WAVE_HEIGHT
    step = paper.inner_width / count
    xs = [MARGIN + (index + 0.5) * step for index in range(count)]
    # A thread of two pixels stays where it is silent, so that the line does not break.
    heights = [max(1.0, half * peak / loudest) for peak in peaks]
    paper.area(
        xs,
        [middle - height for height in heights],
        [middle + height for height in heights],
        colours.wave,
    )


def _ticks(paper: Paper, seconds: float, labels: CardLabels, colours: Palette) -> None:
    step = next((s for s in TICK_STEPS if seconds / s <= MAX_TICKS), TICK_STEPS[-1])
    across = _across(paper, seconds)
    middle = paper.y + SMALL * LINE / 2 + 8
    for index in range(int(seconds / step) + 1):
        time = index * step
        x = across(time)
        paper.box(x - 1, paper.y, 2, 8, colours.faint)
        text = labels.seconds.format(seconds=time) if seconds < 60 else _minutes(time)
        half = paper.text_width(text, SMALL) / 2
        paper.label(
            text,
            min(max(x, MARGIN + half), WIDTH - MARGIN - half),
            middle,
            SMALL,
            colours.faint,
            align="center",
        )
    paper.y += SMALL * LINE + 8


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _machine_level(llr: float) -> int:
    """0 few signs, 1 cannot tell, 2 signs: 2 is what the verdict counts as a sign."""
    return 2 if llr >= SYNTHETIC_LLR else 0 if llr <= -SYNTHETIC_LLR else 1


def _difference_level(llr: float) -> int:
    """0 alike, 1 cannot tell, 2 different: 2 is what the verdict counts as a sign."""
    return 2 if llr <= VOICE_DIFFERENT_LLR else 0 if llr >= VOICE_SIMILAR_LLR else 1


def _strip(
    paper: Paper,
    analysis: Analysis,
    score: Score | None,
    level_of: Callable[[float], int],
    scale: ScaleLabels,
    labels: CardLabels,
    colours: Palette,
) -> None:
    title = paper.wrapped(scale.title, TITLE, paper.inner_width, bold=True, most=2)
    paper.lines(title, TITLE, colours.text, bold=True)
    paper.y += 10
    top = paper.y
    paper.box(MARGIN, top, paper.inner_width, STRIP_HEIGHT, colours.strip)
    paper.y += STRIP_HEIGHT
    stretches = worst_stretches(score, level_of) if score else []
    # The verdict does not use scores of sound that cannot be judged; nor does the picture.
    if analysis.problems or not stretches or analysis.audio.seconds <= 0:
        note = labels.cannot_judge if analysis.problems else labels.not_checked
        _note(paper, note, top + STRIP_HEIGHT / 2, colours)
        return
    shades = (colours.calm, colours.unsure, colours.sign)
    across = _across(paper, analysis.audio.seconds)
    for start, end, level in stretches:
        height = STRIP_HEIGHT * (level + 1) / 3
        left = across(start)
        width = max(across(end) - left - 2, 2)
        paper.box(left, top + STRIP_HEIGHT - height, width, height, shades[level])
    paper.y += 10
    _legend(paper, list(zip(shades, (scale.low, scale.unsure, scale.high), strict=True)), colours)


def worst_stretches(
    score: Score, level_of: Callable[[float], int]
) -> list[tuple[float, float, int]]:
    """The windows as stretches that do not overlap, each at the worst level of what covers it.

    Windows without a likelihood ratio cannot be put in words and are left out.
    """
    judged = [(w.start, w.end, level_of(w.llr)) for w in score.windows if w.llr is not None]
    edges = sorted({time for start, end, _ in judged for time in (start, end)})
    stretches: list[tuple[float, float, int]] = []
    for start, end in pairwise(edges):
        levels = [level for a, b, level in judged if a < end and b > start]
        if not levels:
            continue
        worst = max(levels)
        if stretches and stretches[-1][1] == start and stretches[-1][2] == worst:
            stretches[-1] = (stretches[-1][0], end, worst)
        else:
            stretches.append((start, end, worst))
    return stretches


def _note(paper: Paper, text: str, y: float, colours: Palette) -> None:
    paper.label(text, WIDTH / 2, y, SMALL, colours.text, align="center")


def _legend(paper: Paper, entries: Sequence[tuple[str, str]], colours: Palette) -> None:
    """Coloured squares with words, in as many rows as they need."""
    swatch, gap = 26, 40
    x = float(MARGIN)
    row = SMALL * LINE + 8
    for colour, words in entries:
        width = swatch + 12 + paper.text_width(words, SMALL)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x = MARGIN
            paper.y += row
        middle = paper.y + row / 2
        paper.box(x, middle - swatch / 2, swatch, swatch, colour)
        paper.label(words, x + swatch + 12, middle, SMALL, colours.text)
        x += width + gap
    paper.y += row
