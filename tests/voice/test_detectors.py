"""Detectors of other people: tiny models of the same form, and everything that may be wrong."""

import hashlib
import itertools
import logging
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torchaudio.models.wav2vec2.utils.import_fairseq import _map_key

from tests.voice import tiny_onnx
from voice import models
from voice.audio import Waveform
from voice.calibration import SYNTHETIC_LLR_LIMIT, SyntheticCalibration
from voice.detectors import DETECTORS, Choice, DetectorUnusable, Fault, Fitted, antideepfake, raw
from voice.detectors import countermeasure as slot
from voice.detectors.antideepfake import AntiDeepfake, Shape, network, renamed
from voice.detectors.countermeasure import DownloadedCountermeasure, load_detector
from voice.detectors.kinds import _SENTENCES
from voice.detectors.ready import check_memory
from voice.detectors.spectra import WINDOW, Spectra, emphasised
from voice.loading import load_models
from voice.models.keeper import write_record
from voice.results import Segment

TINY = Shape(32, 2, 2, 64, is_large=True)


def hum(seconds: float, level: float = 0.3) -> Waveform:
    """A tone that swells like syllables, between two silences of half a second."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    quiet = np.zeros(8_000)
    tone = level * np.sin(2 * math.pi * 220 * time) * np.sin(2 * math.pi * 2 * time) ** 2
    return Waveform(np.concatenate([quiet, tone, quiet]).astype(np.float32))


def spoken(seconds: float) -> list[Segment]:
    """Where `hum` sounds."""
    return [Segment(0.5, 0.5 + seconds)]


def graph(folder: Path, content: bytes = tiny_onnx.LOUDNESS) -> Path:
    """A file with a tiny graph."""
    file = folder / "model.onnx"
    file.write_bytes(content)
    return file


def put(folder: Path, content: bytes = tiny_onnx.LOUDNESS, *, calibrated: bool = True) -> str:
    """A tiny spectra-0 in the folder of models, as a keeper gets it; its hash."""
    home = folder / "spectra-0"
    home.mkdir()
    (home / "model.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    pin = {"revision": "0" * 40, "sha256": digest, "size_bytes": len(content)}
    write_record(home / ".pin.json", pin)
    if calibrated:
        line(digest).save(folder)
    return digest


def line(sha256: str) -> Fitted:
    """A calibration as `familyguard models calibrate` writes it."""
    return Fitted(
        detector="spectra-0", sha256=sha256, slope=2.0, offset=-0.5, damping=1.0,
        manifest="manifest.csv", manifest_sha256="1" * 64, every=1, channels="stored", human=60,
        made=60, sources=6, human_called_made=0.01, made_missed=0.4, date="2026-11-22",
    )  # fmt: skip


def test_a_graph_of_the_right_form_gives_the_odds_for_made(tmp_path: Path) -> None:
    """Output 0 is spoof and output 1 is bona fide: the score is the first less the second."""
    detector = Spectra("spectra-0", graph(tmp_path), 1)
    sound = np.random.default_rng(1).standard_normal(WINDOW).astype(np.float32)
    expected = 2 * float(np.mean(np.square(emphasised(sound), dtype=np.float64)))
    assert detector.score(sound) == pytest.approx(expected, rel=1e-4)


def test_short_sound_is_repeated_as_the_card_of_the_model_says(tmp_path: Path) -> None:
    """Half a window twice is heard as the window that it fills."""
    detector = Spectra("spectra-0", graph(tmp_path), 1)
    half = np.random.default_rng(1).standard_normal(WINDOW // 2).astype(np.float32)
    assert detector.score(half) == pytest.approx(
        2 * float(np.mean(np.square(emphasised(half)))), rel=1e-4
    )


def test_high_frequencies_are_raised_as_in_its_training() -> None:
    """The first sample stays, of the others 0.97 of the one before is taken away."""
    assert emphasised(np.array([1, 1, 0], dtype=np.float32)) == pytest.approx([1, 0.03, -0.97])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"rubbish", Fault.UNREADABLE),
        (tiny_onnx.LOUDNESS[:80], Fault.UNREADABLE),
        (tiny_onnx.SHORT, Fault.MISSHAPEN),
        (tiny_onnx.ONE_CLASS, Fault.MISSHAPEN),
        (tiny_onnx.SEQUENCE, Fault.MISSHAPEN),
        (tiny_onnx.NO_NUMBER, Fault.NO_NUMBER),
    ],
)
def test_a_bad_graph_is_told_in_one_sentence(tmp_path: Path, content: bytes, fault: Fault) -> None:
    """Rubbish, cut off, another length, another number of classes, a list, no number."""
    put(tmp_path, content)
    with pytest.raises(DetectorUnusable) as caught:
        load_detector(Choice("spectra-0"), tmp_path, 1)
    assert caught.value.fault is fault
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("detector spectra-0: ")


@pytest.mark.parametrize(
    "location", [".hidden", "../weights.bin", "../../weights.bin", "{here}/weights.bin"]
)
def test_attack_24_a_graph_takes_no_weights_from_a_file_that_nobody_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    """Row 24: the hash of the graph says nothing about numbers that it fetches from elsewhere."""
    put(tmp_path, tiny_onnx.reaching(location.format(here=tmp_path)))
    monkeypatch.chdir(tmp_path / "spectra-0")
    for file in (tmp_path / "weights.bin", tmp_path / "spectra-0/.hidden"):
        file.write_bytes(np.array([100, 0], dtype=np.float32).tobytes())
    with pytest.raises(DetectorUnusable) as caught:
        load_detector(Choice("spectra-0"), tmp_path, 1)
    assert caught.value.fault is Fault.UNREADABLE


def fairseq_file(file: Path, shape: Shape, net: torch.nn.Module, **more: torch.Tensor) -> Path:
    """The network in a file with fairseq's names, by the table of another library."""
    known = net.state_dict()
    stored = {}
    for name in _fairseq_names(shape):
        theirs = _map_key(name).replace("weight_g", "parametrizations.weight.original0")
        stored[f"m_ssl.model.{name}"] = known[
            theirs.replace("weight_v", "parametrizations.weight.original1")
        ].clone()
    assert len(stored) == len(known)
    save_file(stored | more, file)
    return file


def _fairseq_names(shape: Shape) -> list[str]:
    kinds = ("weight", "bias")
    names = [f"encoder.pos_conv.0.{one}" for one in ("weight_g", "weight_v", "bias")]
    for index in range(7):
        if shape.is_large:
            names += [f"feature_extractor.conv_layers.{index}.0.bias"]
            names += [f"feature_extractor.conv_layers.{index}.2.1.{kind}" for kind in kinds]
        names.append(f"feature_extractor.conv_layers.{index}.0.weight")
    if not shape.is_large:
        names += [f"feature_extractor.conv_layers.0.2.{kind}" for kind in kinds]
    parts = ["layer_norm", "post_extract_proj", "encoder.layer_norm"]
    inner = [f"self_attn.{one}_proj" for one in "kvq"]
    inner += ["self_attn.out_proj", "self_attn_layer_norm", "fc1", "fc2", "final_layer_norm"]
    parts += [f"encoder.layers.{n}.{one}" for n in range(shape.layers) for one in inner]
    return names + [".".join(pair) for pair in itertools.product(parts, kinds)]


def head() -> dict[str, torch.Tensor]:
    """Two classes over the tiny network."""
    torch.manual_seed(1)
    return {"proj_fc.weight": torch.randn(2, 32), "proj_fc.bias": torch.tensor([0.5, -0.5])}


LEFT_OVERS = {
    "m_ssl.model.mask_emb": torch.zeros(32),
    "m_ssl.model.quantizer.vars": torch.zeros(1, 4, 2),
    "m_ssl.model.final_proj.bias": torch.zeros(2),
    "m_ssl.model.project_q.weight": torch.zeros(2, 2),
}


@pytest.mark.parametrize("is_large", [True, False])
def test_a_file_with_names_of_fairseq_is_heard_as_its_authors_do(
    tmp_path: Path, is_large: bool
) -> None:
    """Mean 0 and variance 1 over the sound, mean over time, class 0 is fake."""
    shape = replace(TINY, is_large=is_large)
    torch.manual_seed(0)
    net = network(shape).eval()
    file = fairseq_file(tmp_path / "m.safetensors", shape, net, **head(), **LEFT_OVERS)
    sound = np.random.default_rng(1).standard_normal(8_000).astype(np.float32)
    wave = torch.from_numpy((sound - sound.mean()) / sound.std())[None]
    with torch.inference_mode():
        pooled = net(wave)[0].mean(1)
        logits = (pooled @ head()["proj_fc.weight"].T + head()["proj_fc.bias"])[0].tolist()
    found = AntiDeepfake("antideepfake-small", file, shape).score(sound)
    assert found == pytest.approx(logits[0] - logits[1], abs=1e-3)


def test_attack_16_sound_that_a_network_cannot_take_ends_that_part_of_the_judgement_alone(
    tmp_path: Path,
) -> None:
    """Row 16: an error of the library's would give up the whole memo, its words too."""
    file = fairseq_file(tmp_path / "m.safetensors", TINY, network(TINY), **head())
    detector = AntiDeepfake("antideepfake-small", file, TINY)
    with pytest.raises(DetectorUnusable) as caught:
        detector.score(np.zeros(10, dtype=np.float32))
    assert caught.value.fault is Fault.MISSHAPEN


@pytest.mark.parametrize("name", ["proj_fc.bias", "m_ssl.model.layer_norm.bias", "one.more"])
def test_a_missing_or_foreign_tensor_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is left as it was drawn at random, and nothing is left out unseen."""
    net = network(TINY)
    file = fairseq_file(tmp_path / "m.safetensors", TINY, net, **head())
    from safetensors.torch import load_file

    tensors = load_file(file)
    if tensors.pop(name, None) is None:
        tensors[name] = torch.zeros(1)
    save_file(tensors, file)
    with pytest.raises(DetectorUnusable) as caught:
        AntiDeepfake("antideepfake-small", file, TINY)
    assert caught.value.fault is Fault.MISSHAPEN


def test_tensors_of_another_shape_or_none_at_all_are_refused(tmp_path: Path) -> None:
    """The file of the other size, and rubbish, which safetensors cannot run."""
    file = fairseq_file(tmp_path / "m.safetensors", TINY, network(TINY), **head())
    with pytest.raises(DetectorUnusable) as caught:
        AntiDeepfake("antideepfake-small", file, replace(TINY, inner=128))
    assert caught.value.fault is Fault.MISSHAPEN
    file.write_bytes(b"\x80\x04rubbish that a pickle would run")
    with pytest.raises(DetectorUnusable) as caught:
        AntiDeepfake("antideepfake-small", file, TINY)
    assert caught.value.fault is Fault.UNREADABLE


def test_weights_stay_what_they_were_when_the_file_is_written_to(tmp_path: Path) -> None:
    """They were hashed when they were read; nobody looks at the file after that."""
    file = fairseq_file(tmp_path / "m.safetensors", TINY, network(TINY), **head())
    detector = AntiDeepfake("antideepfake-small", file, TINY)
    sound = np.random.default_rng(1).standard_normal(4_000).astype(np.float32)
    before = detector.score(sound)
    with file.open("r+b") as stream:
        stream.seek(20_000)
        stream.write(b"\x7f" * 2_000_000)
    assert detector.score(sound) == before


def test_every_shape_is_that_of_a_model(tmp_path: Path) -> None:
    """What the table offers can be loaded, and what needs a hash of the keeper is an ONNX graph."""
    assert set(antideepfake.SHAPES) < set(DETECTORS)
    assert set(DETECTORS) - set(antideepfake.SHAPES) == set(models.OPEN_MODELS)
    assert renamed("nobody.knows") == "nobody.knows"
    assert set(_SENTENCES) == set(Fault)


class Steady:
    """An adapter that says the same of every window, and takes its time."""

    window = 64_000

    def __init__(self, says: float = 1.0) -> None:
        self.says = says
        self.heard: list[int] = []

    def score(self, samples: np.ndarray) -> float:
        """Remember how much came."""
        self.heard.append(len(samples))
        return raw.odds("spectra-0", self.says, 0.0)


def in_slot(adapter: Steady, slope: float = 2.0, seconds: float = 60.0, took: float = 1.0):
    """The adapter behind a line, on a clock that goes on by `took` between two looks at it."""
    ticks = itertools.count(0.0, took)
    calibration = SyntheticCalibration(slope, 0.0, 0.0)
    return DownloadedCountermeasure(
        "spectra-0", adapter, calibration, seconds, clock=lambda: next(ticks)
    )


def test_its_ratio_is_capped_as_that_of_the_built_in_one() -> None:
    """Ten to one either way, however sure it is of itself."""
    for says in (50.0, -50.0):
        found = in_slot(Steady(says)).score(hum(6.0), spoken(6.0))
        assert found is not None
        assert found.model == "spectra-0"
        assert found.llr == pytest.approx(math.copysign(SYNTHETIC_LLR_LIMIT, says))
        assert {window.llr for window in found.windows} == {found.llr}


def test_in_much_noise_it_says_nothing_that_would_comfort() -> None:
    """The rule of the built-in one: whoever clones a voice may have added the noise."""
    random = np.random.default_rng(3)
    waveform = hum(6.0, 0.1)
    noisy = waveform.samples + 0.02 * random.standard_normal(len(waveform.samples))
    heard = Waveform(noisy.astype(np.float32))
    quiet = in_slot(Steady(-50.0)).score(heard, spoken(6.0))
    loud = in_slot(Steady(50.0)).score(heard, spoken(6.0))
    assert quiet is not None
    assert loud is not None
    assert quiet.llr is None
    assert loud.llr == SYNTHETIC_LLR_LIMIT


def test_windows_lie_side_by_side_and_end_with_the_first_minute() -> None:
    """Each takes seconds: none is heard twice, and a long memo is judged by its beginning."""
    adapter = Steady()
    found = in_slot(adapter).score(hum(10.0), spoken(10.0))
    assert found is not None
    assert [(window.start, window.end) for window in found.windows] == [
        (0.5, 4.5), (4.5, 8.5), (6.5, 10.5)
    ]  # fmt: skip
    assert set(adapter.heard) == {64_000}
    adapter = Steady()
    in_slot(adapter, seconds=1e9).score(hum(90.0), spoken(90.0))
    assert len(adapter.heard) == slot.MAX_WINDOWS


def test_too_little_speech_gets_no_score() -> None:
    """Under two seconds nobody judges."""
    assert in_slot(Steady()).score(hum(1.5), spoken(1.5)) is None


def test_a_memo_that_takes_too_long_is_not_judged_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No error leaves the step; the log has one sentence, and no window more is begun."""
    adapter = Steady()
    with caplog.at_level(logging.WARNING):
        assert in_slot(adapter, seconds=20.0, took=5.0).score(hum(40.0), spoken(40.0)) is None
    assert 0 < len(adapter.heard) < 5
    (record,) = caplog.records
    assert "it was not done after" in record.getMessage()


def test_a_score_that_is_no_number_is_no_judgement(caplog: pytest.LogCaptureFixture) -> None:
    """NaN compares with nothing: it must not become a ratio."""
    with caplog.at_level(logging.WARNING):
        assert in_slot(Steady(math.nan)).score(hum(6.0), spoken(6.0)) is None
        assert in_slot(Steady(math.inf)).score(hum(6.0), spoken(6.0)) is None
    assert "no finite number" in caplog.text


def test_a_calibrated_detector_is_loaded_and_judges(tmp_path: Path) -> None:
    """Pinned by the keeper, calibrated, tried out: then it takes the slot."""
    put(tmp_path)
    found = load_detector(Choice("spectra-0"), tmp_path, 1).score(hum(6.0), spoken(6.0))
    assert found is not None
    assert found.score > 0
    assert found.llr is not None


def fault_of(folder: Path, name: str = "spectra-0", seconds: float = 60.0) -> Fault:
    """Why the detector is refused."""
    with pytest.raises(DetectorUnusable) as caught:
        load_detector(Choice(name, seconds), folder, 1)
    return caught.value.fault


def test_what_is_not_ready_is_refused_for_its_own_reason(tmp_path: Path) -> None:
    """Unknown, not pinned, not here, exchanged, not calibrated, calibrated for another file."""
    assert fault_of(tmp_path, "nobody") is Fault.UNKNOWN
    assert fault_of(tmp_path) is Fault.NOT_PINNED
    digest = put(tmp_path, calibrated=False)
    assert fault_of(tmp_path) is Fault.UNCALIBRATED
    for stale in (line("f" * 64), replace(line(digest), form=0)):
        stale.save(tmp_path)
        assert fault_of(tmp_path) is Fault.STALE
    line(digest).save(tmp_path)
    file = tmp_path / "spectra-0" / "model.onnx"
    file.write_bytes(file.read_bytes()[::-1])
    assert fault_of(tmp_path) is Fault.REPLACED
    file.unlink()
    assert fault_of(tmp_path) is Fault.ABSENT


@pytest.mark.parametrize("damage", ["{", "[]", '{"slope": 1}', '{"detector": "spectra-0"}'])
def test_a_damaged_calibration_is_no_calibration(tmp_path: Path, damage: str) -> None:
    """Whatever it says, it is not what was written."""
    put(tmp_path)
    (tmp_path / "spectra-0" / ".calibration.json").write_text(damage)
    assert fault_of(tmp_path) is Fault.STALE


def test_a_calibration_that_others_may_write_is_refused(tmp_path: Path) -> None:
    """As a setting would be: it decides what the sound is worth."""
    put(tmp_path)
    (tmp_path / "spectra-0" / ".calibration.json").chmod(0o666)
    assert fault_of(tmp_path) is Fault.STALE
    (tmp_path / "spectra-0" / ".calibration.json").chmod(0o600)
    (tmp_path / "spectra-0" / ".pin.json").chmod(0o666)
    assert fault_of(tmp_path) is Fault.REPLACED


def test_a_machine_without_the_memory_is_told_before_it_is_taken(tmp_path: Path) -> None:
    """What is free counts, swap included; where the kernel says nothing, nothing is refused."""
    facts = tmp_path / "meminfo"
    facts.write_text("MemAvailable: 500000 kB\nSwapFree: 0 kB\n")
    with pytest.raises(DetectorUnusable) as caught:
        check_memory("spectra-0", facts)
    assert (caught.value.fault, caught.value.values["needed"]) == (Fault.MEMORY, 1500)
    facts.write_text("MemAvailable: 500000 kB\nSwapFree: 2000000 kB\n")
    check_memory("spectra-0", facts)
    check_memory("spectra-0", tmp_path / "nowhere")


def test_a_machine_that_is_too_slow_for_it_is_told_at_the_start(tmp_path: Path) -> None:
    """Not memo after memo."""
    put(tmp_path)
    assert fault_of(tmp_path, seconds=0.0) is Fault.SLOW


@pytest.mark.models
def test_the_analysis_goes_on_with_the_built_in_one(
    models_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One sentence at the start, and the same countermeasure as without a choice."""
    for name in ("whisper-base", "campplus", "perth"):
        (tmp_path / name).symlink_to(models_folder / name)
    put(tmp_path, calibrated=False)
    with caplog.at_level(logging.WARNING):
        found = load_models(tmp_path, 1, "campplus", Choice("spectra-0"))
    assert found.countermeasure is not None
    assert found.countermeasure.name == "countermeasure"
    assert [record.getMessage() for record in caplog.records] == [
        "detector spectra-0: it was not calibrated here; the built-in one judges instead"
    ]
