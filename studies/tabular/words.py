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
        words = words if isinstance(words, list) else list(words)
        ends = np.fromiter(map(len, words), np.int32, len(words))
        ends += 1
        np.cumsum(ends, out=ends)
        ends -= 1
        # Block by block: to join them, Python takes ten times as much as the pointers for a while.
        blocks = (words[first : first + AT_ONCE] for first in range(0, len(words), AT_ONCE))
        return cls(b"".join(_JOINT.join([*block, b""]) for block in blocks), ends)

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            places = range(*index.indices(len(self)))
            return self._run(places.start, places.stop) if places.step == 1 else [self[place] for place in places]
        place = range(len(self))[index]
        return self.text[self.begin(place) : self.ends[place]].decode()

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), AT_ONCE):
            yield from self._run(first, min(first + AT_ONCE, len(self)))

    def at(self, places: Places | NDArray[np.int64]) -> Iterator[str]:
        """The words at these places, which rise."""
        if len(places) == len(self):
            yield from self
            return
        for first in range(0, len(places), AT_ONCE):
            yield from map(self.__getitem__, places[first : first + AT_ONCE].tolist())

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
        order = np.fromiter(sorted(range(len(words)), key=words.__getitem__), np.int32, len(words))
        places = np.empty(len(words), np.int32)
        places[order] = np.arange(len(words), dtype=np.int32)
        return Words.of([words[place] for place in order]), places

    def _run(self, first: int, last: int) -> list[str]:
        """The words from one place to before another."""
        if first >= last:
            return []
        return self.text[self.begin(first) : self.ends[last - 1]].decode().split(JOINT)

    def begin(self, place: int) -> int:
        return int(self.ends[place - 1]) + 1 if place else 0

    def _cut(self) -> list[bytes]:
        return self.text.split(_JOINT)[:-1]


_JOINT = JOINT.encode()


def words_of(words: Sequence[str]) -> Words:
    return words if isinstance(words, Words) else Words.of(map(str.encode, words))


def only_words(words: Sequence[str], wanted: Mask) -> Sequence[str]:
    """Those that are true in `wanted` (m,)."""
    return words.only(wanted) if isinstance(words, Words) else tuple(compress(words, wanted))
