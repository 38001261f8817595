"""Typed text as the plain values of a spec; what is no number stays text, for the engine to refuse by name."""

import math
import re

from studies.search import Plain

WHOLE = re.compile(r"[+-]?[0-9]{1,400}")
NUMBER = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,5})?")
ZEROS = re.compile(r"(?<=e)([+-])0+")  # Python writes 1e-08
EXACT = 2**53


def plain_number(text: str) -> int | float | str:
    """12, 0.5 or 1e-3; people paste the true minus sign as well."""
    text = text.strip().replace("−", "-")
    if WHOLE.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def plain_whole(text: str) -> int | float | str:
    """As plain_number, where 1e3 and 20.0 mean whole numbers."""
    number = plain_number(text)
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < EXACT else number


def as_typed(value: Plain) -> str:
    """A value as a person would type it: 0.5, 10000, sqrt; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else ZEROS.sub(r"\1", repr(value))
    return str(value)
