"""What is wrong with a spec, all of it at once: field path -> sentences."""

import difflib
import reprlib
from collections.abc import Iterable

_quoting = reprlib.Repr()
_quoting.maxstring = _quoting.maxother = 60
_quoting.maxlong, _quoting.maxlevel, _quoting.maxdict, _quoting.maxlist = 40, 2, 3, 3


class SpecError(ValueError):
    """A spec that cannot become a study; `errors` maps a field's path ("budget.trials", "space.C") to its sentences."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(" ".join(sentence for sentences in errors.values() for sentence in sentences))


class Problems:
    """Collects the sentences while a spec is examined, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def add(self, path: str, sentence: str) -> None:
        self.errors.setdefault(path, []).append(sentence)

    def __contains__(self, path: str) -> bool:
        return path in self.errors

    def __bool__(self) -> bool:
        return bool(self.errors)


def quote(value: object) -> str:
    """The value as JSON would show it, cut short; Python refuses to print integers of thousands of digits."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    try:
        return _quoting.repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to print"


def nearest(name: object, known: Iterable[str]) -> str:
    """What to add to "there is no such name": the nearest known one, else all of them."""
    names = list(known)
    by_lower = {known_name.lower(): known_name for known_name in names}
    close = difflib.get_close_matches(str(name)[:100].lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{by_lower[close[0]]}"?'
    return f"There are: {', '.join(names)}." if names else "There are none."


def counted(number: int, noun: str) -> str:
    """1 fold, 2 folds, 1,000 folds."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
