"""ECAPA-TDNN is built from SpeechBrain's parts with the published sizes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from voice.audio import SAMPLE_RATE, Waveform
from voice.ecapa import EcapaEncoder, build_network

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random tensors of the published shapes (the published file is not on every machine)."""
    torch.manual_seed(1)
    network = build_network()
    path: Path = tmp_path_factory.mktemp("ecapa") / "embedding_model.ckpt"
    torch.save(network.state_dict(), path)
    return path


def noise(seconds: float) -> Waveform:
    """White noise."""
    samples = np.random.default_rng(3).normal(0, 0.1, round(seconds * SAMPLE_RATE))
    return Waveform(samples.astype(np.float32))


def test_it_has_the_size_of_the_published_file(weights: Path) -> None:
    """20.8 million parameters in 231 tensors, 83.3 MB, are what the hub's file holds."""
    tensors = torch.load(weights, weights_only=True)
    assert len(tensors) == 231
    assert weights.stat().st_size == pytest.approx(83_316_686, rel=0.001)


def test_it_gives_one_embedding_per_waveform(weights: Path) -> None:
    """Several at once are the same as one by one."""
    encoder = EcapaEncoder(weights)
    together = encoder.embed_all([noise(1.0), noise(1.5)])
    assert together.shape == (2, encoder.dim)
    assert np.isfinite(together).all()
    assert together[1] == pytest.approx(encoder.embed(noise(1.5)), abs=1e-4)


def test_louder_is_the_same_voice(weights: Path) -> None:
    """The mean over time is taken away from the features, so level does not matter."""
    encoder = EcapaEncoder(weights)
    loud = noise(1.0)
    quiet = Waveform(loud.samples * np.float32(0.25))
    assert encoder.embed(quiet) == pytest.approx(encoder.embed(loud), abs=1e-2)


def test_tensors_of_another_network_are_refused(tmp_path: Path) -> None:
    """Loading is strict."""
    torch.save({"fc.conv.bias": torch.zeros(192)}, tmp_path / "weights.ckpt")
    with pytest.raises(RuntimeError, match="Missing key"):
        EcapaEncoder(tmp_path / "weights.ckpt")
