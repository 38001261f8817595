"""Processor time of one ask and tell after 10, 100, 300 and 1,000 trials told; imports and installed size.

Ours and the peers in the same six mixed dimensions, each in a fresh process of its own Python. Our methods get a
history of new objects at every ask, as rows come from the database. Exit code 0 also when a bar is missed, unless
--strict.
"""

import argparse
import sys
from random import Random
from statistics import mean, median
from typing import Any

from benchmarks.ask.footprint import HEAVY, imported, megabytes
from benchmarks.ask.space import SPACE, drawn, value
from benchmarks.optimisers import HOMES, PRODUCT
from benchmarks.optimisers.client import Client, OptimiserError
from benchmarks.optimisers.environments import pythons
from benchmarks.room.options import parser
from benchmarks.room.report import Report

TOLD = (10, 100, 300, 1000)
OURS = tuple(name for name, home in HOMES.items() if home[0] == PRODUCT)
MODEL_BASED = ("bayesian", "evolutionary")
FEWEST = 3  # asks of a slow optimiser, whatever the limit
MEDIAN_BARS, WORST_BAR, IMPORT_BAR = {100: 10.0, 1000: 25.0}, 60.0, 0.6
MODULES = {PRODUCT: "studies.search", "optuna": "optuna, torch", "smac": "smac"}
NEEDED = {PRODUCT: ("numpy", "scipy")}  # of the product's own environment; scikit-learn brings both


def main() -> int:
    options = arguments()
    found, missing = pythons(options.optimisers)
    facts = {"asks": options.asks, "limit": options.limit, "quick": options.quick, "missing": missing}
    report = Report("ask", facts, ("numpy", "scipy", "scikit-learn"))
    costs(report, options, [name for name in options.optimisers if HOMES[name][0] in found], found)
    footprints(report, found, 2 if options.quick else 7)
    met = report.close()
    return 1 if options.strict and (not met or missing) else 0


def arguments() -> argparse.Namespace:
    options = parser("ask", __doc__, database=False)
    options.add_argument("--optimisers", help=f"some of {', '.join(HOMES)}")
    options.add_argument("--asks", type=int, help="asks of each figure (40)")
    options.add_argument(
        "--limit", type=float, help="processor seconds of a figure after which a slow one is left (20)"
    )
    chosen = options.parse_args()
    chosen.optimisers = chosen.optimisers.split(",") if chosen.optimisers else list(HOMES)
    for word in chosen.optimisers:
        if word not in HOMES:
            sys.exit(f"{word!r} is not known here; there are {', '.join(HOMES)}.")
    chosen.asks = chosen.asks or (10 if chosen.quick else 40)
    chosen.limit = chosen.limit or (2.0 if chosen.quick else 20.0)
    return chosen


def costs(report: Report, options: argparse.Namespace, optimisers: list[str], found: dict) -> None:
    rows = []
    for optimiser in optimisers:
        for told in TOLD:
            try:
                took = asked(found[HOMES[optimiser][0]], optimiser, told, options.asks, options.limit)
            except OptimiserError as error:
                print(f"{optimiser} after {told}: {error}", file=sys.stderr, flush=True)
                break
            report.raw[f"{optimiser}, {told}"] = took
            later = took[1:]
            row = {"optimiser": optimiser, "told": told, "asks": len(later), "first": round(took[0], 2)}
            rows.append(
                row | {"mean": round(mean(later), 2), "median": round(median(later), 2), "worst": round(max(later), 2)}
            )
            if optimiser in MODEL_BASED:
                bars(report, rows[-1])
            if max(later) * FEWEST > 1000 * options.limit:
                break  # it only grows
    note = "The first ask of a process pays what is paid once (lazy imports, a fit without a warm start); it is apart."
    report.table("One ask and its tell, processor ms", rows, note)


def bars(report: Report, row: dict[str, Any]) -> None:
    name, told = row["optimiser"], row["told"]
    if told in MEDIAN_BARS:
        bar = MEDIAN_BARS[told]
        report.verdict(
            f"{name}, median after {told}", f"<= {bar:g} ms", f"{row['median']:.1f} ms", row["median"] <= bar
        )
    figure = f"{row['worst']:.1f} ms of {row['asks']}"
    report.verdict(f"{name}, worst after {told}", f"<= {WORST_BAR:g} ms", figure, row["worst"] <= WORST_BAR)


def asked(python: Any, optimiser: str, told: int, asks: int, limit: float) -> list[float]:
    """Processor ms of an ask and its tell, one after the other from `told` on; the first is the process's first."""
    rng = Random(told)  # noqa: S311 (nothing secret)
    took: list[float] = []
    with Client(str(python)) as client:
        client.start(optimiser, SPACE, seed=0, trials=told + asks + 1)
        pairs = [(config, value(config, rng)) for config in (drawn(rng) for _ in range(told))]
        client("add", pairs=pairs)
        while len(took) <= asks:
            answer = client("ask")
            if answer["config"] is None:
                break
            spent = client("tell", token=answer["token"], value=value(answer["config"], rng))["cpu"]
            took.append(1000 * (answer["cpu"] + spent))
            if len(took) > FEWEST and sum(took) > 1000 * limit:
                break
    return took


def footprints(report: Report, found: dict, times: int) -> None:
    rows = []
    for home, python in found.items():
        seconds, along = imported(python, MODULES[home], times)
        size = megabytes(python, NEEDED.get(home, ()))
        row = {"environment": home, "import": MODULES[home], "CPU s, min": round(min(seconds), 3)}
        row |= {"CPU s, median": round(median(seconds), 3), "came along": ", ".join(along) or "none of them"}
        rows.append(row | {"installed MB": round(size)})
        if home == PRODUCT:
            figure = f"{median(seconds):.2f} s"
            report.verdict(
                "import of studies.search, median", f"<= {IMPORT_BAR} CPU s", figure, median(seconds) <= IMPORT_BAR
            )
            unwanted = [name for name in along if name in ("django", "sklearn")]
            report.verdict(
                "import without Django and scikit-learn", "neither", ", ".join(along) or "neither", not unwanted
            )
    needed = " and ".join(NEEDED[PRODUCT])
    note = (
        f"Came along: of {', '.join(HEAVY)}. Ours needs {needed} of its environment, which scikit-learn brings anyway."
    )
    report.table("Imports in fresh processes, and what is installed", rows, note)


if __name__ == "__main__":
    sys.exit(main())
