"""Helping a person who mistyped a name."""

import difflib
from collections.abc import Iterable


def suggestion(name: object, known: Iterable[str]) -> str:
    """What to add to "there is no such name": the nearest known name, or all of them."""
    names = list(known)
    nearest = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
    if nearest:
        return f"Did you mean {nearest[0]!r}?"
    return f"Known: {', '.join(names)}." if names else "There are none."
