"""The encoder that is read from the recogniser's file is the recogniser's encoder."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from faster_whisper.feature_extractor import FeatureExtractor

from voice.audio import SAMPLE_RATE
from voice.errors import ModelMismatch
from voice.whisper_encoder import WhisperEncoder, load_encoder

REFERENCE = {  # layer → mean and standard deviation on the test signal
    0: (0.4244, 0.7940),
    1: (0.5287, 0.4074),
    2: (0.5356, 0.3718),
    3: (0.5316, 0.4881),
}


def reference_signal() -> np.ndarray:
    """Three seconds of three sweeping tones; shape = (48000,)."""
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    sound = 0.1 * np.sin(2 * np.pi * (200 + 50 * time) * time)
    sound += 0.05 * np.sin(2 * np.pi * 1200 * time)
    sound += 0.02 * np.sin(2 * np.pi * 3100 * time * (1 + 0.1 * time))
    return sound.astype(np.float32)


@pytest.fixture(scope="module")
def model_bin(models_folder: Path) -> Path:
    """The recogniser's weights."""
    return models_folder / "whisper-base" / "model.bin"


@pytest.mark.models
def test_each_layer_gives_the_reference_statistics(model_bin: Path) -> None:
    """Mean and deviation of every layer are those of the published network."""
    mel = FeatureExtractor()(reference_signal())[:, :300].astype(np.float32)
    with torch.inference_mode():
        outputs = load_encoder(model_bin, 3)(torch.from_numpy(mel)[None])
    for layer, (mean, deviation) in REFERENCE.items():
        assert outputs[layer].shape == (1, 150, 512)
        assert outputs[layer].mean().item() == pytest.approx(mean, abs=2e-4)
        assert outputs[layer].std().item() == pytest.approx(deviation, abs=2e-4)


@pytest.mark.models
def test_a_batch_gives_what_each_clip_gives_alone(model_bin: Path) -> None:
    """Windows can be scored together."""
    encoder = load_encoder(model_bin, 1)
    mels = torch.randn(2, 80, 100, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        together = encoder(mels)[-1]
        alone = encoder(mels[1:])[-1]
    assert torch.allclose(together[1:], alone, atol=1e-4)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    """A file of another version is a mismatch, not a wrong network."""
    file = tmp_path / "model.bin"
    file.write_bytes(struct.pack("<I", 7) + b"\0" * 64)
    with pytest.raises(ModelMismatch, match="format 7"):
        load_encoder(file, 1)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    """A download that stopped half-way is a mismatch."""
    file = tmp_path / "model.bin"
    file.write_bytes(struct.pack("<I", 6) + struct.pack("<H", 4) + b"abc\0")
    with pytest.raises(ModelMismatch):
        load_encoder(file, 1)


def test_missing_layers_are_refused(tmp_path: Path) -> None:
    """A smaller model lacks the layers; the error names the first one."""
    file = tmp_path / "model.bin"
    file.write_bytes(struct.pack("<IH2sII", 6, 2, b"a\0", 3, 0))
    with pytest.raises(ModelMismatch, match="no variable"):
        load_encoder(file, 1)


def test_a_network_without_layers_still_has_its_front() -> None:
    """Layer 0 is the convolutions and positions."""
    outputs = WhisperEncoder(0)(torch.zeros(1, 80, 20))
    assert [tuple(output.shape) for output in outputs] == [(1, 10, 512)]
