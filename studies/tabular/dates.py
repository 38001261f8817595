"""Which texts are dates? ISO 8601 and the common written orders: to set date columns aside and to profile them."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache

DAY = re.compile(
    r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})"  # 2024-03-31
    r"|(?P<first>[0-9]{1,2})(?P<sep>[-/.])(?P<second>[0-9]{1,2})(?P=sep)(?P<y2>[0-9]{4}|[0-9]{2})"  # 3/31/24
    r"|(?P<d3>[0-9]{1,2})[ .-]{1,2}(?P<word>[A-Za-z]{3,9})[ .-]{1,2}(?P<y3>[0-9]{4})"  # 31 March 2024
    r"|(?P<word4>[A-Za-z]{3,9})\.? (?P<d4>[0-9]{1,2}),? (?P<y4>[0-9]{4})"  # March 31, 2024
    r"|(?P<y5>(?:1[6-9]|20)[0-9]{2})-(?P<m5>[0-9]{2})"  # 2024-03, the first of it
    r"|(?P<y7>[0-9]{4})[- ]?[Qq](?P<q7>[1-4])"  # 2024Q1, the first of it
    r"|(?P<word6>[A-Za-z]{3,9})\.?[ -](?P<y6>[0-9]{4})"  # Mar 2024
)
TIME = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?\s?(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?", re.IGNORECASE
)
YEARS = ("y", "y2", "y3", "y4", "y5", "y6", "y7")
LONGEST = 60
SPLIT = re.compile(r"[T ](?=[0-9]{1,2}:)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def parse_date(text: str, day_first: bool = True) -> float | None:
    """Days since 1 January of the year 1, with a fraction for the time of day; None where `text` is not a date.

    `day_first` decides "3/4/2024".
    """
    if len(text) > LONGEST:
        return None
    words, *time = SPLIT.split(text, maxsplit=1)
    day = _day(words, day_first)
    if day is None or not time:
        return day
    share = _share_of_day(time[0])
    return None if share is None else day + share


def parse_dates(values: Collection[str]) -> list[float] | None:
    """Every value as `parse_date` reads it, in one order of day and month that fits all; None where there is none."""
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


@lru_cache(maxsize=4096)
def _day(text: str, day_first: bool) -> float | None:
    """Most columns of times hold few days: looked up rather than taken apart again."""
    match = DAY.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    first, second = (part["first"], part["second"]) if day_first else (part["second"], part["first"])
    word = part["word"] or part["word4"] or part["word6"]
    year = next(part[name] for name in YEARS if part[name])
    day = part["d"] or first or part["d3"] or part["d4"] or "1"
    month = _month(word) if word else int(part["m"] or second or part["m5"] or 0)
    if part["q7"]:
        month = 3 * int(part["q7"]) - 2
    try:
        return float(date(_full_year(year), month, int(day)).toordinal())
    except ValueError:
        return None


def _full_year(year: str) -> int:
    """Two digits are of 1969 to 2068, as POSIX has it."""
    return int(year) if len(year) > 2 else int(year) + (1900 if int(year) >= 69 else 2000)


def _month(word: str) -> int:
    """1 to 12; 0 where the word is no month, which makes no date."""
    word = word.lower()
    return 1 + MONTHS.index(word[:3]) if word in (*MONTHS, *FULL_MONTHS, "sept") else 0


def _share_of_day(text: str) -> float | None:
    """The time of day as a share of it, in UTC where a zone is given (then it may fall on the day before or after)."""
    match = TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, sign, ahead_hours, ahead_minutes = match.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
        return None
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    ahead = int(ahead_hours or 0) * 3600 + int(ahead_minutes or 0) * 60
    return (seconds + (ahead if sign == "-" else -ahead)) / 86_400
