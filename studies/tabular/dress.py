"""Numbers in dress: "1,234 €", "$1,200.50", "12 %", "3.5 kg", "(1,200)". A column is read without its dress where all
of its cells wear the same one: "€" beside "$", or "%" beside nothing, are other numbers and not other spellings.

What may go: a currency before or after, "%" or "‰", a unit, marks between thousands (in groups of three), a minus of
typographers, and brackets around what is negative. "12 %" is 12.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studies.tabular.cells import Cells
from studies.tabular.numbers import Mark

# Those that are traded most, and how some are abbreviated.
CURRENCIES = {
    "USD", "EUR", "JPY", "GBP", "CNY", "AUD", "CAD", "CHF", "HKD", "SGD", "SEK", "KRW", "NOK", "NZD", "INR", "MXN",
    "TWD", "ZAR", "BRL", "DKK", "PLN", "THB", "ILS", "IDR", "CZK", "AED", "TRY", "HUF", "CLP", "SAR", "PHP", "MYR",
    "COP", "RUB", "RON", "PEN", "BHD", "BGN", "ARS", "ISK", "UAH", "VND", "EGP", "NGN", "PKR", "KES",
    "kr", "kr.", "Kr", "Kr.", "Fr", "Fr.", "SFr", "SFr.", "Rs", "Rs.", "RM", "Rp", "zł", "Kč", "Ft", "lei", "лв", "грн",
}  # fmt: skip
LONGEST_CURRENCY = 4
SURELY_FINITE = 300  # digits
SAMPLE = 10_000  # different values that tell what most cells of a column wear where they are not alike
UNIT = re.compile(r"[%‰]|[^\W\d_]\.?|[^\W\d_°][^\d,()+\-]{0,13}[^\d\s,()+\-]|°[^\W\d_]?")
CELL = re.compile(
    r"(?P<open>\()?[+-]?\s?(?P<before>[^\d\s.,'’()+-][^\d\s,'’()+-]{0,3})?\s?[+-]?"
    r"(?P<digits>[.,]?[0-9](?:[0-9.,'’ ]*[0-9])?[.,]?(?:[eE][+-]?[0-9]+)?)\s?(?P<after>[^\d\s.,'’()+-][^\d()]*)?\)?"
)
BLANKS = re.compile("[\u00a0\u2007\u2009\u202f]")
BETWEEN = (".", ",", "’", "'", " ")  # marks between thousands
MINUS = "\u2212"


@dataclass(frozen=True)
class Dress:
    """What every cell of a column has beside its number: a currency before, a currency, per cent or a unit after, and
    the mark between thousands. `mark` is the decimal mark."""

    before: str = ""
    after: str = ""
    thousands: str = ""
    mark: Mark = "."

    @property
    def words(self) -> str:
        """The sign that tells what it is, for a sentence."""
        return " ".join(filter(None, (self.before, self.after))) or self.thousands or MINUS

    def number(self, cell: str) -> float | None:
        """What the cell says; None where it is no finite number in this dress."""
        text = undress(cell, self.before, self.after, self.thousands, self.mark)
        value = float("inf") if text is None else float(text)
        return value if abs(value) < float("inf") else None


def digits_between(thousands: str, mark: str) -> str:
    """The pattern of a number without sign."""
    groups = f"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|" if thousands else ""
    point = re.escape(mark)
    return f"(?:(?:{groups}[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"


def undress(cell: str, before: str, after: str, thousands: str, mark: str) -> str | None:
    """A number as Python writes it, of a cell that has exactly this beside it; None for any other cell."""
    text = re.sub("[\u00a0\u2007\u2009\u202f]", " ", cell.replace("\u2212", "-")).strip()
    in_brackets = text[:1] == "(" and text[-1:] == ")"
    if in_brackets:
        text = text[1:-1].strip()
    digits = digits_between(thousands, mark)
    found = re.fullmatch(f"([+-]?) ?{re.escape(before)} ?([+-]?)({digits}) ?{re.escape(after)}", text)
    if found is None or len(found[1]) + len(found[2]) + in_brackets > 1:
        return None
    number = found[3].replace(thousands, "") if thousands else found[3]
    return ("-" if in_brackets else found[1] or found[2]) + number.replace(mark, ".")


def numbers_of(
    cells: Cells, mark: Mark, marks: Sequence[Mark] = (".", ",")
) -> tuple[NDArray[np.float64], Dress | None]:
    """(m,) the number that each value of a column says, NaN where it says none, and the dress that they were read
    without: None where plain numbers with this decimal mark are all of them, or more than those in any dress.

    `marks`: those that may be the decimal marks of numbers in dress, the usual one first.
    """
    plain = cells.numbers(mark)
    if not np.isnan(plain).any():
        return plain, None
    first = zip(cells.values[:SAMPLE], cells.times[:SAMPLE].tolist(), strict=True)
    dress = same_dress(cells.values, marks) or usual_dress(first, marks)
    if dress is None:
        return plain, None
    said = (dress.number(value) for value in cells.values)
    numbers = np.fromiter((np.nan if number is None else number for number in said), np.float64, len(cells.values))
    more = cells.times[~np.isnan(numbers)].sum() > cells.times[~np.isnan(plain)].sum()
    return (numbers, dress) if more else (plain, None)


def same_dress(values: Iterable[str], marks: Sequence[Mark]) -> Dress | None:
    """The dress that all values wear, of which there is one at least; None where there is none. Texts are given up at
    the first one. `marks`: the decimal marks that may be meant, the usual one first."""
    beside: tuple[str, str] | None = None
    digits = []
    for value in values:
        found = _parted(value)
        if found is None or (beside is not None and found[:2] != beside):
            return None
        beside = found[:2]
        digits.append(found[2])
    if beside is None:
        return None
    return next((dress for dress in _dresses(beside, marks) if all(map(_fits(dress), digits))), None)


def usual_dress(counts: Iterable[tuple[str, int]], marks: Sequence[Mark]) -> Dress | None:
    """The dress of most cells, by values and how many cells have each; None where none looks like a number."""
    digits: dict[tuple[str, str], list[tuple[str, int]]] = {}
    cells: Counter[tuple[str, str]] = Counter()
    for value, times in counts:
        found = _parted(value)
        if found is not None:
            digits.setdefault(found[:2], []).append((found[2], times))
            cells[found[:2]] += times
    if not cells:
        return None
    beside = cells.most_common(1)[0][0]

    def fitting(dress: Dress) -> int:
        fits = _fits(dress)
        return sum(times for text, times in digits[beside] if fits(text))

    return max(_dresses(beside, marks), key=fitting)  # the first of equal ones


def _parted(value: str) -> tuple[str, str, str] | None:
    """What stands before and after the digits of a cell, and the digits; None for what is no number in dress."""
    plain = value if value.isascii() else BLANKS.sub(" ", value.replace(MINUS, "-"))
    found = CELL.fullmatch(plain)
    if found is None:
        return None
    before, after = found["before"] or "", (found["after"] or "").rstrip()
    if (before and not _is_currency(before)) or (after and not (_is_currency(after) or UNIT.fullmatch(after))):
        return None
    return before, after, found["digits"].strip()


def _dresses(beside: tuple[str, str], marks: Sequence[Mark]) -> list[Dress]:
    """All that may be meant: the usual decimal mark first, and none between thousands before any."""
    return [Dress(*beside, thousands, mark) for mark in marks for thousands in ("", *BETWEEN) if thousands != mark]


def _fits(dress: Dress) -> Callable[[str], bool]:
    """Whether digits that stand alone are a number with these marks."""
    pattern = re.compile(digits_between(dress.thousands, dress.mark))
    bare = Dress("", "", dress.thousands, dress.mark)

    def fits(digits: str) -> bool:
        # Only a long one, or one with an exponent, can be beyond all floats.
        is_short = len(digits) < SURELY_FINITE and "e" not in digits.lower()
        return pattern.fullmatch(digits) is not None and (is_short or bare.number(digits) is not None)

    return fits


@cache
def _is_currency(text: str) -> bool:
    has_sign = any(unicodedata.category(sign) == "Sc" for sign in text)
    return text in CURRENCIES or (has_sign and len(text) <= LONGEST_CURRENCY)
