"""The sample memos are what their page says, and small."""

import re
from pathlib import Path

import pytest

from voice.isolation import decode_file

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "samples"
ROW = re.compile(r"^\| `([\w-]+\.ogg)` \| (\d+) s \|", re.MULTILINE)
SAMPLES = sorted(FOLDER.glob("*.ogg"))


def test_the_page_lists_the_files_that_are_there():
    """No sample without a line, no line without a sample."""
    assert {name for name, _ in ROW.findall((FOLDER / "README.md").read_text())} == {
        path.name for path in SAMPLES
    }
    assert len(SAMPLES) == 12


def test_all_of_them_together_are_small():
    """At most a megabyte: everybody downloads them with the sources."""
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) <= 1_000_000


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_is_a_voice_memo_as_a_messenger_sends_it(path):
    """Ogg/Opus, one channel, a voice memo's bit rate, and the length that the page says."""
    waveform, container = decode_file(path)
    lengths = dict(ROW.findall((FOLDER / "README.md").read_text()))
    assert (container.format, container.codec, container.channels) == ("ogg", "opus", 1)
    assert waveform.seconds == pytest.approx(float(lengths[path.name]), abs=0.6)
    assert 0.3 < abs(waveform.samples).max() <= 1.0
    assert container.size_bytes * 8 / waveform.seconds < 32_000
