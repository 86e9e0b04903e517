"""A day as people type it – «3 november», «gisteren», «3/11», «2026-11-03» – as a date.

Days that are asked for here have been: without a year it is the latest such day, and one that is
still to come is not understood.  Both languages are read always, day before month.
"""

import re
from datetime import date, timedelta
from typing import Final

_BACK: Final = {
    "vandaag": 0,
    "today": 0,
    "gisteren": 1,
    "yesterday": 1,
    "eergisteren": 2,
}

_STARTS: Final = "jan feb maa/mrt/mar apr mei/may jun jul aug sep okt/oct nov dec"
_MONTHS: Final = {
    start: number for number, starts in enumerate(_STARTS.split(), 1) for start in starts.split("/")
}

_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR: Final = r"(?:,?\s+(?P<year>20\d\d))?"
_DAY: Final = r"(?P<day>\d{1,2})(?:e|de|ste|st|nd|rd|th)?"
_FORMS: Final = tuple(
    re.compile(rf"(?<![\w.]){form}(?![\w-])")
    for form in (
        r"(?P<year>20\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})(?:[-/.](?P<year>(?:20)?\d\d))?",
        rf"{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}",
        rf"{_MONTH}\s+{_DAY}{_YEAR}",
    )
)


def day_said(words: str, today: date) -> date | None:
    """The first day that stands in `words`; None where there is none, or it is still to come."""
    lower = words.lower()
    for word in re.findall(r"\w+", lower):
        if word in _BACK:
            return today - timedelta(days=_BACK[word])
    for form in _FORMS:
        if found := form.search(lower):
            return _day(found, today)
    return None


def _day(found: re.Match[str], today: date) -> date | None:
    said = found["month"]
    month = int(said) if said.isdecimal() else _MONTHS[said]
    year = found["year"]
    # Eight years back, there has been a 29 February.
    years = [int(year) % 100 + 2000] if year else range(today.year, today.year - 9, -1)
    for one in years:
        try:
            day = date(one, month, int(found["day"]))
        except ValueError:
            continue
        if day <= today:
            return day
    return None
