"""What happens to a screenshot on its way: compression, cropping, a photo of the screen."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

MESSENGER_SIDE = 1280
"""Pixels of the longer side to which Telegram shrinks a photo."""


def jpeg_30(image: Image.Image, _seed: int) -> Image.Image:
    """Saved as JPEG at quality 30."""
    return _jpeg(image, 30)


def sent_as_photo(image: Image.Image, _seed: int) -> Image.Image:
    """Shrunk and compressed as Telegram does with photos."""
    scale = MESSENGER_SIDE / max(image.size)
    if scale < 1:
        size = (round(image.width * scale), round(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS)
    return _jpeg(image, 85)


def cropped(image: Image.Image, seed: int) -> Image.Image:
    """Without the header, and with a little cut off on all sides."""
    chance = np.random.default_rng(seed)
    top = round(image.height * 0.075)
    side = round(image.width * chance.uniform(0.0, 0.02))
    return image.crop((side, top, image.width - side, round(image.height * 0.9)))


def photographed(image: Image.Image, seed: int) -> Image.Image:
    """A photo of the screen by hand: askew, unevenly lit, a little blurred, noisy, with moiré."""
    chance = np.random.default_rng(seed)
    width, height = image.size
    room = round(width * 0.12)
    canvas = Image.new("RGB", (width + 2 * room, height + 2 * room), (92, 74, 60))
    canvas.paste(image, (room, room))
    jitter = width * 0.035
    corners = [
        (x + chance.uniform(-jitter, jitter), y + chance.uniform(-jitter, jitter))
        for x, y in ((0, 0), (0, canvas.height), canvas.size, (canvas.width, 0))
    ]
    quad = tuple(value for corner in corners for value in corner)
    canvas = canvas.transform(
        canvas.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=(92, 74, 60)
    )
    canvas = canvas.rotate(
        chance.uniform(-1.5, 1.5), Image.Resampling.BICUBIC, fillcolor=(92, 74, 60)
    )
    canvas = canvas.filter(ImageFilter.GaussianBlur(width / 1080 * 1.3))
    pixels = np.asarray(canvas, np.float32)
    rows, columns = np.mgrid[0 : canvas.height, 0 : canvas.width]
    light = 0.72 + 0.28 * (columns / canvas.width * 0.6 + rows / canvas.height * 0.4)
    moire = 1 + 0.03 * np.sin(columns / 2.3 + rows / 17) * np.sin(rows / 2.9)
    noise = chance.normal(0, 5, pixels.shape)
    pixels = pixels * (light * moire)[..., None] + 10 + noise
    return _jpeg(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), 75)


def unspoilt(image: Image.Image, _seed: int) -> Image.Image:
    """As it was."""
    return image


SPOILERS: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "as taken": unspoilt,
    "sent as a photo": sent_as_photo,
    "JPEG 30": jpeg_30,
    "cropped": cropped,
    "photo of the screen": photographed,
}


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return Image.open(file)
