"""Draw the picture of a chat that the screenshot story sends; run as a module, needs Chromium."""

import base64
import html
import io
from pathlib import Path

from PIL import Image

from tests.playground.browser import chromium

FOLDER = Path(__file__).resolve().parents[2] / "bot" / "playground" / "samples"
CHATS = {
    "nl": [
        "Hoi mam, ik heb een nieuw nummer. Mijn oude telefoon is kapot.",
        "Bellen lukt nog niet, de microfoon doet het niet.",
        "Kun je vandaag een rekening van 640 euro voor me betalen? Je krijgt het morgen terug.",
    ],
    "en": [
        "Hi mum, I have a new number. My old phone is broken.",
        "I can't call yet, the microphone doesn't work.",
        "Could you pay a bill of 640 pounds for me today? You'll get it back tomorrow.",
    ],
}
HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
STYLE = (
    "body{margin:0;background:#e6ded3;font:17px sans-serif;color:#222}"
    "header{background:#3b5b52;color:#fff;padding:18px 16px;font-size:19px}"
    "p{background:#fff;border-radius:12px;padding:10px 13px;margin:12px;width:270px}"
    "small{display:block;text-align:right;color:#777;font-size:12px}"
)
COLOURS = 32
"""Enough for letters with soft edges, and a small file."""


def main() -> None:
    """One picture a language."""
    for language, lines in CHATS.items():
        said = "".join(
            f"<p>{html.escape(line)}<small>16:{20 + i}</small></p>" for i, line in enumerate(lines)
        )
        page = f"{HEAD}<style>{STYLE}</style><header>+31 6 1000 0099</header>{said}"
        with chromium((390, 520)) as driver:
            driver.get("data:text/html;base64," + base64.b64encode(page.encode()).decode())
            shot = Image.open(io.BytesIO(driver.get_screenshot_as_png()))
            few = shot.convert("RGB").quantize(COLOURS)
            few.save(FOLDER / f"screenshot-{language}.png", optimize=True)


if __name__ == "__main__":
    main()
