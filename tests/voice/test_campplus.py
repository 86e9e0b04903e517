"""CAM++ is the published network: same tensors, same numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from voice.audio import SAMPLE_RATE, Waveform
from voice.campplus import CamPlusPlus, CampplusEncoder, filter_bank

pytestmark = pytest.mark.usefixtures("one_thread")


def reference_signal() -> Waveform:
    """Three seconds of two sweeps and a tone, for which the published network's output is known."""
    t = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    sweep = 0.1 * np.sin(2 * np.pi * (200 + 50 * t) * t)
    tone = 0.05 * np.sin(2 * np.pi * 1200 * t)
    high = 0.02 * np.sin(2 * np.pi * 3100 * t * (1 + 0.1 * t))
    return Waveform((sweep + tone + high).astype(np.float32))


@pytest.fixture(scope="module")
def encoder(models_folder: Path) -> CampplusEncoder:
    """The encoder with the published weights."""
    return CampplusEncoder(models_folder / "campplus" / "campplus_cn_en_common.pt")


def test_the_network_has_the_published_sizes() -> None:
    """Seven million numbers, 192 of them out for any number of frames above a few."""
    network = CamPlusPlus().eval()
    trained = sum(tensor.numel() for tensor in network.parameters())
    assert 6_500_000 < trained < 7_500_000
    with torch.inference_mode():
        assert network(torch.zeros(2, 57, 80)).shape == (2, 192)
        assert network(torch.zeros(1, 411, 80)).shape == (1, 192)


def test_the_filter_bank_has_no_mean() -> None:
    """Level and channel colour are taken away before the network."""
    bank = filter_bank(reference_signal())
    assert bank.shape == (298, 80)
    assert bank.mean(0).abs().max() < 1e-4


def test_tensors_of_another_network_are_refused(tmp_path: Path) -> None:
    """Loading is strict: a missing tensor is an error, not a random layer."""
    tensors = CamPlusPlus().state_dict()
    del tensors["xvector.dense.linear.weight"]
    torch.save(tensors, tmp_path / "weights.pt")
    with pytest.raises(RuntimeError, match="Missing key"):
        CampplusEncoder(tmp_path / "weights.pt")


def test_weights_that_are_more_than_tensors_are_refused(tmp_path: Path) -> None:
    """A pickled object in the file is not run."""
    torch.save({"weights": Path("x")}, tmp_path / "weights.pt")
    with pytest.raises(Exception, match="Weights only"):
        CampplusEncoder(tmp_path / "weights.pt")


@pytest.mark.models
def test_it_reproduces_the_published_embedding(encoder: CampplusEncoder) -> None:
    """The reference signal gives the reference numbers."""
    embedding = encoder.embed(reference_signal())
    expected = (-0.3185, -0.4468, 0.1003, -1.1696, 0.7892, 0.3105, 0.5729, -0.7131)
    assert embedding[:8] == pytest.approx(expected, abs=2e-3)
    assert np.linalg.norm(embedding) == pytest.approx(9.4621, abs=5e-3)


@pytest.mark.models
def test_many_at_once_are_the_same_as_one_by_one(encoder: CampplusEncoder) -> None:
    """Batching windows of equal and of different lengths changes nothing, nor does order."""
    signal = reference_signal()
    parts = [signal.cut(0, 2), signal.cut(0, 3), signal.cut(1, 3)]
    together = encoder.embed_all(parts)
    for part, embedding in zip(parts, together, strict=True):
        assert embedding == pytest.approx(encoder.embed(part), abs=1e-3)


@pytest.mark.models
def test_next_to_nothing_is_refused(encoder: CampplusEncoder) -> None:
    """A click has no voice."""
    with pytest.raises(ValueError, match="too short"):
        encoder.embed(reference_signal().cut(0, 0.05))
