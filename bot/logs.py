"""Logging: lines for people on a terminal, JSON elsewhere, and never a secret in either.

Redaction works on the finished line, after tracebacks and arguments were put in, so that no way of
logging can get around it: the HTTP client writes addresses with the token in them, and an
exception quotes the address that it failed on.
"""

import logging
import re
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

import structlog
from pydantic import BaseModel, SecretStr

REDACTED = "[redacted]"

PATTERNS = (
    # /file/bot<token>/<path>: the path alone would do to fetch a memo, given the token.
    (re.compile(r"/file/bot[^\s\"'<>)]*"), f"/file/bot{REDACTED}"),
    # A bot token, also percent-encoded, whoever's it is.
    (re.compile(r"(?<!\d)\d{3,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE), REDACTED),
    # A claim or invitation code in a deep link or command.
    (re.compile(r"(start(?:=|\s+))[A-Za-z0-9_-]{16,}"), rf"\1{REDACTED}"),
)

QUOTING = "telegram"
"""Loggers of the library put whole updates, that is people's words, into what they report."""

QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "asyncio", "matplotlib", "PIL")
"""Loggers of libraries that tell more than anyone needs below WARNING."""


def secrets_in(settings: BaseModel) -> tuple[str, ...]:
    """The values of all fields that are marked `SecretStr`."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


class Redactor:
    """Blacks out the given secrets, and whatever looks like a token."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(
            form for secret in secrets if secret for form in {secret, quote(secret, safe="")}
        )

    def __call__(self, line: str) -> str:
        """`line` without secrets."""
        for secret in self._secrets:
            line = line.replace(secret, REDACTED)
        for pattern, replacement in PATTERNS:
            line = pattern.sub(replacement, line)
        return line


def drop_quotations(record: logging.LogRecord) -> bool:
    """Let every record through, the library's without the values that it fills in."""
    if record.name.partition(".")[0] == QUOTING:
        record.args = ()
    return True


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record as structlog does, then redacts what came out."""

    def __init__(self, redact: Redactor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The finished, redacted line."""
        return self._redact(super().format(record))


def set_up_logging(
    secrets: Iterable[str] = (),
    *,
    level: int = logging.INFO,
    stream: TextIO | None = None,
    human: bool | None = None,
) -> None:
    """Send all logging of the process, structlog's and the standard library's, through one handler.

    `stream` is standard error by default; `human` lines by default if that is a terminal.
    """
    stream = stream or sys.stderr
    human = stream.isatty() if human is None else human
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=not human),
    ]
    # Plain tracebacks: structlog's default shows local variables, and those hold people's words.
    last: list[structlog.typing.Processor] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if human
        else [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        RedactingFormatter(
            Redactor(secrets),
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    handler.addFilter(drop_quotations)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("familyguard").critical("uncaught", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
