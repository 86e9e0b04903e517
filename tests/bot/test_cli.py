"""The `familyguard` command: what it prints, where, and how it ends."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.commands import check
from familyguard.recovery import lines
from familyguard.store import open_store
from tests.bot.analyses import analysis
from voice import models
from voice.errors import ModelUnavailable, Undecodable, UndecodableAudio
from voice.results import Problem

ROOT = Path(__file__).resolve().parents[2]
SCAM = "hi mum this is my new number can you transfer 800 pounds today"
TOKEN = "123456:ABC-def_ghi-jklmnopqrstuvwxyz"
run = CliRunner()


class StubListener:
    """Hears what the test wants, and remembers what it was asked."""

    def __init__(self, heard):
        self.heard = heard
        self.asked = []

    def analyse(self, path, references, language, on_step):
        """Listen, in a way; and be as chatty as a library."""
        self.asked.append((path, tuple(references), language))
        for step in ("decode", "words", "a step of the future"):
            on_step(step)
        print("loading checkpoint …")
        if isinstance(self.heard, Exception):
            raise self.heard
        return self.heard


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def memo(tmp_path):
    """A file that is there."""
    path = tmp_path / "memo.ogg"
    path.write_bytes(b"OggS")
    return path


@pytest.fixture
def listen(monkeypatch):
    """Put a stub in the place of the analyser, with all models here."""

    def put(heard):
        stub = StubListener(heard)
        monkeypatch.setattr(check, "make_listener", lambda: stub)
        monkeypatch.setattr(models, "missing", lambda *_: ())
        return stub

    return put


def test_a_verdict_comes_with_what_to_do_first(listen, memo):
    """The advice stands above the reasons, and those quote the words; the exit status is 0."""
    listen(analysis(SCAM))
    result = run.invoke(app, ["check", str(memo)])
    assert result.exit_code == 0, result.output
    out = result.stdout
    places = [out.index(text) for text in ("Do not pay yet", "Call the person", "Why", "Not ")[:3]]
    assert places == sorted(places)
    assert "“" in out.partition("Why")[2]
    assert "What was found" in out
    assert "loading checkpoint" not in out


@pytest.mark.parametrize(
    ("heard", "level"),
    [
        (analysis("shall we have dinner on Sunday"), "none"),
        (analysis(None, problems=(Problem.NO_SPEECH,)), "unclear"),
        (analysis(SCAM), "strong"),
    ],
)
def test_every_verdict_ends_well(listen, memo, heard, level):
    """The exit status tells whether the command worked, not what the verdict is."""
    listen(heard)
    result = run.invoke(app, ["check", str(memo), "--json"])
    assert (result.exit_code, json.loads(result.stdout)["level"]) == (0, level)


def test_json_is_the_only_thing_on_standard_output(listen, memo):
    """One object and nothing around it, whatever libraries print."""
    listen(analysis(SCAM))
    result = run.invoke(app, ["check", str(memo), "--json"])
    found = json.loads(result.stdout)
    assert found["transcript"]["text"] == SCAM
    assert "loading checkpoint" in result.stderr


def test_an_undecodable_file_still_gets_its_verdict(listen, memo):
    """UNCLEAR on standard output, one sentence on standard error, exit status 2."""
    listen(UndecodableAudio(Undecodable.NOT_MEDIA))
    result = run.invoke(app, ["check", str(memo)])
    assert result.exit_code == 2
    assert "I cannot judge this. Call back." in result.stdout
    assert "This is not a sound file that I know." in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


def test_an_undecodable_file_as_json(listen, memo):
    """The object names the failure, and is as complete as ever."""
    listen(UndecodableAudio(Undecodable.EMPTY))
    result = run.invoke(app, ["check", str(memo), "--json"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["level"], found["failure"]) == (2, "unclear", "empty")


def test_words_beside_an_undecodable_file_count(listen, memo):
    """A broken memo does not hide that the message asks for money."""
    listen(UndecodableAudio(Undecodable.BROKEN))
    result = run.invoke(app, ["check", str(memo), "--json", "--text", SCAM])
    assert json.loads(result.stdout)["level"] == "strong"
    assert result.exit_code == 2


def test_a_message_needs_no_file(monkeypatch):
    """--text alone is judged, without listening to anything."""
    monkeypatch.setattr(check, "make_listener", lambda: pytest.fail("nothing to listen to"))
    found = json.loads(run.invoke(app, ["check", "--json", "--text", SCAM]).stdout)
    assert (found["level"], found["audio"]) == ("strong", None)
    assert found["codes"]["not_checked"] == ["sound"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give a file, or a message with --text."),
        (["nowhere.ogg"], "There is no file nowhere.ogg."),
        ([str(ROOT)], "There is no file"),
        (["--text", "hi", "--language", "de"], "en, nl"),
        (["--text", "hi", "--picture", "/nowhere/at/all.png"], "There is no folder"),
        (["--text", "hi", "--voice", "nowhere.ogg"], "nowhere.ogg"),
    ],
)
def test_wrong_arguments_get_one_sentence(arguments, sentence):
    """Exit status 2, the sentence on standard error, nothing on standard output."""
    result = run.invoke(app, ["check", *arguments])
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


def test_a_fault_of_this_machine_is_one_sentence(listen, memo):
    """A missing model ends with 1 and without a traceback."""
    listen(ModelUnavailable("whisper-base", "no source gave model.bin"))
    result = run.invoke(app, ["check", str(memo)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.strip().endswith("no source gave model.bin")


def test_an_error_that_is_not_ours_is_not_hidden(listen, memo):
    """A bug shows itself; only errors raised on purpose become a sentence."""
    listen(ZeroDivisionError("a bug"))
    assert isinstance(run.invoke(app, ["check", str(memo)]).exception, ZeroDivisionError)


def test_a_file_that_is_no_sound_is_refused_before_models_are_fetched(monkeypatch, memo, tmp_path):
    """Nobody waits for 200 MB to learn that the file was empty."""
    memo.write_bytes(b"")
    monkeypatch.setenv("FAMILYGUARD_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setattr(models, "fetch", lambda *_: pytest.fail("fetched"))
    result = run.invoke(app, ["check", str(memo)])
    assert result.exit_code == 2
    assert "The file is empty." in result.stderr


def test_first_use_tells_what_is_fetched(monkeypatch, listen, tmp_path):
    """Name, size and licence of each model that is missing, before it comes."""
    listen(analysis(SCAM))
    absent = (models.MODELS["whisper-base"], models.MODELS["campplus"])
    monkeypatch.setattr(models, "missing", lambda *_: absent)
    fetched = []

    def fetch(name, folder, progress, _table):
        progress("model.bin", 5, 10)
        fetched.append(name)

    monkeypatch.setattr(models, "fetch", fetch)
    result = run.invoke(app, ["check", str(ROOT / "docs/samples/birthday-en.ogg")])
    assert fetched == ["whisper-base", "campplus"]
    for text in ("First use", "148 MB", "28 MB", "MIT", "Apache-2.0"):
        assert text in result.stderr
    assert "First use" not in result.stdout


def test_references_and_languages_reach_the_analyser(listen, memo, tmp_path):
    """--voice can be given again; --spoken is for the memo, --language for the answer."""
    stub = listen(analysis(SCAM))
    old = tmp_path / "old.ogg"
    old.write_bytes(b"OggS")
    options = ["--voice", str(old), "--voice", str(memo), "--spoken", "en", "--language", "nl"]
    result = run.invoke(app, ["check", str(memo), *options])
    assert stub.asked == [(memo, (old, memo), "en")]
    assert "Nog niet betalen" in result.stdout


@pytest.mark.parametrize(
    ("variables", "headline"),
    [
        ({"LANG": "nl_BE.UTF-8"}, "Nog niet betalen"),
        ({"LC_ALL": "C.UTF-8", "LANG": "nl_NL.UTF-8"}, "Do not pay yet"),
        ({"LANG": "de_DE.UTF-8"}, "Do not pay yet"),
        ({}, "Do not pay yet"),
    ],
)
def test_the_terminal_decides_the_language(monkeypatch, variables, headline):
    """Dutch where the environment is Dutch, English everywhere else."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert headline in run.invoke(app, ["check", "--text", SCAM]).stdout


def test_the_picture_is_written(listen, memo, tmp_path):
    """--picture gives a PNG, also for a file that could not be opened."""
    card = tmp_path / "card.png"
    for heard in (analysis(SCAM), UndecodableAudio(Undecodable.BROKEN)):
        listen(heard)
        run.invoke(app, ["check", str(memo), "--picture", str(card)])
        assert card.read_bytes().startswith(b"\x89PNG")
        card.unlink()


def test_foreign_words_cannot_style_the_screen(listen, memo):
    """Brackets and control characters in a transcript are shown, not obeyed."""
    listen(analysis("[red]please pay[/red] \x1b[2J today " + SCAM))
    result = run.invoke(app, ["check", str(memo)])
    assert "[red]please pay[/red]" in result.stdout
    assert "\x1b[2J" not in result.stdout


def test_the_models_are_listed_with_their_licences():
    """Each model of the table with its size and licence."""
    result = run.invoke(app, ["models", "list"])
    assert result.exit_code == 0
    for model in models.MODELS.values():
        assert model.name in result.stdout
        assert model.licence in result.stdout
    assert "148 MB" in result.stdout


def test_a_model_that_does_not_exist_is_named():
    """Exit status 2, with the names that there are."""
    for command in ("fetch", "verify"):
        result = run.invoke(app, ["models", command, "whisper-huge"])
        assert result.exit_code == 2
        assert "There is no model whisper-huge. There are: silero-vad" in result.stderr


def test_verify_says_what_is_missing(monkeypatch, tmp_path):
    """Exit status 1 where a file is not there, and the others are still looked at."""
    monkeypatch.setenv("FAMILYGUARD_MODELS_DIR", str(tmp_path))
    result = run.invoke(app, ["models", "verify"])
    assert result.exit_code == 1
    assert "silero-vad: every file is the pinned one." in result.stdout
    assert "✗ campplus" in result.stdout
    assert "familyguard models fetch" in result.stderr


def test_fetching_offline_is_one_sentence(monkeypatch, tmp_path):
    """With fetching forbidden, the model is named and the exit status is 1."""
    monkeypatch.setenv("FAMILYGUARD_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("FAMILYGUARD_OFFLINE", "1")
    result = run.invoke(app, ["models", "fetch", "campplus"])
    assert result.exit_code == 1
    assert "FAMILYGUARD_OFFLINE forbids fetching" in result.stderr


def test_run_without_a_token_is_one_sentence(monkeypatch, tmp_path):
    """A newcomer who forgot the token is told so, before anything is fetched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAMILYGUARD_TELEGRAM_TOKEN", raising=False)
    monkeypatch.setattr(models, "fetch", lambda *_: pytest.fail("fetched"))
    result = run.invoke(app, ["run"])
    assert result.exit_code == 1
    assert result.stderr.startswith("FAMILYGUARD_TELEGRAM_TOKEN is not set")


def test_an_invitation_lets_one_person_in_even_without_telegram(monkeypatch, tmp_path):
    """Where Telegram cannot be asked for the bot's name, the code is still given, and works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("FAMILYGUARD_DATA_DIR", str(tmp_path / "data"))
    result = run.invoke(app, ["invite"])
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if "/start " in line]
    code = line.split()[-1]
    with open_store(tmp_path / "data" / "familyguard.db") as store:
        assert store.invitations.redeem(code, 7, time.time())
        assert not store.invitations.redeem(code, 8, time.time())
        keys = store.keys
    assert TOKEN not in result.output
    # It made the keys, so it made the sheet too, and said where.
    sheet = tmp_path / "data" / "recovery-sheet.txt"
    assert str(sheet) in result.output
    assert str(lines(keys)[0]) in sheet.read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_file_that_is_no_sound_is_told_how_to_check_words(listen, tmp_path, language):
    """Who saved a message as a text file has something to check all the same."""
    note = tmp_path / "a.txt"
    note.write_text(SCAM)
    listen(UndecodableAudio(Undecodable.NOT_MEDIA))
    result = run.invoke(app, ["check", str(note), "--language", language])
    assert result.exit_code == 2
    assert "familyguard check --text" in result.stderr


def test_a_back_up_that_is_not_there_is_a_sentence_of_ours(monkeypatch, tmp_path):
    """Not the system's English inside a Dutch one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAMILYGUARD_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("FAMILYGUARD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FAMILYGUARD_LANGUAGE", "nl")
    open_store(tmp_path / "data" / "familyguard.db").close()
    for option in ("--replace", "--dry-run"):
        result = run.invoke(app, ["restore", "nee.age", option])
        assert result.exit_code == 1
        assert "Er is geen reservekopie nee.age" in result.stderr
        assert "No such file" not in result.stderr


def test_a_small_fuzz_run_passes_and_counts():
    """The command decodes damaged files and says what became of them."""
    result = run.invoke(app, ["fuzz", "--count", "3", "--seed", "5"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("3 damaged files, seed 5")
    assert "crashes: 0" in result.stdout


def test_bench_without_recordings_is_one_sentence(tmp_path):
    """Outside the checkout there are no samples; the sentence tells what to do."""
    result = run.invoke(app, ["bench", "--samples", str(tmp_path / "nothing")])
    assert result.exit_code == 2
    assert "--samples" in result.stderr


@pytest.mark.models
def test_bench_prints_a_table(models_folder):
    """One short memo, once: the table names the steps and the ratio."""
    arguments = [sys.executable, "-m", "bot.cli", "bench", "--seconds", "4", "--runs", "1"]
    result = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, timeout=170)
    assert result.returncode == 0, result.stderr
    assert "| words" in result.stdout
    assert "ratio" in result.stdout.lower()


def test_a_manifest_that_makes_no_sense_is_one_sentence(tmp_path):
    """Exit status 2 for a table without the columns."""
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("a,b\n1,2\n")
    result = run.invoke(app, ["evaluate", "speaker", str(manifest), "--root", str(tmp_path)])
    assert result.exit_code == 2
    assert "manifest.csv" in result.stderr
    assert "Traceback" not in result.output


def test_the_version_is_told():
    """--version prints the name and a number."""
    assert run.invoke(app, ["--version"]).stdout.startswith("familyguard ")


def test_help_loads_nothing_heavy():
    """`familyguard --help` needs neither the network libraries nor the neural ones."""
    code = (
        "import sys, bot.cli; "
        "heavy = {'torch', 'telegram', 'numpy', 'matplotlib', 'faster_whisper', 'av', 'rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert result.stdout.strip() in ("[]", "['rich']"), result.stderr


@pytest.mark.models
def test_the_first_command_of_the_readme(models_folder):
    """The sample is judged for what it is, and the reasons quote the words that were said."""
    result = subprocess.run(
        [sys.executable, "-m", "bot.cli", "check", "docs/samples/hi-mum-en.ogg", "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=170,
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["level"] == "strong"
    assert {"money_request", "new_identity"} <= set(found["codes"]["reasons"])
    said = found["transcript"]["text"].lower()
    quotes = [reason.partition("“")[2].partition("”")[0] for reason in found["reasons"]]
    assert all(quote and quote.lower() in said for quote in quotes), quotes
    assert found["synthetic"] is None or found["synthetic"]["model"]


def test_the_bot_starts_without_the_reader_of_pictures(monkeypatch, tmp_path, capsys):
    """Its Dutch data is not to be had everywhere; that must not keep memos from being judged."""
    from bot.commands import models as command
    from bot.commands.terminal import notices, terminal_texts

    asked = []

    def fetch(names, *_more):
        asked.extend(names)
        if "tesseract" in names:
            raise ModelUnavailable("tesseract", "no source answers")

    monkeypatch.setattr(command, "fetch_missing", fetch)
    command.fetch_for_chat(tmp_path, notices(), terminal_texts())
    assert asked == [*models.DEFAULT_MODELS, "tesseract"]
    assert "Screenshots will not be read" in capsys.readouterr().err


def test_the_bot_does_not_start_without_the_models_that_listen(monkeypatch, tmp_path):
    """The others are no luxury: their absence is an error."""
    from bot.commands import models as command
    from bot.commands.terminal import notices, terminal_texts

    monkeypatch.setenv("FAMILYGUARD_OFFLINE", "1")
    with pytest.raises(ModelUnavailable):
        command.fetch_for_chat(tmp_path, notices(), terminal_texts())
