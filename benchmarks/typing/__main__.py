"""Kinds and roles that are guessed right, on labelled tables that packages ship; lists the misses.

`development` is what the guesses were made on; the test sets were drawn by rule and labelled by their documentation
before any of it was guessed. Exit code 0 also when a bar is missed, unless --strict.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.optimisers.environments import NotInstalledError
from benchmarks.room.options import parser
from benchmarks.room.report import Report
from benchmarks.typing.scoring import Judged, judge, share
from benchmarks.typing.tables import DRAWS, drawn, rows_of

LABELS = json.loads(Path(__file__).with_name("labels.json").read_text(encoding="utf-8"))
QUICK = "development"
BAR = 0.9


def main() -> int:
    options = arguments()
    chosen = [QUICK] if options.quick else options.sets.split(",")
    for name in chosen:
        if name not in LABELS:
            sys.exit(f"{name!r} is not known here; there are {', '.join(LABELS)}.")
    report = Report("typing", {"sets": chosen, "draws": DRAWS}, ("numpy", "scikit-learn", "plotly"))
    try:
        found = {name: scored(name) for name in chosen}
    except NotInstalledError as error:
        sys.exit(f"The packages that ship the tables cannot be installed: {error}")
    report.table("Guessed right, 95 % by a bootstrap over tables", [figures(*item) for item in found.items()])
    for name, judged in found.items():
        misses = [one.miss for one in judged if not (one.kind_right and one.role_right)]
        report.table(f"Misses, {name}", misses)
        if name in DRAWS:
            met = {what: sum(right) / len(right) for what, right in rights(judged).items() if what != "both"}
            told = ", ".join(f"{what} {value:.1%}" for what, value in met.items())
            report.verdict(f"{name}: columns right", f">= {BAR:.0%}", told, min(met.values()) >= BAR)
    report.raw = {name: [vars(one) for one in judged] for name, judged in found.items()}
    return 1 if not report.close() and options.strict else 0


def arguments() -> argparse.Namespace:
    options = parser("typing", __doc__, database=False)
    options.add_argument("--sets", default=",".join(LABELS), help=f"some of {', '.join(LABELS)} (all)")
    return options.parse_args()


def scored(name: str) -> list[Judged]:
    """Every labelled column of a set. ValueError where the labels are not of the tables that the rule draws."""
    labels = LABELS[name]
    if name in DRAWS and (wrong := set(drawn(name, LABELS[QUICK])) ^ set(labels)):
        raise ValueError(f"{name}: not labelled as drawn: {sorted(wrong)}")
    return [one for table, columns in labels.items() for one in judge(table, rows_of(table), columns)]


def figures(name: str, judged: list[Judged]) -> dict:
    tables = len({one.table for one in judged})
    shares = {what: share(judged, right) for what, right in rights(judged).items()}
    return {"set": name, "tables": tables, "columns": len(judged)} | shares


def rights(judged: list[Judged]) -> dict[str, list[bool]]:
    """(columns,) whether the kind, the role and both are right."""
    kind, role = [one.kind_right for one in judged], [one.role_right for one in judged]
    return {"kind": kind, "role": role, "both": [a and b for a, b in zip(kind, role, strict=True)]}


if __name__ == "__main__":
    sys.exit(main())
