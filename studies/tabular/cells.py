"""One column as the file has it: its cells, and its distinct values cleaned, which detection and conversion work on."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

# Compared without regard to case.
MISSING_WORDS = frozenset(["", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "nil", "none"])
MISSING_WORDS |= {"?", ".", "-", "--", "---"}


@dataclass(frozen=True, eq=False)
class Cells:
    """`clean` maps each distinct cell, as the file has it, to its value: stripped, normal form C, "" where missing.

    `counts` and `missing` count the values and the words that were read as missing; `lines` are the rows' lines.
    """

    name: str
    raw: list[str]
    lines: Sequence[int]
    clean: dict[str, str]
    counts: dict[str, int]
    missing: dict[str, int]

    @property
    def present(self) -> int:
        """How many cells hold a value."""
        return len(self.raw) - sum(self.missing.values())

    def first(self, bad: Iterable[str]) -> tuple[int, str]:
        """Line and value of the first cell whose clean value is among `bad` (not empty)."""
        wanted = frozenset(bad)
        return next(
            (line, self.clean[cell])
            for line, cell in zip(self.lines, self.raw, strict=True)
            if self.clean[cell] in wanted
        )

    def only(self, rows: Sequence[bool]) -> "Cells":
        """The same column with the rows that are true in `rows` (n,) alone; what counts as missing stays."""
        raw, lines = list(compress(self.raw, rows)), list(compress(self.lines, rows))
        counts: dict[str, int] = {}
        missing: dict[str, int] = {}
        for cell, count in Counter(raw).items():
            value, is_missing = self.clean[cell], not self.clean[cell]
            word = unicodedata.normalize("NFC", cell.strip()) if is_missing else value
            where = missing if is_missing else counts
            where[word] = where.get(word, 0) + count
        return Cells(self.name, raw, lines, self.clean, counts, missing)


def clean_cells(
    name: str, raw: list[str], lines: Sequence[int], missing_words: frozenset[str] = MISSING_WORDS
) -> Cells:
    """The column with its distinct values cleaned and counted; `missing_words` are compared without regard to case."""
    found = Counter(raw)
    if "+" in found:
        # A column of plus and minus: there, "-" is a value.
        missing_words = missing_words - {"-"}
    clean: dict[str, str] = {}
    counts: dict[str, int] = {}
    missing: dict[str, int] = {}
    for cell, count in found.items():
        value = cell.strip()
        if not value.isascii():
            value = unicodedata.normalize("NFC", value)
        if value.casefold() in missing_words:
            missing[value] = missing.get(value, 0) + count
            value = ""
        else:
            counts[value] = counts.get(value, 0) + count
        clean[cell] = value
    return Cells(name, raw, lines, clean, counts, missing)
