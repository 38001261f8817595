"""What a number is: ASCII digits, one decimal mark, an exponent. Python's float() takes far more than people mean."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from studies.tabular.words import Words

Mark = str  # "." or ","

NUMBER = {
    ".": re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"),
    ",": re.compile(r"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?"),
}
INTEGER = re.compile(r"[+-]?[0-9]+")
LEADING_ZERO = re.compile(r"[+-]?0[0-9]+")
# A number dressed up: "$1,234.50", "12 %", "−5", "1’000 €".
DECORATED = re.compile(r"[^\w.,]{0,3}[0-9][0-9.,'\u2019\s]*[^\w.,]{0,3}")
EXACT = 2.0**53  # above this, float64 no longer holds every integer
AT_ONCE = 32_768  # words
# As many digits are below EXACT, and the power of ten that they are divided by is exact as well: so is the rounding.
DIGITS = 15
WIDEST = DIGITS + 2  # a sign and a mark beside them
ONE_BY_ONE = 64  # so few words are not worth the arrays


def parse_number(text: str, mark: Mark) -> float | None:
    """The finite number that `text` spells with this decimal mark; None for anything else ("1_000", "inf", "1e400")."""
    if NUMBER[mark].fullmatch(text) is None:
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def parse_numbers(words: Words, mark: Mark) -> NDArray[np.float64]:
    """(m,) what `parse_number` says of each word, NaN where that is None."""
    found, is_left = np.full(len(words), np.nan), np.ones(len(words), np.bool_)
    if len(words) > ONE_BY_ONE:
        text = np.frombuffer(words.text, np.uint8)
        for first in range(0, len(words), AT_ONCE):
            block = slice(first, first + AT_ONCE)
            ends = words.ends[block].astype(np.int64)
            begins = np.append(words.begin(first), ends[:-1] + 1)
            found[block], is_left[block] = _plain_numbers(text, begins, ends - begins, mark)
    left = np.flatnonzero(is_left)
    for index, word in enumerate(words.at(left)):
        number = parse_number(word, mark)
        if number is not None:
            found[left[index]] = number
    return found


def _plain_numbers(
    text: NDArray[np.uint8], begins: NDArray[np.int64], lengths: NDArray[np.int64], mark: Mark
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The numbers among words of `text` that are at most 15 digits with or without a sign and a mark; the others NaN,
    and true in the second array where they may be numbers all the same.

    Digits are gathered into a whole number and divided by a power of ten. Both are exact, so that the quotient is
    what float() says, to the last bit (Clinger 1990, the fast path of all parsers).
    """
    whole, after = np.zeros(len(begins), np.int64), np.zeros(len(begins), np.int64)
    digits, marks = np.zeros(len(begins), np.int8), np.zeros(len(begins), np.int8)
    is_negative = text[begins] == ord("-")
    plain, maybe = lengths <= WIDEST, lengths > 0
    may_be_signed = maybe
    for place in range(min(WIDEST, int(lengths.max(initial=0)))):
        there = place < lengths
        byte = text[np.minimum(begins + place, len(text) - 1)]
        digit = byte - np.uint8(ord("0"))  # wraps around: what is no digit is above 9
        is_digit, is_mark = there & (digit <= 9), there & (byte == ord(mark))
        is_sign = may_be_signed & ((byte == ord("-")) | (byte == ord("+")))
        may_be_signed = (byte == ord("e")) | (byte == ord("E"))
        whole = np.where(is_digit, 10 * whole + digit, whole)
        after += is_digit & (marks > 0)
        digits += is_digit
        marks += is_mark
        fits = is_digit | is_mark | ~there
        plain &= fits | (is_sign if place == 0 else False)
        maybe &= fits | is_sign | may_be_signed
    plain &= (digits > 0) & (digits <= DIGITS) & (marks <= 1)
    values = np.where(plain, whole, np.nan) / 10.0 ** np.minimum(after, DIGITS)
    return np.where(is_negative & plain, -values, values), maybe & ~plain
