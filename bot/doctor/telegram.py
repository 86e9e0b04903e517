"""Telegram: whether it knows the token, the time there, and whether its deliveries arrive."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx

from bot.doctor.finding import Finding, unknown, wrong
from bot.settings import Settings
from bot.wording import shorten

TELEGRAM_SECONDS = 5.0
DELIVERY_SECONDS = 600.0
"""Telegram tries again within minutes; an error that is older has been overcome."""

CLOCK_SECONDS = 60.0
"""Challenges and invitations last minutes; a minute off does them no harm."""


def telegram(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether Telegram knows the token, and what time it is there."""
    try:
        answer = _asked(settings, "getMe")
    except httpx.HTTPError:
        # Without its words: they may quote the address, which holds the token.
        yield wrong("token", "unreachable", address=settings.telegram_api_url)
        yield unknown("clock", "unread")
        return
    if answer.status_code in (401, 404):
        yield wrong("token", "unknown")
    elif not answer.is_success:
        yield wrong("token", "busy", code=answer.status_code)
    else:
        yield Finding("token")
        yield from _deliveries(settings, now)
    try:
        there = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        yield unknown("clock", "unread")
        return
    if abs(there - now) > CLOCK_SECONDS:
        yield wrong("clock", "off", seconds=round(abs(there - now)))
    else:
        yield Finding("clock")


def _deliveries(settings: Settings, now: float) -> Iterator[Finding]:
    """Whether what Telegram delivers arrives: a bot that hears nothing is well all the same."""
    if settings.webhook_url is None:
        return
    try:
        answer = _asked(settings, "getWebhookInfo").json()["result"]
        known, failed_at = str(answer["url"]), float(answer.get("last_error_date", 0))
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        yield unknown("deliveries", "unread")
        return
    if known != settings.webhook_url:
        yield wrong("deliveries", "elsewhere")
    elif now - failed_at < DELIVERY_SECONDS:
        why = shorten(str(answer.get("last_error_message", "")), 200)
        yield wrong("deliveries", "failing", why=why)
    else:
        yield Finding("deliveries")


def _asked(settings: Settings, method: str) -> httpx.Response:
    """What Telegram answers.  Raises httpx.HTTPError, whose words may quote the token."""
    address = f"{settings.base_url}{settings.telegram_token.get_secret_value()}/{method}"
    return httpx.post(address, timeout=TELEGRAM_SECONDS)
