"""The bot with its real worker and the real models, and the sentences that people see."""

import asyncio
import io
import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from bot.analysis import LocalAnalyst
from bot.worker_process import worker_command
from tests.bot.houses import family_bot, settings_in
from tests.bot.test_check import NONE, UNCLEAR
from tests.bot.test_run import megabytes

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "docs" / "samples"
WORKER_MEGABYTES = 1200

pytestmark = [pytest.mark.models, pytest.mark.timeout(600)]


def wav(samples) -> bytes:
    """A WAV file of float samples at 16 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def tone(seconds: float, *hertz: float):
    """Sine waves together."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    return sum(np.sin(2 * np.pi * one * time) for one in hertz) * 0.2


async def test_real_memos_get_their_verdicts_and_rubbish_its_sentence(
    models_folder, tmp_path, monkeypatch
):
    """One worker, started once, hears everything a family may send."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr("tests.bot.fake_telegram.PATIENCE", 240.0)
    settings = settings_in(tmp_path, models_dir=models_folder)
    analyst = LocalAnalyst(worker_command(settings), 20, 10, 120.0)
    analyst.start()
    async with family_bot(tmp_path, analyst, message_burst=50) as telegram:
        anna = telegram.person(1)

        senders = itertools.count(1)

        async def hears(content: bytes, kind: str = "document") -> str:
            # Each from somebody else: what one sender sends is one case, and none calms it.
            origin = telegram.origin(f"Sender {next(senders)}")
            await anna.forwards(kind, content, forward_origin=origin)
            await telegram.quiet()
            return anna.last.text

        assert "Do not pay yet" in await hears((SAMPLES / "hi-mum-en.ogg").read_bytes(), "voice")
        await anna.taps("Details")
        table = await anna.sees("These are hints, not proof.")
        assert "new number" in table.text
        assert any((shown.photo or b"").startswith(b"\x89PNG") for shown in anna.screen)
        assert NONE in await hears((SAMPLES / "pizza-en.ogg").read_bytes(), "voice")

        for content, words in (
            (b"", "The file is empty."),
            (b"this is a text file called .ogg\n" * 50, "not a sound file"),
            ((SAMPLES / "pizza-en.ogg").read_bytes()[:400], UNCLEAR),
            (bytes(20 * 1024 * 1024), "not a sound file"),
            (wav(np.zeros(5 * 16_000)), "I hear no speech"),
            (wav(tone(5, 440)), "I hear no speech"),
            (wav(tone(5, 262, 330, 392, 523)), "I hear no speech"),
        ):
            shown = await hears(content)
            assert UNCLEAR in shown
            assert words in shown, content[:20]

        size = megabytes(analyst.worker.pid)
        print(f"worker: {size:.0f} MB resident")
        assert size <= WORKER_MEGABYTES
        await asyncio.wait_for(analyst.close(), 30)
