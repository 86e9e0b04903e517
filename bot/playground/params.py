"""The parameters of one Bot API call, however they were sent."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.playground.errors import bad_request


@dataclass(frozen=True)
class Upload:
    """A file in a multipart body."""

    data: bytes
    name: str
    mime: str


@dataclass(frozen=True)
class Params:
    """Values by name, strings or JSON alike, and the files that came along."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as written."""
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; anything else counts as not given, as in Telegram."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """A Boolean in any of the spellings that clients use."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes", "t"}

    def structure(self, name: str) -> Any:
        """A list or object, sent as JSON or inside JSON; None where it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            kind = name.replace("_", " ")
            raise bad_request(f"can't parse {kind} JSON object") from None


async def read_params(request: web.Request) -> Params:
    """Query string, then JSON, form or multipart body."""
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise bad_request("can't parse request body as JSON object")
        values |= body
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = Upload(
                    value.file.read(), value.filename or name, value.content_type
                )
            else:
                values[name] = value
    return Params(values, uploads)
