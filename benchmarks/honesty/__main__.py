"""Whether the expected score holds on fresh rows: bias, coverage, false patterns, two searches, processor time.

Searches are run on drawn rows once and kept under benchmarks/results/honesty/, so that the estimators can be replayed
in minutes; --fresh makes them anew. The truth of a search is the score of the chosen configuration, refitted on all
rows of the study, on rows that the study never saw. Exit code 0 also when a bar is missed, unless --strict.
"""

import argparse
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.honesty.cost import SIZES, measure
from benchmarks.honesty.draws import Unit, make
from benchmarks.honesty.figures import tell
from benchmarks.honesty.judging import judge_all
from benchmarks.honesty.parts import DRAWS, QUICK_DRAWS, units
from benchmarks.honesty.sources import SEED
from benchmarks.room.options import parser
from benchmarks.room.report import RESULTS, Report

PACKAGES = ("numpy", "scipy", "scikit-learn")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main() -> int:
    options = arguments()
    with_one_thread()
    counts = QUICK_DRAWS if options.quick else DRAWS
    parts = [name for name in counts if name in (options.only or list(counts))]
    planned = in_turn([units(name, counts[name]) for name in parts])
    if options.fresh:
        shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    if options.kept:
        planned = [unit for unit in planned if unit.is_kept(options.folder)]
    else:
        drawn(planned, options.folder, options.processes)
    facts = {"draws": Counter(unit.part for unit in planned), "seed": SEED, "quick": options.quick}
    report = Report("honesty", facts | times(planned, options.folder, time.time() - began), PACKAGES)
    found, pairs = judge_all([unit.files(options.folder) for unit in planned], options.processes)
    costs = [] if options.only else measure(dict(zip(SIZES, (3, 1) if options.quick else (15, 3), strict=True)))
    tell(report, found, pairs, costs)
    report.raw = {"searches": [vars(one) for one in found], "pairs": [pair.as_json() for pair in pairs]}
    met = report.close()
    return 1 if options.strict and not met else 0


def arguments() -> argparse.Namespace:
    options = parser("honesty", __doc__, database=False)
    options.add_argument("--only", action="append", choices=list(DRAWS), help="a part, several times if wanted")
    options.add_argument("--fresh", action="store_true", help="draw and fit anew what an earlier run has kept")
    options.add_argument("--kept", action="store_true", help="draw nothing: judge what earlier runs have left")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="searches at once (cores)")
    options.add_argument("--folder", type=Path, default=RESULTS / "honesty", help="where searches are kept")
    return options.parse_args()


def with_one_thread() -> None:
    """Begin again with one thread for each process: libraries read that once, while they are imported."""
    if not ONE_THREAD.items() <= os.environ.items():
        os.environ.update(ONE_THREAD)
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.honesty", *sys.argv[1:]])  # noqa: S606


def in_turn(lists: Sequence[Sequence[Unit]]) -> list[Unit]:
    """All parts advance alike, so that a run that is broken off leaves some of each."""
    places = sorted(((i + 0.5) / len(units), k, i) for k, units in enumerate(lists) for i in range(len(units)))
    return [lists[k][i] for _, k, i in places]


def times(planned: Sequence[Unit], folder: Path, seconds: float) -> dict[str, Any]:
    """How long this run drew, and from when the searches are that it judges: they may be of older code."""
    kept = [path.stat().st_mtime for unit in planned for path in unit.files(folder)]
    ends = (min(kept), max(kept)) if kept else ()
    shown = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end)) for end in ends]
    return {"seconds of drawing": round(seconds, 1), "searches of": shown}


def drawn(planned: Sequence[Unit], folder: Path, processes: int) -> None:
    """Every search that is not there yet; says how far it is."""
    wanted = [unit for unit in planned if not unit.is_kept(folder)]
    began = time.time()
    with ProcessPoolExecutor(max(1, processes), mp_context=get_context("spawn")) as pool:
        for done, future in enumerate(as_completed([pool.submit(make, unit, folder) for unit in wanted]), 1):
            future.result()
            if done % 50 == 0 or done == len(wanted):
                said = f"{done} of {len(wanted)} draws, {time.time() - began:.0f} s"
                print(said, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
