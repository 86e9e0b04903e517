"""From a picture's bytes to dark words on white, and where the speech bubbles are.

Runs in the limited child only.  A picture is laid out in a grid of small cells; the median colour
of a cell is that of its background as long as letters cover less than half of it.  What differs
from the background is ink, whether the letters are dark on light or light on dark.
"""

import io
from dataclasses import dataclass

import numpy as np

# Pillow loads these on first use, which is too late once no file can be opened.
from PIL import (  # noqa: F401
    Image,
    ImageFilter,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from bot.screenshots.bubbles import (
    Box,
    Grey,
    Levels,
    Place,
    connected,
    places,
    screen,
    sided,
)
from bot.screenshots.model import MAX_PIXELS, PictureProblem, Side, UnreadablePicture

FORMATS = ("PNG", "JPEG", "MPO", "WEBP")
"""Pillow's names of the only kinds of file that are opened; MPO is a camera's JPEG with extras."""

LEAST_SIDE = 16
"""Pixels: no line of letters fits into less."""

WORK_PIXELS = 6_000_000
"""A larger picture is shrunk first: enough for a large telephone's screen, pixel for pixel."""

COLUMNS = 150
"""Cells in a row of the grid: about seven pixels of a usual telephone's screen, or two of its 360
units of width, which is less than the gap between two bubbles."""

LEAST_CONTRAST = 48
"""Levels between letters and background; fainter marks are not made darker than they are."""

LINE_PIXELS = 38
"""Height of a line of letters, from the top of «l» to the bottom of «g», that suits Tesseract."""

MOST_GROWTH = 3.0


@dataclass(frozen=True, slots=True)
class Region:
    """The place of a speech bubble on the page."""

    box: Box
    side: Side | None


@dataclass(frozen=True, slots=True)
class Page:
    """Black words on white: `spoken` shows only what is in the regions, `rest` only the others."""

    spoken: Grey
    rest: Grey
    regions: tuple[Region, ...]  # from top to bottom


def open_picture(data: bytes) -> Image.Image:
    """The picture, upright, RGB, of at most WORK_PIXELS.  Raises UnreadablePicture."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit is stricter, and says so before decoding
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadablePicture(PictureProblem.NOT_A_PICTURE, type(error).__name__) from error
    if image.width * image.height > MAX_PIXELS:
        size = f"{image.width} x {image.height}"
        raise UnreadablePicture(PictureProblem.TOO_MANY_PIXELS, size)
    if min(image.size) < LEAST_SIDE:
        raise UnreadablePicture(PictureProblem.NO_WORDS, f"{image.width} x {image.height}")
    try:
        image = _fitting(image)
        image = ImageOps.exif_transpose(image)
        if image.has_transparency_data:
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image.convert("RGBA"))
        return image.convert("RGB")
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadablePicture(PictureProblem.BROKEN, type(error).__name__) from error


def _fitting(image: Image.Image) -> Image.Image:
    scale = (WORK_PIXELS / (image.width * image.height)) ** 0.5
    if scale >= 1:
        image.load()
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.draft(None, size)  # a JPEG is then decoded at a half, a quarter or an eighth
    exif = image.getexif()
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    small.info["exif"] = exif.tobytes()
    return small


def lay_out(image: Image.Image) -> Page:
    """The page, enlarged or shrunk so that its letters have the size that suits the recogniser."""
    cell = _cell(image)
    cells = _cells(image, cell)
    labels = connected(cells)
    if seen := screen(labels, cell):
        image = image.crop(seen)
        cell = _cell(image)
        cells = _cells(image, cell)
        labels = connected(cells)
    luma = np.asarray(image.convert("L"))
    ground = cells @ np.array((0.299, 0.587, 0.114))
    rest = _ink(luma, _smooth(ground, 7), cell)
    spoken = np.full_like(rest, 255)
    regions = []
    for place, side in sided(places(cells, labels), cells.shape[1]):
        box = _speak(spoken, luma, ground, place, cell)
        left, top, right, bottom = box
        if 0.005 < float((spoken[top:bottom, left:right] < 128).mean()) < 0.5:
            regions.append(Region(box, side))
            edge = cell
            rest[max(0, top - edge) : bottom + edge, max(0, left - edge) : right + edge] = 255
    return _sized(Page(spoken, rest, tuple(regions)))


def _speak(spoken: Grey, luma: Grey, ground: Levels, place: Place, cell: int) -> Box:
    """Copy the words of one bubble to the page; returns where they are."""
    left, top, right, bottom = place.box
    # Without the outermost cells, which belong in part to what is around the bubble.
    inner = place.mask.copy()
    inner[1:-1] = place.mask[:-2] & place.mask[2:]
    inner[:, 1:-1] &= place.mask[:, :-2] & place.mask[:, 2:]
    inner[[0, -1]] = inner[:, [0, -1]] = False
    usual = float(np.median(ground[top:bottom, left:right][place.mask]))
    colour = np.where(place.mask, ground[top:bottom, left:right], usual)
    box = left * cell, top * cell, right * cell, bottom * cell
    part = luma[box[1] : box[3], box[0] : box[2]]
    ink = _ink(part, _smooth(colour, 9), cell)
    ink[~inner.repeat(cell, 0).repeat(cell, 1)] = 255
    spoken[box[1] : box[3], box[0] : box[2]] = ink
    return box


def _sized(page: Page) -> Page:
    boxes = [region.box for region in page.regions]
    scale = _scale(page.spoken, boxes) if boxes else _scale(page.rest, boxes)
    if abs(scale - 1) < 0.15:
        return page
    height, width = page.rest.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    spoken, rest = (
        np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC))
        for grey in (page.spoken, page.rest)
    )
    regions = tuple(Region(_scaled(region.box, scale), region.side) for region in page.regions)
    return Page(spoken, rest, regions)


def _cell(image: Image.Image) -> int:
    return max(2, 2 * round(image.width / COLUMNS / 2))  # even: see `_cells`


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(value * scale) for value in box)
    return left, top, right, bottom


def _cells(image: Image.Image, cell: int) -> Grey:
    """The median colour of each cell: (rows, columns, 3)."""
    stride = 2 if cell >= 6 and cell % 2 == 0 else 1  # every other pixel is enough for a median
    cell //= stride
    pixels = np.asarray(image)[::stride, ::stride]
    rows, columns = max(1, pixels.shape[0] // cell), max(1, pixels.shape[1] // cell)
    pixels = pixels[: rows * cell, : columns * cell]
    if pixels.shape[0] < cell or pixels.shape[1] < cell:
        whole: Grey = np.median(pixels.reshape(1, 1, -1, 3), 2).astype(np.uint8)
        return whole
    blocks = pixels.reshape(rows, cell, columns, cell, 3).transpose(0, 2, 4, 1, 3)
    flat = blocks.reshape(rows, columns, 3, cell * cell)
    middle = flat.shape[-1] // 2
    medians: Grey = np.partition(flat, middle, -1)[..., middle]
    return medians


def _smooth(ground: Levels, reach: int) -> Levels:
    """The background without the letters that fill a cell here and there."""
    picture = Image.fromarray(ground.round().astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.MedianFilter(reach)), np.float64)


def _ink(luma: Grey, ground: Levels, cell: int) -> Grey:
    """Letters black on white: by how much each pixel differs from the background of its cell."""
    rows, columns = ground.shape
    height, width = luma.shape
    paper = np.asarray(_stretched(Image.fromarray(ground.astype(np.uint8)), cell, luma), np.int16)
    ink = np.abs(luma - paper).astype(np.uint8)
    if height < rows * cell or width < columns * cell:  # a strip narrower than one cell
        most = np.full((rows, columns), ink.max(), np.uint8)
    else:
        blocks = ink[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
        most = blocks.max((1, 3))
    # The strongest ink nearby, so that grey letters become as black as black ones.
    strongest = Image.fromarray(most).filter(ImageFilter.MaxFilter(5))
    reach = np.asarray(_stretched(strongest.filter(ImageFilter.BoxBlur(2)), cell, luma), np.float32)
    share = ink * (255.0 / np.maximum(reach, LEAST_CONTRAST))
    page: Grey = 255 - share.clip(0, 255).astype(np.uint8)
    return page


def _stretched(small: Image.Image, cell: int, luma: Grey) -> Image.Image:
    """A picture of the cells at full size; the grid may end a little before the picture does."""
    height, width = luma.shape
    box = (0, 0, min(small.width, width / cell), min(small.height, height / cell))
    return small.resize((width, height), Image.Resampling.BILINEAR, box=box)


def _scale(grey: Grey, boxes: list[Box]) -> float:
    """The factor that gives lines of letters the height LINE_PIXELS."""
    heights: list[int] = []
    weights: list[int] = []
    for left, top, right, bottom in boxes or [(0, 0, grey.shape[1], grey.shape[0])]:
        inked = (grey[top:bottom, left:right] < 128).sum(1)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], (inked > 1).astype(np.int8), [0]))))
        for begin, end in edges.reshape(-1, 2):
            if end - begin >= 6:
                heights.append(int(end - begin))
                weights.append(int(inked[begin:end].sum()))
    if not heights:
        return 1.0
    # The height of the line in which the middle drop of ink lies: small times weigh little.
    order = np.argsort(heights)
    middle = np.searchsorted(np.cumsum(np.array(weights)[order]), sum(weights) / 2)
    wanted = LINE_PIXELS / heights[order[middle]]
    room = (2 * WORK_PIXELS / grey.size) ** 0.5
    return float(max(0.3, min(wanted, MOST_GROWTH, room)))
