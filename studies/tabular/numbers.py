"""What a number is: ASCII digits, one decimal mark, an exponent. Python's float() takes far more than people mean."""

import math
import re

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


def parse_number(text: str, mark: Mark) -> float | None:
    """The finite number that `text` spells with this decimal mark; None for anything else ("1_000", "inf", "1e400")."""
    if NUMBER[mark].fullmatch(text) is None:
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None
