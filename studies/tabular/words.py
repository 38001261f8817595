"""Many different words in few bytes: one text of UTF-8, cut where somebody looks."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import compress, islice
from typing import overload

import numpy as np
from numpy.typing import NDArray

# Files with NUL bytes are refused, so no cell holds one: it parts cells from each other.
JOINT = "\0"
AT_ONCE = 4_096  # words
HEAD = 64  # bytes of a word by which it is sorted first
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
        text, ends = BytesIO(), array("i")
        words = iter(words)
        while block := list(islice(words, AT_ONCE)):  # all at once Python would take ten times the pointers
            ends.extend(map(len, block))
            text.write(_JOINT.join([*block, b""]))
        return cls(
            text.getvalue(), np.cumsum(np.frombuffer(ends, np.int32) + np.int32(1), dtype=np.int32) - np.int32(1)
        )

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
        if 8 * len(places) > len(self):
            wanted = np.zeros(len(self), np.bool_)
            wanted[places] = True
            yield from compress(self, wanted)
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
        if wanted.all():
            return self
        lengths = np.diff(self.ends, prepend=np.int32(-1))[wanted]
        edges = np.flatnonzero(np.diff(wanted, prepend=False, append=False))
        text, view = BytesIO(), memoryview(self.text)
        for first, last in edges.reshape(-1, 2).tolist():  # runs of them
            text.write(view[self.begin(first) : self.begin(last)])
        return Words(text.getvalue(), _ends(lengths))

    def in_order(self) -> tuple["Words", Places]:
        """The words sorted by code points, and (m,) the place of each one there."""
        heads = [word[:HEAD] for word in self._bytes()]
        order = sorted(range(len(heads)), key=heads.__getitem__)
        is_cut = len(self) > 0 and int(np.diff(self.ends, prepend=np.int32(-1)).max()) > HEAD
        if is_cut:  # to have all of each at hand would double the memory of long texts
            self._sort_ties(order, heads)
        places = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        return Words.of(map(self._word if is_cut else heads.__getitem__, order)), places

    def _sort_ties(self, order: list[int], heads: list[bytes]) -> None:
        """Puts words that begin alike in order."""
        first = 0
        while first < len(order):
            last = first + 1
            if len(head := heads[order[first]]) == HEAD:
                while last < len(order) and heads[order[last]] == head:
                    last += 1
                order[first:last] = sorted(order[first:last], key=self._word)
            first = last

    def _word(self, place: int) -> bytes:
        return self.text[self.begin(place) : self.ends[place]]

    def _bytes(self) -> Iterator[bytes]:
        for first in range(0, len(self), AT_ONCE):
            last = min(first + AT_ONCE, len(self))
            yield from self.text[self.begin(first) : self.ends[last - 1]].split(_JOINT)

    def _run(self, first: int, last: int) -> list[str]:
        """The words from one place to before another."""
        if first >= last:
            return []
        return self.text[self.begin(first) : self.ends[last - 1]].decode().split(JOINT)

    def begin(self, place: int) -> int:
        return int(self.ends[place - 1]) + 1 if place else 0


_JOINT = JOINT.encode()


def _ends(lengths: Places) -> Places:
    """Where words of these lengths end, their joints counted in."""
    return np.cumsum(lengths, dtype=np.int32) - np.int32(1)


def words_of(words: Sequence[str]) -> Words:
    return words if isinstance(words, Words) else Words.of(map(str.encode, words))


def only_words(words: Sequence[str], wanted: Mask) -> Sequence[str]:
    """Those that are true in `wanted` (m,)."""
    return words.only(wanted) if isinstance(words, Words) else tuple(compress(words, wanted))
