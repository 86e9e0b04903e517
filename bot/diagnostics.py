"""A report that can be pasted where everybody reads it: what is known to be harmless, and no more.

Nothing is blacked out here: whatever is not one of this program's own words is not taken over.
"""

import builtins
import json
import platform
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import get_args

from pydantic import SecretStr

from bot.doctor import Finding, examine
from bot.errors import UnusableSettings
from bot.settings import Settings, load_settings

PACKAGES = (
    "familyguard", "python-telegram-bot", "torch", "faster-whisper", "ctranslate2", "av",
    "pydantic", "cryptography", "sqlite-utils",
)  # fmt: skip
"""What most questions turn out to be about."""

LOG_LINES = 200
"""An evening of trouble, and still short enough to be read before it is pasted."""

OURS = ("bot", "familyguard", "voice")
_ROOT = Path(__file__).resolve().parent.parent
_EVENT = re.compile(r"\blog\.\w+\(\s*\"([a-z][a-z0-9_]*)\"")
_PLACE = re.compile(
    r'File "[^"]*?((?:bot|familyguard|voice|site-packages)/[\w/.-]+\.py)", line (\d+)'
)
_ERROR = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")
_LIBRARIES = frozenset({
    *OURS, "aiohttp", "asyncio", "httpcore", "httpx", "json", "pydantic_core", "sqlite3", "ssl",
    "telegram",
})  # fmt: skip
"""Whose errors are named."""

_LEVELS = frozenset({"debug", "info", "warning", "error", "critical"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?")


def report(now: float, log: Iterable[str] = (), env_file: Path = Path(".env")) -> Iterator[str]:
    """The lines of the report; `log` are lines of the bot's log, the oldest first."""
    yield "## Versions"
    yield from _versions()
    yield "## Settings"
    yield from _settings(env_file)
    yield "## Doctor"
    yield from (_finding(one) for one in examine(now, env_file))
    yield "## Log"
    yield from _log(list(log)[-LOG_LINES:])


def _versions() -> Iterator[str]:
    yield f"python {platform.python_version()}"
    yield f"system {platform.system()} {platform.release()} {platform.machine()}"
    yield f"sqlite {sqlite3.sqlite_version}"
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} is not installed"


def _settings(env_file: Path) -> Iterator[str]:
    try:
        settings = load_settings(env_file)
    except UnusableSettings:
        # Its sentence may quote a path; whoever runs the doctor reads it there.
        yield "cannot be read: run familyguard doctor"
        return
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = isinstance(value, int | float) or value in _words(field.annotation)
        if name not in settings.model_fields_set:
            yield f"{name}: default"
        elif shown and not isinstance(value, SecretStr):
            yield f"{name}: {value}"
        else:
            # Paths hold names of people, addresses lead to their machines.
            yield f"{name}: set"


def _words(annotation: object) -> tuple[object, ...]:
    """The values of a setting that takes only certain words."""
    inside = get_args(annotation)
    return tuple(word for one in inside for word in (_words(one) or (one,))) if inside else ()


def _finding(finding: Finding) -> str:
    numbers = [f"{name}={value}" for name, value in finding.values.items() if type(value) is int]
    return " ".join([finding.subject, finding.state, finding.key.partition(".")[2], *numbers])


def _log(lines: list[str]) -> Iterator[str]:
    left_out = 0
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            left_out += 1
            continue
        yield " ".join(_entry(record))
        yield from _trace(str(record.get("exception", "")))
    if left_out:
        yield f"({left_out} other lines were left out)"


def _entry(record: dict[str, object]) -> Iterator[str]:
    moment, level = str(record.get("timestamp", "")), str(record.get("level", ""))
    logger, event = str(record.get("logger", "")), str(record.get("event", ""))
    yield moment if _TIME.fullmatch(moment) else "–"
    yield level if level in _LEVELS else "–"
    yield logger if logger in _modules() else "another"
    yield event if event in _events() else "–"


def _trace(text: str) -> Iterator[str]:
    """Where an error came from and of which kind it is, without what it says."""
    for line in text.splitlines():
        if place := _PLACE.search(line):
            yield f"    {place[1]}:{place[2]}"
        elif (error := _ERROR.match(line)) and _is_error(error[1]):
            yield f"    {error[1]}"


def _is_error(name: str) -> bool:
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        return True
    module, _, kind = name.rpartition(".")
    found = getattr(sys.modules.get(module), kind, None)
    is_class = isinstance(found, type) and issubclass(found, BaseException)
    return module.partition(".")[0] in _LIBRARIES and is_class


@cache
def _events() -> frozenset[str]:
    """What this program logs: the words that stand in its own code."""
    return frozenset(
        event for path in _sources() for event in _EVENT.findall(path.read_text("utf-8"))
    )


@cache
def _modules() -> frozenset[str]:
    return frozenset(
        ".".join(path.relative_to(_ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in _sources()
    )


def _sources() -> list[Path]:
    return [path for package in OURS for path in sorted((_ROOT / package).rglob("*.py"))]
