"""The child that decodes: what it may not do, and what happens when it misbehaves."""

import json
import os
import platform
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from tests.voice import sounds
from voice import isolation
from voice.audio import MAX_FILE_BYTES
from voice.errors import Undecodable, UndecodableAudio
from voice.evaluation.fuzz import children_of
from voice.isolation import Limits, decode_file

ROOT = Path(__file__).resolve().parents[2]

linux = pytest.mark.skipif(sys.platform != "linux", reason="the limits of Linux")


USUAL = Limits()


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    """A good memo of one second."""
    path = tmp_path / "memo.ogg"
    path.write_bytes(sounds.media("opus-16k.ogg"))
    return path


@pytest.fixture(autouse=True)
def _leaves_no_child_behind() -> object:
    """Whatever a test does to the child, it is gone afterwards and no zombie is left."""
    before = children_of(os.getpid())
    yield
    assert children_of(os.getpid()) <= before


def refusal(path: Path, limits: Limits = USUAL) -> UndecodableAudio:
    """The error with which `path` is refused."""
    with pytest.raises(UndecodableAudio) as caught:
        decode_file(path, limits)
    return caught.value


def impostor(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let the child be a subverted one that runs `program` instead of the decoder."""
    monkeypatch.setattr(isolation, "_BOOT", textwrap.dedent(program))


def gone(process: int) -> bool:
    """Whether there is no such process, or only what is left of it."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


# What the child may do


OPENING = {
    "open a file": 'open("/etc/hostname")',
    "write a file": 'open("/tmp/x", "w")',
    "list a folder": 'os.listdir("/")',
    "open a socket": "socket.socket()",
    "open a unix socket": "socket.socket(socket.AF_UNIX)",
    "duplicate a descriptor": "os.dup(1)",
    "make a pipe": "os.pipe()",
    "import": '__import__("wave")',
    "take memory": "bytearray(600 * 1024 * 1024)",
}

ACTING = {
    "fork": "os.fork() or os._exit(0)",
    "run a program": 'subprocess.run(["/bin/true"])',
    "start a thread": "threading.Thread(target=int).start()",
    "replace itself": 'os.execv("/bin/true", ["true"])',
    "signal the parent": "os.kill(parent, 0)",
    "lift the limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
    "see another process' limit": "resource.prlimit(parent, resource.RLIMIT_CORE)",
}

ESCAPES = """
    import json, os, resource, socket, subprocess, sys, threading
    sys.path.append(sys.argv[1])
    from voice import confinement
    if sys.argv[3] == "limits":
        confinement._allow_only_computing = lambda: False
    parent = os.getppid()
    confinement.confine(512 * 1024 * 1024, 5)
    held = {}
    for name, attempt in json.loads(sys.argv[2]).items():
        try:
            eval(attempt)
        except Exception as error:
            held[name] = type(error).__name__
        else:
            held[name] = "SUCCEEDED"
    print(json.dumps(held), flush=True)
    os._exit(0)
"""


def escapes(attempts: dict[str, str], hold: str) -> dict[str, str]:
    """Attempt → the class of the error it ended with, in a process that was confined.

    `hold` is "limits" for the resource limits alone, "filter" for the system call filter as well.
    """
    program = [sys.executable, "-I", "-c", textwrap.dedent(ESCAPES), str(ROOT)]
    done = subprocess.run(
        [*program, json.dumps(attempts), hold], capture_output=True, timeout=30, check=True
    )
    outcome: dict[str, str] = json.loads(done.stdout)
    return outcome


@linux
@pytest.mark.parametrize("hold", ["limits", "filter"])
def test_the_child_can_open_nothing(hold: str) -> None:
    """No file, no network, no more memory – even where the kernel has no system call filter."""
    outcome = escapes(OPENING, hold)
    assert set(outcome) == set(OPENING)
    assert "SUCCEEDED" not in outcome.values(), outcome


@linux
@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64"}, reason="no system call filter here"
)
def test_the_child_can_start_nothing_even_as_root() -> None:
    """The system call filter refuses what resource limits do not keep from root."""
    outcome = escapes(ACTING, "filter")
    assert set(outcome) == set(ACTING)
    assert "SUCCEEDED" not in outcome.values(), outcome


@linux
@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64"}, reason="no system call filter here"
)
def test_a_thread_that_was_there_before_is_bound_as_well() -> None:
    """A library may have started threads when it was imported; none of them is a way out."""
    program = """
        import os, resource, socket, sys, threading
        sys.path.append(sys.argv[1])
        from voice.confinement import confine
        go, held = threading.Event(), []
        def escape():
            go.wait()
            for attempt in (
                lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
                lambda: open("/etc/hostname"),
                lambda: socket.socket(),
                lambda: os.kill(os.getppid(), 0),
            ):
                try:
                    attempt()
                except (OSError, ValueError):
                    held.append(True)
                else:
                    held.append(False)
        thread = threading.Thread(target=escape)
        thread.start()
        filtered = confine(512 << 20, 5)
        go.set()
        thread.join()
        os.write(1, repr((filtered, held)).encode())
        os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-I", "-c", textwrap.dedent(program), str(ROOT)],
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == b"(True, [True, True, True, True])", done.stderr


@pytest.mark.parametrize(("answer", "lines"), [("True", 0), ("False", 1)])
def test_a_child_without_a_filter_is_told_of_once(
    answer: str,
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
    memo: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A container may forbid seccomp; that must not stay silent, nor be said for every memo."""
    isolation._warn_of_no_filter.cache_clear()
    impostor(
        monkeypatch,
        f"""
        import sys
        sys.path.append(sys.argv[1])
        from voice import confinement
        confinement._allow_only_computing = lambda: {answer}
        from voice.decode import main
        main(sys.argv[2:])
        """,
    )
    for _ in range(2):
        decode_file(memo, Limits(seconds=10))
    assert [record.levelname for record in caplog.records] == ["WARNING"] * lines
    isolation._warn_of_no_filter.cache_clear()


@linux
def test_the_child_runs_out_of_processor_time() -> None:
    """An endless loop is ended by the kernel, with a signal that names the cause."""
    program = """
        import sys
        sys.path.append(sys.argv[1])
        from voice.confinement import confine
        confine(512 * 1024 * 1024, 1)
        while True: pass
    """
    done = subprocess.run(
        [sys.executable, "-I", "-c", textwrap.dedent(program), str(ROOT)], timeout=30, check=False
    )
    assert done.returncode == -signal.SIGXCPU


@linux
def test_a_lower_limit_of_the_machine_stays() -> None:
    """Under a service manager's stricter limit the child keeps that one, and still starts."""
    program = """
        import resource, sys
        sys.path.append(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
        from voice import confinement
        confinement._allow_only_computing = lambda: False
        confinement.confine(512 << 20, 5)
        print(resource.getrlimit(resource.RLIMIT_AS)[0] >> 20)
    """
    done = subprocess.run(
        [sys.executable, "-I", "-c", textwrap.dedent(program), str(ROOT)],
        capture_output=True,
        check=True,
    )
    assert int(done.stdout) == 200


def test_the_child_starts_light() -> None:
    """Only PyAV is imported: every memo pays for the start of its child."""
    program = (
        "import sys; sys.path.append(sys.argv[1]); import voice.decode; print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(ROOT)], capture_output=True, check=True
    )
    loaded = set(done.stdout.decode().split())
    assert "av" in loaded
    assert not loaded & {"numpy", "pydantic", "torch", "voice.audio", "voice.results"}


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch, memo: Path) -> None:
    """The bot's token stands in its environment; a subverted decoder must not find it there."""
    monkeypatch.setenv("FAMILYGUARD_TOKEN", "123456:secret")
    impostor(
        monkeypatch,
        """
        import json, os, struct
        answer = json.dumps({"reason": "broken", "detail": "|".join(os.environ)}).encode()
        os.write(1, struct.pack(">I", len(answer)) + answer)
        """,
    )
    names = set(refusal(memo).detail.split("|"))
    threads = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    assert names <= threads | {"LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LC_CTYPE"}


# What happens when it misbehaves


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, memo: Path) -> None:
    """A child that never answers and ignores polite signals costs its wall clock, no more."""
    impostor(
        monkeypatch,
        """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
        """,
    )
    began = time.monotonic()
    assert refusal(memo, Limits(wall_seconds=0.5)).reason is Undecodable.LIMIT
    assert time.monotonic() - began < 5


def test_a_child_that_reads_nothing_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file larger than a pipe holds must not block its sender for ever."""
    impostor(monkeypatch, "import time; time.sleep(600)")
    path = tmp_path / "memo"
    path.write_bytes(bytes(2_000_000))
    assert refusal(path, Limits(wall_seconds=0.5)).reason is Undecodable.LIMIT


@linux
def test_a_grandchild_is_ended_too(
    monkeypatch: pytest.MonkeyPatch, memo: Path, tmp_path: Path
) -> None:
    """The whole process group is killed, not only its leader."""
    note = tmp_path / "pid"
    impostor(
        monkeypatch,
        f"""
        import pathlib, subprocess, time
        sleeper = subprocess.Popen(["sleep", "600"])
        pathlib.Path({str(note)!r}).write_text(str(sleeper.pid))
        time.sleep(600)
        """,
    )
    assert refusal(memo, Limits(wall_seconds=2)).reason is Undecodable.LIMIT
    assert gone(int(note.read_text()))


def test_a_child_killed_from_outside_is_an_error(
    monkeypatch: pytest.MonkeyPatch, memo: Path
) -> None:
    """The kernel's out-of-memory killer must not leave the family waiting."""
    impostor(monkeypatch, "import time; time.sleep(600)")
    before = children_of(os.getpid())

    def kill() -> None:
        while not (found := children_of(os.getpid()) - before):
            time.sleep(0.01)
        os.kill(found.pop(), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert refusal(memo).reason is Undecodable.LIMIT
    killer.join()


def test_a_child_that_crashes_is_an_error(monkeypatch: pytest.MonkeyPatch, memo: Path) -> None:
    """A segmentation fault in a codec is a broken file to the family."""
    impostor(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert refusal(memo).reason is Undecodable.BROKEN


def test_a_child_that_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch, memo: Path) -> None:
    """An endless answer does not fill the parent's memory."""
    impostor(monkeypatch, "import os\nwhile True: os.write(1, bytes(100_000))")
    assert refusal(memo, Limits(seconds=5)).reason is Undecodable.BROKEN


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0\0",
        b"\xff\xff\xff\xff{}",
        b"\0\0\0\2{}",
        b"\0\0\0\2[]abcd",
        b"\0\0\0\2{}abc",
        b"\0\0\0\2{}abcd",
        b'\0\0\0\x10{"reason": "me"}',
        b"\0\0\x80\0" + b"[" * 0x8000,
        b'\0\0\0\x19{"tags": 1, "format": 2}  abcd',
    ],
)
def test_a_child_that_talks_nonsense_is_an_error(
    answer: bytes, monkeypatch: pytest.MonkeyPatch, memo: Path
) -> None:
    """What a subverted child says is checked like anything else that is foreign."""
    impostor(monkeypatch, f"import os; os.write(1, {answer!r})")
    assert refusal(memo).reason is Undecodable.BROKEN


HONEST = {
    "format": "ogg", "codec": "opus", "sample_rate": 16_000, "channels": 1, "bit_rate": None,
    "has_video": False, "encoder": None, "created": None, "tags": {},
}  # fmt: skip


@pytest.mark.parametrize(
    "lie",
    [
        {"format": ["A" * 30_000]},
        {"encoder": {"a": 1}},
        {"encoder": True},
        {"tags": [1]},
        {"tags": {"encoder": ["E" * 50_000]}},
        {"sample_rate": -5},
        {"sample_rate": float("nan")},
        {"sample_rate": "99"},
        {"sample_rate": 768_001},
        {"sample_rate": True},
        {"channels": 0},
        {"channels": 10**40},
        {"bit_rate": -1},
        {"bit_rate": 1e9},
        {"reason": {}},
    ],
)
def test_a_child_that_lies_about_kinds_and_numbers_is_an_error(
    lie: dict[str, object], monkeypatch: pytest.MonkeyPatch, memo: Path
) -> None:
    """Every fact is text or a number that a sound file can have, or there is no analysis."""
    header = json.dumps(HONEST | lie).encode()
    answer = len(header).to_bytes(4, "big") + header + bytes(400)
    impostor(monkeypatch, f"import os; os.write(1, {answer!r})")
    assert refusal(memo).reason is Undecodable.BROKEN


def test_an_honest_answer_is_believed(monkeypatch: pytest.MonkeyPatch, memo: Path) -> None:
    """The lies above are refused for what is untrue in them, and for nothing else."""
    header = json.dumps(HONEST).encode()
    answer = len(header).to_bytes(4, "big") + header + bytes(400)
    impostor(monkeypatch, f"import os; os.write(1, {answer!r})")
    assert decode_file(memo)[1].sample_rate == 16_000


@linux
def test_a_decoder_short_of_memory_is_told_apart(tmp_path: Path) -> None:
    """A quarter of an hour does not fit into 150 MB: that is a limit, not a broken file."""
    path = tmp_path / "memo"
    path.write_bytes(sounds.silence(14 * 60))
    assert refusal(path, Limits(memory_bytes=150 * 1024 * 1024)).reason is Undecodable.LIMIT


def test_a_decoder_short_of_time_is_told_apart(memo: Path) -> None:
    """Not even Python starts within a hundredth of a second."""
    assert refusal(memo, Limits(wall_seconds=0.01)).reason is Undecodable.LIMIT


@linux
def test_the_child_dies_with_its_parent(memo: Path) -> None:
    """When the bot is killed, a decoder in an endless loop is not left to burn the processor."""
    program = f"""
        import sys
        sys.path.append({str(ROOT)!r})
        from pathlib import Path
        from voice import isolation
        isolation._BOOT = '''
        import sys
        sys.path.append(sys.argv[1])
        from voice.confinement import confine
        confine(512 * 1024 * 1024, 60)
        while True: pass
        '''.replace("        ", "")
        isolation.decode_file(Path({str(memo)!r}))
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])
    try:
        until = time.monotonic() + 20
        while not (found := children_of(parent.pid)) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)  # until it is confined
    finally:
        parent.kill()
        parent.wait()
    assert len(found) == 1
    assert gone(found.pop())


def test_many_threads_may_decode_at_once(memo: Path) -> None:
    """No call takes another's child or answer for its own."""
    lengths: list[float] = []
    threads = [
        threading.Thread(target=lambda: lengths.append(decode_file(memo)[0].seconds))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == [pytest.approx(1.0, abs=0.02)] * 4


# What is not even handed to it


def test_it_refuses_a_file_over_the_limit_unread(tmp_path: Path) -> None:
    """One byte over 20 MB is refused by its size alone."""
    path = tmp_path / "memo.ogg"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert refusal(path).reason is Undecodable.TOO_LARGE


def test_it_looks_at_a_file_of_exactly_the_limit(tmp_path: Path) -> None:
    """20 MB are accepted, and 20 MB of nothing are no sound."""
    path = tmp_path / "memo.ogg"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES)
    assert refusal(path).reason is Undecodable.NOT_MEDIA


@pytest.mark.parametrize("name", ["absent.ogg", ".", "nul\0byte", "x" * 300, "memo.ogg/inside"])
def test_it_calls_what_is_no_file_missing(name: str, memo: Path) -> None:
    """Absent, a folder, or a name that no file can have."""
    assert refusal(memo.parent / name).reason is Undecodable.MISSING


def test_it_does_not_wait_at_a_named_pipe(tmp_path: Path) -> None:
    """A pipe in the place of a file would otherwise be waited at for ever."""
    os.mkfifo(tmp_path / "memo.ogg")
    assert refusal(tmp_path / "memo.ogg").reason is Undecodable.MISSING


@linux
@pytest.mark.parametrize("path", ["/proc/self/mem", "/dev/zero"])
def test_it_calls_what_cannot_be_read_missing(path: str) -> None:
    """Neither a file that refuses to be read nor a device that never ends."""
    assert refusal(Path(path)).reason is Undecodable.MISSING


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_it_calls_a_forbidden_file_missing(memo: Path) -> None:
    """A file without permission to read."""
    memo.chmod(0)
    assert refusal(memo).reason is Undecodable.MISSING


@pytest.mark.parametrize(
    "name",
    [
        "--help",
        "-c import os",
        "; touch pwned; .ogg",
        "concat:a|b.ogg",
        "http:\\\\127.0.0.1",
        "line\nbreak.ogg",
        "\udcff\udcfe.ogg",
        "%s%n{0}.ogg",
        "مذكرة‮ogg.exe",
    ],
)
def test_the_name_of_a_file_means_nothing(name: str, memo: Path) -> None:
    """The child is given bytes, never a name."""
    hostile = memo.rename(memo.parent / name)
    waveform, _ = decode_file(hostile)
    assert waveform.seconds == pytest.approx(1.0, abs=0.02)


def test_an_error_does_not_carry_the_path(tmp_path: Path) -> None:
    """Errors go to a log, and a folder's name may be a person's."""
    assert "anna" not in str(refusal(tmp_path / "anna.ogg"))
