"""Reading typed values off an object that anybody may have written; what is wrong goes to the problems, by path."""

from collections.abc import Mapping, Sequence
from typing import Any

from studies.tabular.header import INVISIBLE

from .spec_errors import Problems, nearest, quote

MAX_SECONDS = 10.0**9


class Fields:
    """One object of a spec. Each reader gives the value, the default for null and missing, or None when it is wrong."""

    def __init__(self, values: Mapping[str, Any], known: Sequence[str], problems: Problems, prefix: str = "") -> None:
        self.values = values
        self.known = tuple(known)
        self.problems = problems
        self.prefix = prefix
        for key in values:
            if key not in self.known:
                name = key if isinstance(key, str) else quote(key)
                problems.add(self.path(name[:100]), f"There is no key {quote(key)} here. {nearest(key, self.known)}")

    def path(self, key: str) -> str:
        return f"{self.prefix}{key}"

    def raw(self, key: str) -> Any:
        return self.values.get(key)

    def is_given(self, key: str) -> bool:
        return self.values.get(key) is not None

    def wrong(self, key: str, sentence: str) -> None:
        self.problems.add(self.path(key), sentence)

    def part(self, key: str, known: Sequence[str]) -> "Fields":
        """The object inside; empty when it is missing, null or no object."""
        inner = self.raw(key)
        if inner is not None and not isinstance(inner, Mapping):
            self.wrong(key, f"{key} is {quote(inner)}; it must be an object with the keys {', '.join(known)}.")
        return Fields(inner if isinstance(inner, Mapping) else {}, known, self.problems, f"{self.path(key)}.")

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int | None:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.wrong(key, f"{key} is {quote(value)}; it must be a whole number from {low:,} to {high:,}.")
        return None

    def positive(self, key: str) -> float | None:
        """A finite number of seconds above 0."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MAX_SECONDS:
            return float(value)
        self.wrong(
            key,
            f"{key} is {quote(value)}; it must be a number of seconds above 0 (at most {MAX_SECONDS:,.0f}), "
            "or null for no limit.",
        )
        return None

    def text(self, key: str, longest: int) -> str | None:
        """A text of one line that is not blank, trimmed."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, f"{key} is {quote(value)}; it must be a text.")
            return None
        if len(value.strip()) > longest:
            self.wrong(key, f"{key} has {len(value.strip()):,} characters; there may be at most {longest}.")
            return None
        if INVISIBLE.search(value.strip()):
            self.wrong(key, f"{key} is {quote(value)}; it holds an invisible character. Type it anew.")
            return None
        return value.strip()

    def choice(self, key: str, choices: Sequence[str]) -> str | None:
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, str) and value in choices:
            return value
        self.wrong(key, f"{key} is {quote(value)}. {nearest(value, choices)}")
        return None

    def flag(self, key: str) -> bool | None:
        """True or false; missing and null are false."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.wrong(key, f"{key} is {quote(value)}; it must be true or false.")
        return None

    def off(self, key: str, what: str, allowed: Sequence[object]) -> None:
        """Only the values that mean off: what this would turn on is not there yet."""
        value = self.raw(key)
        if not any(value is word or (isinstance(value, str) and value == word) for word in (None, *allowed)):
            shown = ", ".join(quote(word) for word in allowed)
            self.wrong(key, f"{key} is {quote(value)}; {what} is not available yet, so it must be {shown} or null.")
