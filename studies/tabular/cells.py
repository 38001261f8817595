"""One column as the file has it: its distinct cells, cleaned, and which of them each row has."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

# Compared without regard to case.
MISSING_WORDS = frozenset(["", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "nil", "none"])
MISSING_WORDS |= {"?", ".", "-", "--", "---"}


@dataclass(frozen=True, eq=False)
class Cells:
    """A column of n rows by its m distinct cells: a million rows of few words cost their codes.

    words: the distinct cells as the file has them. values: what each says: stripped, normal form C, "" where missing.
    codes: (n,) int32, the word of each row. lines: (n,) int64, the line of the file on which each row starts. `counts`
    and `missing` count the values and the words that were read as missing.
    """

    name: str
    words: list[str]
    values: list[str]
    codes: NDArray[np.int32]
    lines: NDArray[np.int64]
    counts: dict[str, int]
    missing: dict[str, int]

    @property
    def rows(self) -> int:
        return len(self.codes)

    @property
    def present(self) -> int:
        """How many cells hold a value."""
        return self.rows - sum(self.missing.values())

    def head(self, rows: int) -> list[str]:
        """The first cells as they stand in the file."""
        return [self.words[code] for code in self.codes[:rows].tolist()]

    def first(self, bad: Iterable[str]) -> tuple[int, str]:
        """Line and value of the first cell whose clean value is among `bad` (not empty)."""
        wanted = frozenset(bad)
        is_bad = np.array([value in wanted for value in self.values])
        row = int(is_bad[self.codes].argmax())
        return int(self.lines[row]), self.values[self.codes[row]]

    def only(self, rows: NDArray[np.bool_]) -> "Cells":
        """The same column with the rows that are true in `rows` (n,) alone; what counts as missing stays."""
        codes = self.codes[rows]
        counts, missing = _counted(self.words, self.values, codes)
        return Cells(self.name, self.words, self.values, codes, self.lines[rows], counts, missing)


def clean_cells(
    name: str, raw: Iterable[str], lines: Sequence[int], missing_words: frozenset[str] = MISSING_WORDS
) -> Cells:
    """The column with its distinct values cleaned and counted; `missing_words` are compared without regard to case.

    `raw` are its n cells, row by row.
    """
    code: defaultdict[str, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(code.__getitem__, raw), np.int32, len(lines))
    words = list(code)
    if "+" in code:
        # A column of plus and minus: there, "-" is a value.
        missing_words = missing_words - {"-"}
    del code
    values = [_clean(word, missing_words) for word in words]
    counts, missing = _counted(words, values, codes)
    return Cells(name, words, values, codes, np.asarray(lines, np.int64), counts, missing)


def _clean(word: str, missing_words: frozenset[str]) -> str:
    value = _plain(word)
    return "" if value.casefold() in missing_words else value


def _plain(word: str) -> str:
    word = word.strip()
    return word if word.isascii() else unicodedata.normalize("NFC", word)


def _counted(words: list[str], values: list[str], codes: NDArray[np.int32]) -> tuple[dict[str, int], dict[str, int]]:
    """How often each value comes, and each word that is missing."""
    counts: dict[str, int] = {}
    missing: dict[str, int] = {}
    for word, value, times in zip(words, values, np.bincount(codes, minlength=len(words)).tolist(), strict=True):
        if times:
            where, key = (counts, value) if value else (missing, _plain(word))
            where[key] = where.get(key, 0) + times
    return counts, missing
