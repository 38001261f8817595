"""One column as the file has it: its different values, cleaned, and which of them each row has."""

import unicodedata
from collections import defaultdict
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from studies.tabular.numbers import Mark, parse_numbers
from studies.tabular.words import Mask, Words

# Compared without regard to case.
MISSING_WORDS = frozenset(["", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "nil", "none"])
MISSING_WORDS |= {"?", ".", "-", "--", "---"}


class Counts(Mapping[str, int]):
    """How often each value comes, in the order of their first rows. Iterating costs no memory; looking one up does."""

    def __init__(self, words: Words, times: NDArray[np.int64]) -> None:
        self.words, self.times = words, times

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __getitem__(self, value: str) -> int:
        return int(self.times[self._places[value]])

    def items(self) -> ItemsView[str, int]:
        return _Pairs(self)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {value: place for place, value in enumerate(self.words)}


class _Pairs(ItemsView[str, int]):
    _mapping: Counts

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self._mapping.words, map(int, self._mapping.times), strict=True)


@dataclass(frozen=True, eq=False)
class Cells:
    """A column of n rows by its m different values: a million rows of few words cost their codes.

    values: what cells say: stripped, normal form C. gone: the words that were read as missing, stripped. codes: (n,)
    int32, the value of each row, or from m on the word of `gone`. lines: (n,) the line of the file on which each row
    starts. times: how many rows have each value and then each word of `gone`.
    """

    name: str
    values: Words
    gone: tuple[str, ...]
    codes: NDArray[np.int32]
    lines: NDArray[np.integer]

    @property
    def rows(self) -> int:
        return len(self.codes)

    @cached_property
    def _times(self) -> NDArray[np.int64]:
        return np.bincount(self.codes, minlength=len(self.values) + len(self.gone))

    @property
    def times(self) -> NDArray[np.int64]:
        """(m,) how many rows have each value."""
        return self._times[: len(self.values)]

    @property
    def present(self) -> int:
        """How many cells hold a value."""
        return int(self.times.sum())

    @cached_property
    def counts(self) -> Counts:
        """How many rows have each value."""
        return Counts(self.values, self.times)

    @property
    def missing(self) -> dict[str, int]:
        """How many rows have each word that was read as missing."""
        return dict(zip(self.gone, self._times[len(self.values) :].tolist(), strict=True))

    def numbers(self, mark: Mark) -> NDArray[np.float64]:
        """(m,) the number that each value spells with this decimal mark, NaN where it spells none."""
        if mark not in self._numbers:
            self._numbers[mark] = parse_numbers(self.values, mark)
        return self._numbers[mark]

    @cached_property
    def _numbers(self) -> dict[Mark, NDArray[np.float64]]:
        return {}

    def first(self, bad: Mask) -> tuple[int, str]:
        """Line and value of the first cell whose value is true in `bad` (m,), which is so for one at least."""
        row = int(np.append(bad, np.zeros(len(self.gone), np.bool_))[self.codes].argmax())
        return int(self.lines[row]), self.values[int(self.codes[row])]

    def only(self, rows: Mask) -> "Cells":
        """The same column with the rows that are true in `rows` (n,) alone; what counts as missing stays."""
        codes = self.codes[rows]
        there = np.bincount(codes, minlength=len(self._times)) > 0
        code = np.cumsum(there, dtype=np.int32) - 1
        m = len(self.values)
        gone = tuple(word for word, is_there in zip(self.gone, there[m:], strict=True) if is_there)
        return Cells(self.name, self.values.only(there[:m]), gone, code[codes], self.lines[rows])


def clean_cells(
    name: str,
    raw: Iterable[bytes],
    lines: Sequence[int],
    missing_words: frozenset[str] = MISSING_WORDS,
    read_as: Mapping[str, str] | None = None,
) -> Cells:
    """The column with its different values cleaned and counted; `missing_words` are compared without regard to case.

    `raw` are its n cells as UTF-8, row by row. `read_as`: what some words of this column mean, "" for a missing value.
    """
    code: defaultdict[bytes, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(code.__getitem__, raw), np.int32, len(lines))
    words = list(code)
    if b"+" in code:
        # A column of plus and minus: there, "-" is a value.
        missing_words = missing_words - {"-"}
    del code
    values, gone, of_word = _cleaned(words, missing_words, read_as or {})
    return Cells(name, Words.of(values), tuple(gone), codes if of_word is None else of_word[codes], np.asarray(lines))


def _cleaned(
    words: list[bytes], missing_words: frozenset[str], read_as: Mapping[str, str]
) -> tuple[list[bytes], list[str], NDArray[np.int32] | None]:
    """The different values, the different words that are missing, and the place of each word in both, the values first;
    None where each word is a value as it stands."""
    longest = max(map(len, missing_words), default=0)
    gone: dict[str, list[int]] = {}
    changed: dict[int, bytes] = {}
    for place, word in enumerate(words):
        value = (text := word.decode()).strip()
        if not value.isascii():
            value = unicodedata.normalize("NFC", value)
        said, value = value, read_as.get(value, value) if read_as else value
        # Folding the case makes no text shorter.
        if len(value) <= longest and value.casefold() in missing_words:
            gone.setdefault(said, []).append(place)
        elif value is not text and value != text:
            changed[place] = value.encode()
    if not gone and not changed:
        return words, [], None
    is_gone = np.zeros(len(words), np.bool_)
    is_gone[[place for places in gone.values() for place in places]] = True
    of_word = np.empty(len(words), np.int32)
    if changed:
        # Two words may say the same, with blanks and without.
        code: dict[bytes, int] = {}
        for place in np.flatnonzero(~is_gone).tolist():
            of_word[place] = code.setdefault(changed.get(place, words[place]), len(code))
        values = list(code)
    else:
        values = [word for word, is_missing in zip(words, is_gone.tolist(), strict=True) if not is_missing]
        of_word[~is_gone] = np.arange(len(values))
    for number, places in enumerate(gone.values(), len(values)):
        of_word[places] = number
    return values, list(gone), of_word
