"""Take the pictures of docs/images: `python -m tests.playground.screenshots` (Chromium, models)."""

import asyncio
import io
from pathlib import Path

from PIL import Image

from bot.playground.demo import Demo, running_demo
from bot.playground.people import People
from bot.playground.playing import play_step, press
from bot.texts import Language, Texts
from tests.playground.browser import DESKTOP, PHONE, PageDriver, chromium
from voice.models import models_folder

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
COLOURS = 128
STORY = "10-cloned-memo"
LANGUAGES: dict[tuple[int, int], Language] = {DESKTOP: "en", PHONE: "nl"}
NAMES = {DESKTOP: "desktop", PHONE: "phone"}


def shoot(demo: Demo, size: tuple[int, int], dark: bool) -> None:
    """The mother's chat after the story, or the list of stories beside it."""
    with chromium(size, dark) as driver:
        page = PageDriver(driver, demo.address)
        page.open()
        page.be("mother")
        page.open_chat("FamilyGuard")
        page.wait("return [...document.images].every((one) => one.complete)", "pictures")
        page.js(
            "const all = document.querySelectorAll('#messages .key');"
            "[...all].at(-1)?.closest('li').scrollIntoView({block: 'start'});"
        )
        page.js("return new Promise((done) => setTimeout(done, 400))")
        name = f"playground-{NAMES[size]}-{'dark' if dark else 'light'}.png"
        save(driver.get_screenshot_as_png(), name)
        page.js("document.querySelector('.photo').scrollIntoView({block: 'start'})")
        page.js("return new Promise((done) => setTimeout(done, 400))")
        save(driver.get_screenshot_as_png(), name.replace("playground-", "playground-details-"))


def save(picture: bytes, name: str) -> None:
    """With fewer colours, which the eye does not miss."""
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(FOLDER / name, optimize=True)


async def main() -> None:
    """Play the story in each language, and photograph it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for size, language in LANGUAGES.items():
        async with running_demo(models_folder(), language=language) as demo:
            people = People(demo.town.world)
            story = demo.page.scenarios[STORY]
            mother = demo.town.world.person("mother")
            chat = demo.town.world.private(mother, demo.town.bot)
            async with asyncio.timeout(60):
                while len(chat.messages) < 2:  # noqa: ASYNC110 – the greeting comes first
                    await asyncio.sleep(0.1)
            for number in range(len(story.steps)):
                await play_step(people, story, number, language)
            await press(people, mother, chat, Texts(language).get("chat.button.details"))
            async with asyncio.timeout(60):
                while not any(m.media and m.media.kind == "photo" for m in chat.messages.values()):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await asyncio.sleep(1)
            for dark in (False, True):
                await asyncio.to_thread(shoot, demo, size, dark)


if __name__ == "__main__":
    asyncio.run(main())
