"""What kind of thing does a column hold? A guess with its reason, which a person corrects in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.tabular.belonging import is_marked
from studies.tabular.cells import Cells
from studies.tabular.columns import NUMERIC, number_text
from studies.tabular.dates import parse_date, parse_dates
from studies.tabular.dress import Dress, same_dress
from studies.tabular.errors import counted, quote, warning
from studies.tabular.numbers import DECORATED, EXACT, INTEGER, LEADING_ZERO, Mark

BOOLEAN_WORDS = (
    {"yes", "no"}, {"true", "false"}, {"y", "n"}, {"t", "f"}, {"on", "off"},
    {"ja", "nein"}, {"ja", "nei"}, {"ja", "nej"}, {"oui", "non"}, {"si", "no"}, {"sì", "no"}, {"sí", "no"},
)  # fmt: skip
ID_NAME = re.compile(
    r"(?:.*[_\-. ])?(?:id|ids|identifier|uuid|guid|index|rowid|row|rownames|key|number|no|nr)(?:[_\-. ].*)?",
    re.IGNORECASE,
)
ID_CAMEL = re.compile(r".*[a-z](?:ID|Id|UUID|Key)")
ORDER_NAME = re.compile(r"(?:.*[_\-. ])?(?:year|month|week|day|hour|minute|time|step|t)(?:[_\-. ].*)?", re.IGNORECASE)
CODE_NAME = re.compile(
    r"(?:.*[_\-. ])?(?:id|type|region|race|ethnicity|origin|occupation|religion|industry|sector|department|district|"
    r"county|country|state|city|cent(?:er|re)|brand|colou?r|category|species|gender|sex|cluster|channel|iso_num)",
    re.IGNORECASE,
)
NEVER_QUANTITIES = re.compile(
    r"(?:.*[_\-. ])?(?:[a-z]*code[0-9]?|zip|zip ?codes?|postal(?:[_\-. ]?code)?|postcode|plz|phone|tel)", re.IGNORECASE
)
BY_NAME = "by its name, its whole numbers are codes, not quantities"
FLAGS = {0.0, 1.0}
SENTINELS = (-9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0)
FAR = 3  # a word for missing lies at least so many times as far out as every other value
MOST_GONE = 0.1  # an identifier may be missing in so many rows
Numbers = NDArray[np.float64]  # (m,) of the different values, NaN where one spells none
SHORT = 40  # an identifier is at most this long, and holds no space
LONG = 50  # texts are longer than this on average, or ...
FEW = 20  # ... have more different values than this, and one for every second row


@dataclass(frozen=True)
class Guess:
    """A kind, the reason in words, and what to warn of."""

    kind: str
    why: str = ""
    warnings: list[dict[str, Any]] = field(default_factory=list)


def guess_kind(cells: Cells, mark: Mark, marks_in_dress: Sequence[Mark] = (".", ",")) -> Guess:
    """The kind of a column by its values (and, for ids, its name). `marks_in_dress` as in `as_kind`."""
    if not cells.counts:
        return Guess("number", "every cell is missing")
    if len(cells.counts) == 2 and {value.casefold() for value in cells.counts} in BOOLEAN_WORDS:
        return Guess("boolean")
    numbers = cells.numbers(mark)
    if not np.isnan(numbers).any():
        if set(np.unique(numbers).tolist()) == FLAGS:
            return Guess("boolean", "0 and 1 are the only values")
        guess = _numeric(cells, numbers)
        if guess.kind not in NUMERIC:
            return guess
        return Guess(guess.kind, guess.why, [*guess.warnings, *_sentinels(cells, numbers)])
    if _looks_like_dates(cells):
        return Guess("date")
    # "1001A" is a code where the name says so.
    dress = None if names_an_id(cells.name) else same_dress(cells.values, marks_in_dress)
    return _words(cells, numbers, dress)


def _numeric(cells: Cells, numbers: Numbers) -> Guess:
    if not all(INTEGER.fullmatch(value) for value in cells.values):
        if NEVER_QUANTITIES.fullmatch(cells.name) and bool(np.all(numbers == np.rint(numbers))):
            return Guess(_category_or_text(cells), BY_NAME)
        return Guess("number")
    unique = _is_unique(cells)
    if any(LEADING_ZERO.fullmatch(value) for value in cells.values):
        if unique:
            return Guess("id", "a different code in each row")
        return Guess(_category_or_text(cells), "numbers with leading zeros are codes, not quantities")
    if unique and (names_an_id(cells.name) or (not ORDER_NAME.fullmatch(cells.name) and _counts_up(cells, numbers))):
        return Guess("id", "a different whole number in each row, like a row number")
    if np.abs(numbers).max() > EXACT:
        if unique:
            return Guess("id", "a different long number in each row")
        message = (
            f"Column {quote(cells.name)} holds whole numbers above 9,007,199,254,740,992, which are kept rounded. If "
            "they are codes, choose category or id."
        )
        return Guess("number", "", [warning("huge", message, cells.name)])
    if NEVER_QUANTITIES.fullmatch(cells.name):
        return Guess(_category_or_text(cells), BY_NAME)
    if CODE_NAME.fullmatch(cells.name) and 2 * len(numbers) <= cells.present:
        return Guess("category", BY_NAME)
    return Guess("integer")


def _sentinels(cells: Cells, numbers: Numbers) -> list[dict[str, str | None]]:
    """A warning where one number that often stands for missing, such as -999, lies far from all others."""
    for word in SENTINELS:
        others = numbers[numbers != word]
        if len(others) == len(numbers):
            continue
        where = numbers == word
        times = int(cells.times[where].sum())
        least, greatest = (float(others.min()), float(others.max())) if len(others) else (0.0, 0.0)
        if times < 2 or least == greatest:
            continue
        if (word < 0 <= least) or word >= FAR * max(abs(least), abs(greatest)):
            message = (
                f"Column {quote(cells.name)} holds {word:g} in {counted(times, 'cell')} of {cells.present:,}, "
                f"while all others lie between {least:g} and {greatest:g}. If it stands for a missing value, read it "
                "so."
            )
            return [
                warning(
                    "sentinel",
                    message,
                    cells.name,
                    value=word,
                    words=[cells.values[place] for place in np.flatnonzero(where).tolist()],
                    cells=times,
                    least=least,
                    greatest=greatest,
                )
            ]
    return []


def _words(cells: Cells, numbers: Numbers, dress: Dress | None) -> Guess:
    warnings = _mixed(cells, numbers) if dress is None else [_in_dress(cells, dress)]
    why = "" if not warnings else "its cells are not plain numbers" if dress else "some cells are not numbers"
    if len(cells.counts) == cells.present and cells.present >= (1 - MOST_GONE) * cells.rows:
        short = max(map(len, cells.counts)) <= SHORT
        if short and not warnings and (names_an_id(cells.name) or not any(" " in word for word in cells.counts)):
            return Guess("id", "a different word in each row")
    return Guess(_category_or_text(cells), why, warnings)


def _category_or_text(cells: Cells) -> str:
    different = len(cells.counts)
    mean_length = sum(len(value) * count for value, count in cells.counts.items()) / cells.present
    return "text" if different > FEW and (2 * different >= cells.present or mean_length > LONG) else "category"


def _mixed(cells: Cells, numbers: Numbers) -> list[dict[str, Any]]:
    """A warning where most cells are numbers and some are not, or where units and thousands marks hide numbers."""
    is_bad = np.isnan(numbers)
    good = int(cells.times[~is_bad].sum())
    if 2 * good >= cells.present:
        line, value = cells.first(is_bad)
        message = (
            f"Column {quote(cells.name)}: {good:,} of {counted(cells.present, 'cell')} are numbers, "
            f"{cells.present - good:,} not; the first is {quote(value)} on line {line}. Read such words as "
            "missing, or mend the file, to use it as a number."
        )
        bad = np.flatnonzero(is_bad)
        words: dict[str, Any] = {"words": list(cells.values.at(bad))} if len(bad) <= FEW else {}
        return [warning("mixed", message, cells.name, **words)]
    if all(DECORATED.fullmatch(value) for value in cells.values.at(np.flatnonzero(is_bad))):
        line, value = cells.first(is_bad)
        message = (
            f"Column {quote(cells.name)} looks like numbers with units or thousands marks; the first is {quote(value)} "
            f"on line {line}. Write plain numbers in the file, such as 1234.5, to use it as a number."
        )
        return [warning("decorated", message, cells.name)]
    return []


def _in_dress(cells: Cells, dress: Dress) -> dict[str, Any]:
    """A warning where all cells are numbers with the same beside them: a person may have them read without it."""
    line, first = cells.first(np.ones(len(cells.values), np.bool_))
    number = number_text(dress.number(first) or 0.0)
    message = (
        f"Column {quote(cells.name)} holds numbers with {quote(dress.words)}, such as {quote(first)} on line {line}. "
        f"Choose number as its kind to read them without it: {quote(first)} as {number}."
    )
    return warning("decorated", message, cells.name, mark=dress.words, cells=cells.present)


def _looks_like_dates(cells: Cells) -> bool:
    first = next(iter(cells.counts))
    maybe = parse_date(first) is not None or parse_date(first, day_first=False) is not None
    return maybe and parse_dates(cells.counts) is not None


def _is_unique(cells: Cells) -> bool:
    """A different value in every row, none missing."""
    return len(cells.counts) == cells.rows


def names_an_id(name: str) -> bool:
    """Whether a name says that the column holds identifiers: "id", "order_no", "userKey", "studyid"."""
    return any(pattern.fullmatch(name) for pattern in (ID_NAME, ID_CAMEL)) or is_marked(name)


def _counts_up(cells: Cells, numbers: Numbers) -> bool:
    """Row by row one more than the row before, none missing."""
    return bool(np.all(np.diff(numbers[cells.codes]) == 1))
