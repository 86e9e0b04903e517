"""No secret lies in the project: every file that is kept is searched for what looks like one.

The patterns are few and exact.  The tool that others use for it (detect-secrets) had its last
release in May 2024, and reports a thousand lines that only look random.
"""

import re
import secrets
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SECRETS = {
    # Numbers of bots have eight digits or more, and the key behind the colon has 35 characters.
    "bot token": re.compile(rb"(?<![\d.])\d{8,10}:A[A-Za-z0-9_-]{34}(?![A-Za-z0-9_-])"),
    "age key": re.compile(rb"AGE-SECRET-KEY-1[A-Z0-9]{20,}", re.IGNORECASE),
    "private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}"),
    "line of a recovery sheet": re.compile(
        rb"^\s*(?:[0-9]+[AB]|P[AB])[ .:]+(?:[0-9A-HJKMNP-TV-Z]{4}[ -]){6}[0-9A-HJKMNP-TV-Z]{4}\b",
        re.MULTILINE,
    ),
    "key file": re.compile(rb'"pepper"\s*:\s*"[A-Za-z0-9+/]{43}="'),
    "key of a cloud": re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "key of a forge": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b"),
    "key of a registry": re.compile(rb"\bpypi-Ag[A-Za-z0-9_-]{50,}"),
    "key of a chat": re.compile(rb"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
}

NAMES = re.compile(
    r"(^|/)(\.env(\..+)?|keys\.json|recovery-sheet\..+|.+\.(pem|key|p12|age|db|db-wal|kdbx))$"
)
"""Files that hold secrets by what they are called."""


def kept() -> list[Path]:
    """Every file that is kept with the project, of whatever kind."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = listed.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def found(content: bytes) -> set[str]:
    """What looks like a secret in it."""
    return {name for name, pattern in SECRETS.items() if pattern.search(content)}


def test_row_20_no_file_holds_a_secret():
    """Tokens, keys, sheets: also in samples, pictures and tests, which use made-up short ones."""
    leaks = {
        str(path.relative_to(ROOT)): what for path in kept() if (what := found(path.read_bytes()))
    }
    assert leaks == {}


def test_row_20_no_file_is_one_that_holds_secrets():
    """No settings of anybody's, no database, no back-up."""
    names = [str(path.relative_to(ROOT)) for path in kept()]
    assert [name for name in names if NAMES.search(name)] == []


def test_each_kind_would_be_found():
    """A search that finds nothing has to show that it can; each is made up here and now."""
    from familyguard.backup import identity
    from familyguard.keys import Keys
    from familyguard.recovery import lines

    keys = Keys.fresh()
    token = f"7{secrets.randbelow(10**9):09d}:A{'x' * 17}{'Y' * 17}"
    made = {
        "bot token": token,
        "age key": str(identity(keys)),
        "private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + "b3BlbnNzaC1rZXktdjEAAAAA",
        "line of a recovery sheet": "\n".join(map(str, lines(keys))),
        "key of a cloud": "AK" + "IA" + "ABCDEFGHIJKLMNOP",
        "key of a forge": "gh" + "p_" + "a1" * 18,
        "key of a registry": "py" + "pi-Ag" + "b" * 60,
        "key of a chat": "xo" + "xb-" + "1234567890-ab",
    }
    for kind, text in made.items():
        assert kind in found(f"TOKEN={text}\n{text}\n".encode()), kind
    assert set(made) | {"key file"} == set(SECRETS)


def test_a_key_file_would_be_found(tmp_path):
    """As the program itself writes it."""
    from familyguard.keys import Keys, save_keys

    save_keys(tmp_path / "keys.json", Keys.fresh())
    assert found((tmp_path / "keys.json").read_bytes()) == {"key file"}
