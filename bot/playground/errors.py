"""Refusals in Telegram's own words, so that a bot meets here what it will meet there."""

from typing import Any


class ApiError(Exception):
    """A refused Bot API call: an HTTP status, Telegram's sentence, and its `parameters`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """403: the bot may not do this to that chat."""
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    """409: somebody else fetches this bot's updates."""
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(seconds: int) -> ApiError:
    """429: wait `seconds` before the next call."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def unauthorized() -> ApiError:
    """401: no bot has this token."""
    return ApiError(401, "Unauthorized")


class Refused(Exception):
    """A person tried something that Telegram's apps do not offer; `code` picks the page's text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
