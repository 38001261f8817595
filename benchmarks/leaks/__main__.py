"""How often a column is accused of giving the target away: honest ones and leaks of known truth, and shipped tables.

None of it was seen when the bounds were chosen. Exit code 0 also when a bar is missed, unless --strict.
"""

import argparse
from collections import Counter

import numpy as np

from benchmarks.leaks.draws import HONEST, LEAKS, Draw
from benchmarks.leaks.shipped import Looked, look
from benchmarks.optimisers.environments import NotInstalledError
from benchmarks.room.options import parser
from benchmarks.room.report import Report
from studies.tabular.checking import judge_alone
from studies.tabular.checking.leaks import check_leaks

SEED, DRAWS, QUICK_DRAWS = 20261127, 200, 5
ROWS = (100, 300, 1_000, 3_000, 10_000)
Z = 1.96


def main() -> int:
    options = arguments()
    draws = QUICK_DRAWS if options.quick else DRAWS
    report = Report("leaks", {"seed": SEED, "draws": draws, "rows": ROWS}, ("numpy",))
    for title, features in (("Honest, accused", HONEST), ("Leaks, found", LEAKS)):
        counts = {name: [accused(name, draw, rows, draws) for rows in ROWS] for name, draw in features.items()}
        report.raw[title] = counts
        note = f"of {draws} draws each, 95 % intervals by Wilson"
        report.table(title, [row(name, found, draws) for name, found in counts.items()], note)
    if not options.quick:
        tell(report)
    return 1 if not report.close() and options.strict else 0


def arguments() -> argparse.Namespace:
    return parser("leaks", __doc__, database=False).parse_args()


def accused(name: str, draw: Draw, rows: int, draws: int) -> int:
    """How many of so many tables of this feature and its target are warned of."""
    count = 0
    for number in range(draws):
        rng = np.random.default_rng([SEED, *name.encode(), rows, number])
        feature, target = draw(rng, rows)
        columns = [feature, target]
        count += bool(check_leaks(columns, target, judge_alone(columns)))
    return count


def row(name: str, counts: list[int], draws: int) -> dict[str, str]:
    return {"feature": name} | {f"{rows:,}": share(found, draws) for rows, found in zip(ROWS, counts, strict=True)}


def share(count: int, of: int) -> str:
    """With Wilson's interval."""
    if not of:
        return "none"
    p, z2 = count / of, Z * Z
    middle, half = p + z2 / (2 * of), Z * (p * (1 - p) / of + z2 / (4 * of * of)) ** 0.5
    low, high = ((middle - half) / (1 + z2 / of), (middle + half) / (1 + z2 / of))
    return f"{p:.0%} [{max(low, 0):.0%}, {min(high, 1):.0%}]"


def tell(report: Report) -> None:
    """Add what shipped tables show."""
    try:
        looked: Looked = look()
    except NotInstalledError as error:
        print(f"The packages that ship the tables cannot be installed: {error}")
        return
    report.table("Accused in shipped tables", [vars(one) for one in looked.accused])
    said = Counter(one.verdict or "not looked at" for one in looked.accused)
    rows = [
        {"verdict": verdict, "columns": count, "share": share(count, len(looked.accused))}
        for verdict, count in said.items()
    ]
    note = f"{len(looked.accused)} of {looked.features:,} features of {looked.tables:,} tables are accused"
    report.table("By what a person says of them", rows, note)
    missed = sorted(looked.made - looked.found)
    of = len(looked.made)
    rows = [{"features": of, "accused": share(of - len(missed), of), "missed": ", ".join(missed) or "none"}]
    report.table("Of which the target is the logarithm or the square", rows)


if __name__ == "__main__":
    raise SystemExit(main())
