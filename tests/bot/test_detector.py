"""A detector of other people, as the keeper meets it: typed, refused, calibrated, switched on."""

import hashlib
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.cli import app
from bot.commands import detectors as commands
from bot.commands.detectors import tell_detector
from bot.doctor.finding import State
from bot.doctor.listening import detector
from bot.listening_settings import ListeningSettings
from bot.settings import load_settings
from bot.texts import LANGUAGES, Texts
from bot.worker_process import worker_command
from tests.voice import tiny_onnx
from tests.voice.file_server import Server, served
from tests.voice.test_detectors import line, put
from voice import models
from voice.detectors import DETECTORS, Choice, DetectorUnusable, Fault, fitting
from voice.errors import Undecodable, UndecodableAudio
from voice.models import Model, OpenModel

run = CliRunner()
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models, which every command uses."""
    found = tmp_path / "models"
    found.mkdir()
    monkeypatch.setenv("FAMILYGUARD_MODELS_DIR", str(found))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    return found


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    """The hub of spectra-0 is this machine."""
    with served() as server:
        server.content = tiny_onnx.LOUDNESS
        old = models.OPEN_MODELS["spectra-0"]
        place = f"{server.address}/{{revision}}/model.onnx"
        row = OpenModel(old.name, old.purpose, old.licence, old.home_page, old.file, (place,))
        monkeypatch.setitem(models.OPEN_MODELS, "spectra-0", row)
        yield server


def settings(folder: Path, **more: object) -> ListeningSettings:
    """What is set, for the parts that look at the detector alone."""
    return ListeningSettings(models_dir=folder, **more)


def test_a_keeper_gets_calibrates_and_lists_a_detector(
    folder: Path, hub: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, word by word as docs/models/detectors.md has it."""
    refused = run.invoke(app, ["models", "fetch", "spectra-0"])
    assert refused.exit_code == 2
    assert "I know neither the revision nor the SHA-256" not in refused.stdout
    assert "https://huggingface.co/lab260/spectra_0" in refused.stderr
    assert "familyguard models fetch spectra-0 --revision … --sha256 …" in refused.stderr
    sha256 = hashlib.sha256(tiny_onnx.LOUDNESS).hexdigest()
    digits = ["--revision", REVISION, "--sha256", sha256]
    fetched = run.invoke(app, ["models", "fetch", "spectra-0", *digits])
    assert fetched.exit_code == 0, fetched.stderr
    assert f"spectra-0: SHA-256 {sha256}, not calibrated yet" in listed()
    assert run.invoke(app, ["models", "verify", "spectra-0"]).exit_code == 0
    manifest = tmp_path / "manifest.csv"
    (tmp_path / "rubbish.wav").write_bytes(b"no sound")
    calibrate = ["models", "calibrate", "spectra-0", str(manifest), "--root", str(tmp_path)]
    manifest.write_text("clip,label,kind,source_repo\n")
    none = run.invoke(app, calibrate)
    assert none.exit_code == 2
    assert "no rows" in none.stderr
    manifest.write_text("clip,label,kind,source_repo\nrubbish.wav,bonafide,human,x\n")
    few = run.invoke(app, calibrate)
    assert few.exit_code == 1
    assert "It takes 50 of each, from 5 sources." in few.stderr
    found = line(sha256)
    monkeypatch.setattr(fitting, "calibrate", lambda *_: found)
    done = run.invoke(app, calibrate)
    assert done.exit_code == 0, done.stderr
    assert "1 % of the people sound made" in done.stdout
    assert "FAMILYGUARD_DETECTOR=spectra-0" in done.stdout
    assert "calibrated on 2026-11-22 with manifest.csv" in listed()
    [finding] = detector(settings(folder, detector="spectra-0"))
    assert finding.state is State.FINE


def listed() -> str:
    """What `models list` prints."""
    result = run.invoke(app, ["models", "list"])
    assert result.exit_code == 0
    return result.stdout


def test_every_detector_is_listed_with_its_licence(folder: Path) -> None:
    """Also the one whose size nobody here knows."""
    shown = " ".join(listed().split())
    for name in DETECTORS:
        assert f"({name})" in shown
    assert "CC-BY-NC-SA" in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["spectra-0", "--revision", REVISION], "belong together"),
        (["spectra-0", "campplus", "--revision", REVISION, "--sha256", "0" * 64], "for one model"),
        (["--revision", REVISION, "--sha256", "0" * 64], "for one model"),
        (["campplus", "--revision", REVISION, "--sha256", "0" * 64], "are known here"),
        (["spectra-0", "--revision", "main", "--sha256", "0" * 64], "40 digits from 0 to f"),
    ],
)
def test_digits_that_do_not_fit_are_one_sentence(folder: Path, typed: list[str], said: str) -> None:
    """Nothing is fetched, and nothing is kept of it."""
    result = run.invoke(app, ["models", "fetch", *typed])
    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(folder.rglob(".pin.json"))


def test_another_file_than_was_typed_is_refused(folder: Path, hub: Server) -> None:
    """What the hub sends must be what its page showed."""
    digits = ["--revision", REVISION, "--sha256", "f" * 64]
    result = run.invoke(app, ["models", "fetch", "spectra-0", *digits])
    assert result.exit_code == 1
    assert "not the pinned file" in result.stderr
    assert not list(folder.rglob(".pin.json"))


def test_a_licence_against_earning_money_is_accepted_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that does not say so gets nothing; a person is asked."""
    fetched: list[str] = []
    monkeypatch.setattr(models, "fetch", lambda name, *_: fetched.append(name))
    result = run.invoke(app, ["models", "fetch", "antideepfake-small"])
    assert result.exit_code == 1
    assert "you may not earn money with it" in " ".join(result.stderr.split())
    assert "--accept-licence" in result.stderr
    assert fetched == []
    monkeypatch.setattr(commands, "is_asked_in_person", lambda: True)
    asked = run.invoke(app, ["models", "fetch", "antideepfake-small"], input="no\n")
    assert (asked.exit_code, fetched) == (1, [])
    run.invoke(app, ["models", "fetch", "antideepfake-small"], input="yes\n")
    assert fetched == ["antideepfake-small"]
    run.invoke(app, ["models", "fetch", "antideepfake-mms-300m", "--accept-licence"])
    assert fetched == ["antideepfake-small", "antideepfake-mms-300m"]


def test_other_licences_are_not_asked_about() -> None:
    """Only what forbids something is."""
    free = Model("campplus", "testing", "Apache-2.0", "https://example.org", ())
    with Console(quiet=True) as console:
        commands.accept_licence(free, console, Texts("en"), accepted=False)
    assert not free.is_non_commercial


def test_both_languages_have_a_sentence_for_every_fault() -> None:
    """With the values that the fault comes with."""
    values = {
        Fault.UNKNOWN: {"names": "a, b"}, Fault.NOT_PINNED: {"page": "p"},
        Fault.ABSENT: {"why": "w"}, Fault.REPLACED: {"why": "w"}, Fault.STALE: {"why": "w"},
        Fault.UNREADABLE: {"why": "w"}, Fault.MISSHAPEN: {"why": "w"},
        Fault.MEMORY: {"needed": 1, "there": 2}, Fault.SLOW: {"took": 1.5, "limit": 1.0},
        Fault.LATE: {"took": 1.5, "limit": 1.0}, Fault.ACCUSES: {"share": 7},
        Fault.DEAF: {"share": 7},
        Fault.FEW: {"human": 1, "made": 2, "sources": 3, "clips": 4, "least": 5},
    }  # fmt: skip
    for fault in Fault:
        error = DetectorUnusable("spectra-0", fault, **values.get(fault, {}))
        for language in LANGUAGES:
            assert commands.sentence(error, Texts(language))


def said_at_start(folder: Path, name: str | None = "spectra-0") -> str:
    """What `familyguard run` says about it before it serves."""
    console = Console(width=500)
    with console.capture() as spoken:
        tell_detector(name, folder, console, Texts("en"))
    return spoken.get()


def test_the_start_says_that_a_detector_will_not_judge(folder: Path) -> None:
    """One sentence on why, one on who judges instead; nothing where all is well or none is set."""
    assert said_at_start(folder, None) == ""
    unset = said_at_start(folder)
    assert unset.startswith("Of spectra-0 I know neither the revision nor the SHA-256.")
    assert unset.strip().endswith("Until then the built-in detector judges.")
    put(folder, calibrated=False)
    assert "never calibrated on this machine" in said_at_start(folder)
    line(hashlib.sha256(tiny_onnx.LOUDNESS).hexdigest()).save(folder)
    assert said_at_start(folder) == ""


def test_a_check_in_the_terminal_says_it_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever tries a detector on a memo must not take the built-in one's word for its own."""
    asked: list[object] = []

    class Quick:
        def __init__(self, detector: object = None) -> None:
            asked.append(detector)

        def analyse(self, *_: object) -> None:
            raise UndecodableAudio(Undecodable.BROKEN)

    monkeypatch.setattr("voice.pipeline.Analyser", Quick)
    monkeypatch.setattr(models, "missing", lambda *_: ())
    monkeypatch.setenv("FAMILYGUARD_DETECTOR", "spectra-0")
    memo = tmp_path / "memo.ogg"
    memo.write_bytes(b"OggS")
    result = run.invoke(app, ["check", str(memo)])
    assert "Of spectra-0 I know neither" in " ".join(result.stderr.split())
    assert asked == [Choice("spectra-0")]


def test_the_doctor_looks_at_the_detector_that_is_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, calibration, and whether the machine has the memory for it and all the others."""

    def found() -> str:
        [finding] = detector(settings(folder, detector="spectra-0"))
        return finding.key or "fine"

    assert list(detector(settings(folder))) == []
    assert found() == "doctor.detector.not_pinned"
    put(folder)
    assert found() == "fine"
    monkeypatch.setattr("bot.doctor.listening.total_memory", lambda: 2_000_000_000)
    assert found() == "doctor.detector.memory"
    record = folder / "spectra-0" / ".calibration.json"
    record.write_text(json.dumps({"slope": 1}))
    assert found() == "doctor.detector.stale"
    (folder / "spectra-0" / "model.onnx").write_bytes(b"x" * len(tiny_onnx.LOUDNESS))
    assert found() == "doctor.detector.replaced"


def test_the_worker_is_told_which_one_it_is(folder: Path) -> None:
    """And how long it may take; without one the command is as ever."""
    command = worker_command(settings(folder, detector="spectra-0", detector_seconds=30))
    assert command[-4:] == ("--detector", "spectra-0", "--detector-seconds", "30.0")
    assert "--detector" not in worker_command(settings(folder))


def test_attack_16_a_long_memo_does_not_make_a_slow_detector_cost_the_whole_judgement(
    folder: Path,
) -> None:
    """Row 16: with more time than the memo has, a minute of speech would end in no answer."""
    chosen = settings(folder, detector="spectra-0", detector_seconds=500, memo_seconds=180)
    assert worker_command(chosen)[-1] == "90.0"


def test_only_detectors_that_there_are_can_be_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of the setting are those of the table, and a mistyped one stops the start."""
    known = ListeningSettings.model_fields["detector"].annotation
    assert all(name in str(known) for name in DETECTORS)
    env = tmp_path / ".env"
    env.write_text("FAMILYGUARD_DETECTOR=spectra\n")
    env.chmod(0o600)
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", "123456:" + "a" * 35)
    with pytest.raises(Exception, match="FAMILYGUARD_DETECTOR"):
        load_settings(env, tmp_path)
