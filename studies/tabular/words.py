"""Many different words in few bytes: one text of UTF-8, cut where somebody looks."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import overload

import numpy as np
from numpy.typing import NDArray

# Files with NUL bytes are refused, so no cell holds one: it parts cells from each other.
JOINT = "\0"
AT_ONCE = 4_096  # words
Places = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Words(Sequence[str]):
    """m words without JOINT in them. As str objects a million short ones take 60 MB, and a text with one sign out of
    the common range two or four times its bytes."""

    def __init__(self, text: bytes, ends: Places) -> None:
        """text: the words as UTF-8, each followed by JOINT. ends: (m,) where each JOINT is."""
        self.text, self.ends = text, ends

    @classmethod
    def of(cls, words: Iterable[bytes]) -> "Words":
        words = list(words)
        ends = np.fromiter(map(len, words), np.int32, len(words))
        # Each word after the first begins one byte, the joint's, later.
        return cls(_JOINT.join([*words, b""]), np.cumsum(ends + 1, dtype=np.int32) - 1)

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self.text[self._begin(place) : self.ends[place]].decode()

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), AT_ONCE):
            yield from (
                self.text[self._begin(first) : self.ends[min(first + AT_ONCE, len(self)) - 1]].decode().split(JOINT)
            )

    def at(self, places: Places | NDArray[np.int64]) -> Iterator[str]:
        """The words at these places, which rise."""
        if len(places) == len(self):
            yield from self
        else:
            yield from map(self.__getitem__, places.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Words({list(self)!r})"

    def only(self, wanted: Mask) -> "Words":
        """Those that are true in `wanted` (m,)."""
        return self if wanted.all() else Words.of(compress(self._cut(), wanted))

    def in_order(self) -> tuple["Words", Places]:
        """The words sorted by code points, and (m,) the place of each one there."""
        words = self._cut()
        order = sorted(range(len(words)), key=words.__getitem__)
        places = np.empty(len(words), np.int32)
        places[order] = np.arange(len(words), dtype=np.int32)
        return Words.of(map(words.__getitem__, order)), places

    def _begin(self, place: int) -> int:
        return int(self.ends[place - 1]) + 1 if place else 0

    def _cut(self) -> list[bytes]:
        return self.text.split(_JOINT)[:-1]


_JOINT = JOINT.encode()


def only_words(words: Sequence[str], wanted: Mask) -> Sequence[str]:
    """Those that are true in `wanted` (m,)."""
    return words.only(wanted) if isinstance(words, Words) else tuple(compress(words, wanted))
