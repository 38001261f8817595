"""Where the configurations of a history lie, told once: at every ask the history is read whole."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .parameters import Array, Plain

MAX_KNOWN = 20_000

Key = tuple[tuple[str, bool, Plain], ...]


class Place(NamedTuple):
    """A point (d,) of the unit cube, and what tells its configuration apart; None for one moved into the space."""

    point: Array
    identity: Key | None


class Places:
    """The answers of `locate`, the last MAX_KNOWN of them kept."""

    def __init__(self, locate: Callable[[Mapping[str, object]], Place | None]) -> None:
        self._locate = locate
        self._known: dict[tuple[object, ...], Place | None] = {}

    def of(self, config: Mapping[str, object]) -> Place | None:
        key = (*config.items(), *map(type, config.values()))  # types, because 1, 1.0 and True are equal
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            found = self._known[key] = self._locate(config)
            return found
        except TypeError:  # a list, say: no value of any parameter
            return self._locate(config)
