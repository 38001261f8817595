"""The one error of this package's data, how it quotes what it was given, and which numbers it takes."""

import math
import reprlib

_quoting = reprlib.Repr()
_quoting.maxstring = _quoting.maxother = _quoting.maxlong = 80


class SpaceError(ValueError):
    """A space or a configuration that cannot be used; `parameter` names the culprit, or is None for the whole."""

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


def quote(value: object) -> str:
    """The value as a person would type it, cut short; Python refuses to print integers of thousands of digits."""
    try:
        return _quoting.repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to print"


def check_count(name: str, value: object, low: int, high: int) -> None:
    """Raise ValueError unless the option is a whole number from low to high."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} is {quote(value)}; it must be a whole number from {low} to {high}")


def finite(value: object) -> float | None:
    """The number as a float; None where it is no number, not finite or too large for a float."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        real = float(value)
    except OverflowError:
        return None
    return real if math.isfinite(real) else None
