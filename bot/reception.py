"""What Telegram sends, made fit for the library before the library reads it.

The library gives up a whole answer of updates when it cannot read one of them, and asks for the
same ones again: a single update of a shape that it does not know would end the service for
everybody, and for good.  Such an update becomes an empty one, which is acknowledged and passes.
"""

import json
from typing import Any

import structlog
from telegram import Update
from telegram.request import BaseRequest, HTTPXRequest

from bot.shapes import Shape

log = structlog.get_logger(__name__)

NUMBER = "update_id"
MAX_NUMBER = 2**63
"""The database can hold no larger ones, and Telegram's have 32 bits."""

KINDS = tuple(Shape.model_fields)
_HALF = b"\\ud"
"""How half of a pair of UTF-16 begins in JSON.  Alone it is no character, and cannot be stored."""


def understood(update: Any) -> dict[str, Any] | None:
    """`update` if it can be read, else one with its number alone; None without that."""
    if not isinstance(update, dict):
        return None
    number = update.get(NUMBER)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < MAX_NUMBER:
        return None
    try:
        Shape.model_validate(update)
        read = Update.de_json(json.loads(json.dumps(update)), None)
        # What is stored is what the library makes of it, and it must be read again after a crash.
        read.to_json()
        _ = read.effective_message, read.effective_user, read.effective_chat
    except Exception as error:
        # Whatever the library stumbles over: the next update is for somebody else.
        log.error("update_not_understood", number=number, error=type(error).__name__)
        return {NUMBER: number}
    # Kinds that nobody asked for are not the handlers' business.
    return {name: update[name] for name in KINDS if name in update}


def delivered(payload: bytes) -> dict[str, Any] | None:
    """The update in what Telegram delivers, as in `understood`."""
    try:
        update = json.loads(payload.decode("utf-8", "replace"))
        return understood(_whole(update) if _HALF in payload.lower() else update)
    except (ValueError, RecursionError):
        return None


class Understanding(BaseRequest):
    """A way to ask for updates that gives the library only what it can read."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See the library."""
        answer = BaseRequest.parse_json_payload(payload)
        if _HALF in payload.lower():
            answer = _whole(answer)
        found = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(found, list):
            answer["result"] = [one for one in map(understood, found) if one is not None]
        return answer


class UpdatesRequest(Understanding, HTTPXRequest):
    """The same over HTTP; one connection, as updates are asked for one after the other."""

    def __init__(self) -> None:
        super().__init__(connection_pool_size=1)


def _whole(value: Any) -> Any:
    """`value` with a mark in the place of every half character."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value
