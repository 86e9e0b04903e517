"""Pictures through the real child: what is read, and what hostile ones come to."""

import io
import os
import random
import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.screenshots import reader
from bot.screenshots.draw import SIZES, draw_chat
from bot.screenshots.looks import LOOKS, Look
from bot.screenshots.model import MAX_FILE_BYTES, PictureProblem, UnreadablePicture
from bot.screenshots.reader import Limits, read_picture
from bot.screenshots.spoil import SPOILERS
from bot.texts import LANGUAGES, Texts
from tests.bot.screenshots.conftest import CHAT, SENDER
from voice.evaluation.fuzz import children_of
from voice.evaluation.mutation import mutate

pytestmark = pytest.mark.models

USUAL = Limits()
FUZZED = 40


@pytest.fixture(autouse=True)
def _leaves_no_child_behind() -> object:
    """Whatever a picture does to the child, it is gone afterwards."""
    before = children_of(os.getpid())
    yield
    assert children_of(os.getpid()) <= before


def written(folder: Path, data: bytes) -> Path:
    """A file that holds `data`."""
    path = folder / "picture"
    path.write_bytes(data)
    return path


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file of some kind."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says to be of some size, and holds a little of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(10_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_it_reads_every_messenger_light_and_dark(look: Look, tmp_path: Path, tessdata: Path):
    """The words of each bubble in order, whose they are, and the name at the top."""
    picture = saved(draw_chat(look, SIZES[1], SENDER, CHAT), "PNG")
    found = read_picture(written(tmp_path, picture), folder=tessdata)
    assert found.sender == SENDER
    assert [bubble.side for bubble in found.bubbles] == ["left", "right", "left"]
    assert found.bubbles[0].text == CHAT[0].text
    assert "gebeurd" in found.bubbles[1].text
    assert "850 euro overmaken" in found.their_text
    assert "gebeurd" not in found.their_text


@pytest.mark.parametrize("name", SPOILERS)
def test_it_reads_spoilt_pictures(name: str, tmp_path: Path, tessdata: Path):
    """Shrunk, compressed, cropped or photographed, the request can still be read."""
    spoilt = SPOILERS[name](draw_chat(LOOKS[1], SIZES[1], SENDER, CHAT), 3)
    found = read_picture(written(tmp_path, saved(spoilt, "PNG")), folder=tessdata)
    words = found.their_text.split()
    assert {"nieuwe", "nummer", "850", "euro", "overmaken?"} <= set(words)


def refusal(path: Path, folder: Path, limits: Limits = USUAL) -> PictureProblem:
    """Why the picture cannot be read; both languages have a sentence for it."""
    with pytest.raises(UnreadablePicture) as caught:
        read_picture(path, folder=folder, limits=limits)
    for language in LANGUAGES:
        assert Texts(language).has(f"reason.unjudgeable.picture_{caught.value.reason}")
    return caught.value.reason


HOSTILE = {
    "text": (b"Hi mum, send money\n" * 50, PictureProblem.NOT_A_PICTURE),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', PictureProblem.NOT_A_PICTURE),
    "gif": (saved(Image.new("P", (50, 50)), "GIF"), PictureProblem.NOT_A_PICTURE),
    "tiff": (saved(Image.new("L", (50, 50)), "TIFF"), PictureProblem.NOT_A_PICTURE),
    "empty": (b"", PictureProblem.EMPTY),
    "one pixel": (saved(Image.new("RGB", (1, 1)), "PNG"), PictureProblem.NO_WORDS),
    "one line": (saved(Image.new("RGB", (20_000, 1)), "PNG"), PictureProblem.NO_WORDS),
    "huge size in the header": (png_header(2**31 - 1, 2**31 - 1), PictureProblem.TOO_MANY_PIXELS),
    "more pixels than there are": (png_header(6000, 6000), PictureProblem.BROKEN),
    "bomb": (saved(Image.new("1", (30_000, 30_000)), "PNG"), PictureProblem.TOO_MANY_PIXELS),
    "only a signature": (b"\x89PNG\r\n\x1a\n", PictureProblem.NOT_A_PICTURE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pictures_end_in_one_sentence(name: str, tmp_path: Path, tessdata: Path):
    """Nothing but the one error, whatever the file pretends to be."""
    data, reason = HOSTILE[name]
    assert refusal(written(tmp_path, data), tessdata) is reason


def test_a_picture_that_was_cut_off_is_damaged(tmp_path: Path, tessdata: Path, screenshot: bytes):
    """Half a file is no picture: the other half may hold the request."""
    half = screenshot[: len(screenshot) // 2]
    assert refusal(written(tmp_path, half), tessdata) is PictureProblem.BROKEN


def test_of_a_moving_picture_the_first_is_read(tmp_path: Path, tessdata: Path, screenshot: bytes):
    """An animated PNG costs no more than a still one."""
    first = Image.open(io.BytesIO(screenshot))
    rest = [Image.new("RGB", first.size, colour) for colour in ("red", "blue") * 10]
    data = saved(first, "PNG", save_all=True, append_images=rest, duration=10)
    assert "850 euro" in read_picture(written(tmp_path, data), folder=tessdata).their_text


def test_a_file_over_the_limit_is_not_even_opened(tmp_path: Path, tessdata: Path):
    """Refused by its size alone, and so is a file that is not there."""
    path = tmp_path / "picture"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert refusal(path, tessdata) is PictureProblem.TOO_LARGE
    assert refusal(tmp_path / "none", tessdata) is PictureProblem.MISSING


def test_a_reader_short_of_time_is_told_apart(tmp_path: Path, tessdata: Path, screenshot: bytes):
    """Not even Python starts within a hundredth of a second."""
    limits = Limits(wall_seconds=0.01)
    assert refusal(written(tmp_path, screenshot), tessdata, limits) is PictureProblem.LIMIT


def test_without_its_data_nothing_is_read(tmp_path: Path, screenshot: bytes):
    """An empty folder of models has a sentence of its own."""
    assert refusal(written(tmp_path, screenshot), tmp_path / "m") is PictureProblem.NO_READER


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", '{"reason": "me"}', '{"bubbles": 3}', "[" * 9999]
)
def test_a_child_that_talks_nonsense_is_an_error(
    answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tessdata: Path
):
    """What a subverted child says is checked like anything else that is foreign."""
    program = f"import sys; sys.stdin.read(0); sys.stdout.write({answer!r})"
    monkeypatch.setattr(reader, "_BOOT", program)
    assert refusal(written(tmp_path, b"x"), tessdata) is PictureProblem.BROKEN


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of Linux")
def test_the_child_can_open_nothing_once_it_looks(tmp_path: Path, tessdata: Path):
    """The recogniser reads with every file closed to it, so its data must be in memory by then."""
    program = """
        import sys
        sys.path.append(sys.argv[1])
        from bot.screenshots import child
        def look(data):
            try:
                open("/etc/hostname")
            except OSError as error:
                raise child.UnreadablePicture(child.PictureProblem.LIMIT, str(error.errno))
        child._rehearse = lambda engine: setattr(child, "open_picture", look)
        child.main(sys.argv[2:])
    """
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(reader, "_BOOT", textwrap.dedent(program))
        assert refusal(written(tmp_path, b"x"), tessdata) is PictureProblem.LIMIT


@pytest.mark.timeout(600)
def test_damaged_pictures_neither_crash_nor_hang(tmp_path: Path, tessdata: Path):
    """Forty damaged pictures: each is read or refused with the one error, in bounded time."""
    drawn = draw_chat(LOOKS[2], (360, 420), SENDER, CHAT[:1])
    seeds = [saved(drawn, "PNG"), saved(drawn, "JPEG", quality=60), saved(drawn, "WEBP")]
    limits = Limits(wall_seconds=20.0, cpu_seconds=10)
    outcomes: list[object] = []
    died: list[tuple[int, str]] = []
    for number in range(FUZZED):
        _, data = mutate(random.Random(f"7/{number}"), seeds)
        try:
            outcomes.append(read_picture(written(tmp_path, data), folder=tessdata, limits=limits))
        except UnreadablePicture as error:
            outcomes.append(error.reason)
            if "ended with -" in error.detail:
                died.append((number, error.detail))
    assert len(outcomes) == FUZZED
    assert PictureProblem.BROKEN in outcomes
    assert PictureProblem.LIMIT not in outcomes
    assert died == []


def test_the_bot_itself_opens_no_picture():
    """Neither the picture library nor the recogniser is loaded into the bot's own process."""
    code = (
        "import sys, bot.app, bot.handlers.screenshot; "
        "print(sorted({'PIL', 'tesserocr'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
