"""Which texts are dates? ISO 8601 and the common written orders: to set date columns aside and to profile them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

TIME = r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + TIME)
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + TIME)
MONTH_WORD = re.compile(r"([0-9]{1,2})[ .-]+([A-Za-z]{3,9})[ .-]+([0-9]{4})" + TIME)
MONTH_WORD_FIRST = re.compile(r"([A-Za-z]{3,9})\.? +([0-9]{1,2})(?:,)? +([0-9]{4})" + TIME)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def parse_date(text: str, day_first: bool = True) -> float | None:
    """Days since 1 January of the year 1, with a fraction for the time of day; None where `text` is not a date.

    `day_first` decides "3/4/2024"; where only one order makes a date, that one is taken by `parse_dates`.
    """
    if match := YEAR_FIRST.fullmatch(text):
        year, _, month, day, *time = match.groups()
        return _days(int(year), int(month), int(day), time)
    if match := YEAR_LAST.fullmatch(text):
        first, _, second, year, *time = match.groups()
        day, month = (first, second) if day_first else (second, first)
        return _days(int(year), int(month), int(day), time)
    if match := MONTH_WORD.fullmatch(text):
        day, word, year, *time = match.groups()
        return _days(int(year), _month(word), int(day), time)
    if match := MONTH_WORD_FIRST.fullmatch(text):
        word, day, year, *time = match.groups()
        return _days(int(year), _month(word), int(day), time)
    return None


def parse_dates(values: Iterable[str]) -> list[float] | None:
    """Every value as `parse_date` reads it, in one order of day and month that fits all; None where there is none."""
    values = list(values)
    for day_first in (True, False):
        days = []
        for value in values:
            if (day := parse_date(value, day_first)) is None:
                break
            days.append(day)
        else:
            return days
    return None


def not_dates(values: Iterable[str]) -> list[str]:
    """The values that are no date in either order."""
    return [value for value in values if parse_date(value) is None and parse_date(value, day_first=False) is None]


def _month(word: str) -> int:
    """1 to 12; 0 where the word is no month, which makes no date."""
    word = word.lower()
    return 1 + MONTHS.index(word[:3]) if word in (*MONTHS, *FULL_MONTHS, "sept") else 0


def _days(year: int, month: int, day: int, time: list[str | None]) -> float | None:
    hour, minute, second, zone = time
    try:
        moment = datetime(year, month, day, int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        if zone and zone != "Z":
            sign = -1 if zone[0] == "-" else 1
            moment -= sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    except (ValueError, OverflowError):
        return None
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.toordinal() + seconds / 86_400
