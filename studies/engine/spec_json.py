"""JSON as strangers write it: what Python's reader lets through and no JSON has is refused in a sentence.

Python takes NaN, turns 1e999 into infinity, keeps the last of two equal keys, and stops with errors of its own at
integers of thousands of digits and at deep nesting.
"""

import json
import math
from typing import Any, NoReturn

from .spec_errors import quote

MAX_DEPTH = 20
MAX_DIGITS = 400


class JSONError(ValueError):
    """The text is not JSON that we take; the sentence says why and, where it can, where."""


def load_json(body: bytes) -> Any:
    """The value that a request's body holds."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JSONError(f"The body is not UTF-8 text: byte {error.start + 1} cannot be read.") from error
    if not text.strip():
        raise JSONError("The body is empty; it must hold a JSON object.")
    try:
        value = json.loads(
            text, parse_constant=_constant, parse_float=_float, parse_int=_integer, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise JSONError(f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise JSONError(f"The body is nested too deeply; at most {MAX_DEPTH} levels are taken.") from error
    check_plain(value)
    return value


def load_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a request's body holds."""
    value = load_json(body)
    if not isinstance(value, dict):
        raise JSONError(f"The body is {quote(value)}; it must be a JSON object.")
    return value


def check_plain(value: object, depth: int = 0) -> None:
    """Raise JSONError unless every number is finite, every text can be stored, and nothing nests too deeply."""
    if depth > MAX_DEPTH:
        raise JSONError(f"The body is nested too deeply; at most {MAX_DEPTH} levels are taken.")
    if isinstance(value, dict):
        for key, entry in value.items():
            check_plain(key, depth + 1)
            check_plain(entry, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in value:
            check_plain(entry, depth + 1)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise JSONError(f"{value} is not a number of JSON; every number must be finite.")


def _check_text(text: str) -> None:
    """No database keeps a NUL or half of a surrogate pair."""
    if "\x00" in text:
        raise JSONError(f"The text {quote(text)} holds a NUL character; leave it out.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise JSONError(f"The text {quote(text)} holds half a character (a lone surrogate); leave it out.") from error


def _constant(word: str) -> NoReturn:
    raise JSONError(f"{word} is not a number of JSON; every number must be finite.")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise JSONError(f"{digits[:40]} is too large for a number; every number must be finite.")
    return number


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise JSONError(f"A whole number has {len(digits):,} digits; that is too many.")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise JSONError(f"The key {quote(key)} is there twice; each may be given once.")
        found[key] = value
    return found
