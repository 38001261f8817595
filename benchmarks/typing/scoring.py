"""Guesses held against labels, column by column."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.typing.tables import Rows
from studies.tabular import read_table

RESAMPLES = 4000
Labels = Mapping[str, Sequence[str]]  # "integer|category feature|time" -> columns


@dataclass(frozen=True)
class Judged:
    """One column: what was guessed, and what a person would say."""

    table: str
    column: str
    kind: str
    role: str
    kinds: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def kind_right(self) -> bool:
        return self.kind in self.kinds

    @property
    def role_right(self) -> bool:
        return self.role in self.roles

    @property
    def miss(self) -> dict[str, str]:
        """What is wrong, in words for a list."""
        kind = "" if self.kind_right else f"{self.kind}, not {' or '.join(self.kinds)}"
        role = "" if self.role_right else f"{self.role}, not {' or '.join(self.roles)}"
        return {"table": self.table, "column": self.column, "kind": kind, "role": role}


def judge(table: str, rows: Rows, labels: Labels) -> Iterator[Judged]:
    """Each labelled column. Where the labels name no target, the column that is suggested as one counts as a feature:
    what to predict is for a person to say."""
    guessed = {column.name: column for column in _read(rows)}
    told = any("target" in label.split()[1].split("|") for label in labels)
    for label, columns in labels.items():
        kinds, roles = (tuple(words.split("|")) for words in label.split())
        for name in columns:
            column = guessed[name.strip()]
            role = "feature" if column.role == "target" and not told else column.role
            yield Judged(table, name, column.kind, role, kinds, roles)


def share(judged: Sequence[Judged], right: Sequence[bool]) -> str:
    """The share of the columns that are right, with a 95 % interval by a bootstrap over tables."""
    tables = list(dict.fromkeys(one.table for one in judged))
    place = {table: number for number, table in enumerate(tables)}
    index = [place[one.table] for one in judged]
    good, all_of_it = np.bincount(index, right), np.bincount(index)
    drawn = np.random.default_rng(0).integers(len(tables), size=(RESAMPLES, len(tables)))
    low, high = np.quantile(good[drawn].sum(1) / all_of_it[drawn].sum(1), [0.025, 0.975])
    return f"{np.mean(right):.1%} [{low:.1%}, {high:.1%}]"


def _read(rows: Rows) -> tuple:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return read_table(path, separator=",").columns
