"""Times as people read them, in the time of the place where the bot runs."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from babel.dates import format_date, format_datetime

from bot.texts import Texts


def local(time: float) -> datetime:
    """Seconds since 1970 as a moment of this place."""
    return datetime.fromtimestamp(time, UTC).astimezone()


def clock(time: float) -> str:
    """«14:32»."""
    return local(time).strftime("%H:%M")


def day(time: float | str, texts: Texts) -> str:
    """«22 November 2026»; `time` is in seconds since 1970, or a day in ISO 8601."""
    value = date.fromisoformat(time) if isinstance(time, str) else local(time).date()
    return format_date(value, "d MMMM yyyy", locale=texts.language)


def on(time: float) -> Callable[[Texts], str]:
    """The day as a value of a sentence, whose language is known when it is filled in."""
    return lambda texts: day(time, texts)


def at(time: float) -> Callable[[Texts], str]:
    """Day and time as a value of a sentence."""
    return lambda texts: format_datetime(
        local(time), texts.get("who.moment"), locale=texts.language
    )
