"""What faults cost: time to notice and to run again, trials lost, doubled, processes left; beside RQ and Optuna.

Real workers, real Redis, the product's settings for leases, beats and ticks; the estimator misbehaves on demand. After
each kind of fault the oracle of tests/faults looks at the whole study. A full run takes about 20 minutes.
"""

import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.faults import deaths, limits, queue
from benchmarks.faults.anchors import RQ_AND_OPTUNA
from benchmarks.faults.rig import Figures, Rig
from benchmarks.room.options import ensure_postgresql, parser
from benchmarks.room.report import Report
from benchmarks.room.site import bench_site

WORKERS = 3


@dataclass(frozen=True)
class Part:
    measure: Callable[[Rig, int], Iterator[Figures]]
    times: int
    noticed: float | None  # the bars: seconds at most, each time; None where the issue sets none
    again: float | None


PARTS = {
    "parent": Part(lambda rig, times: deaths.killed(rig, "worker's parent", times), 20, 10.0, 15.0),
    "horse": Part(lambda rig, times: deaths.killed(rig, "horse", times), 20, 1.0, 1.0),
    "child": Part(lambda rig, times: deaths.killed(rig, "child", times), 20, 1.0, 1.0),
    "frozen": Part(deaths.worker_frozen, 5, 10.0, 15.0),
    "wiped": Part(queue.redis_wiped, 10, None, 3.0),
    "away": Part(queue.redis_away, 3, None, 3.0),
    "time": Part(limits.over_time, 3, 2.0, None),
    "memory": Part(limits.over_memory, 3, 2.0, None),
    "stop": Part(limits.stopped, 3, 2.0, None),
}


def main() -> int:
    options = parser("faults", __doc__)
    options.add_argument("--only", action="append", choices=PARTS, help="this part alone; may be given several times")
    options.add_argument("--times", type=int, help="each fault so often, instead of as often as the issue asks")
    chosen = options.parse_args()
    if chosen.postgresql:
        ensure_postgresql("benchmarks.faults")
    name = "faults-postgresql" if chosen.postgresql else "faults"
    report = Report(name, {"workers": WORKERS, "database": "postgresql" if chosen.postgresql else "sqlite"})
    rows = []
    with bench_site(chosen.postgresql, settings="tests.faults.settings") as site:
        rig = Rig(site)
        site.start_workers(WORKERS)
        for word, part in PARTS.items():
            if chosen.only and word not in chosen.only:
                continue
            times = chosen.times or (2 if chosen.quick else part.times)
            for figures in part.measure(rig, times):
                row = row_of(figures, part)
                rows.append(row)
                print({name: value for name, value in row.items() if name not in {"rq", "optuna"}}, flush=True)
                judge(report, figures, part)
    report.table(
        "Faults",
        rows,
        "Median and worst. RQ and Optuna: measured earlier, rq 3.0.0 and Optuna 5.0 with defaults; not run here.",
    )
    met = report.close()
    return 1 if chosen.strict and not met else 0


def row_of(figures: Figures, part: Part) -> dict[str, object]:
    rq, optuna = RQ_AND_OPTUNA.get(figures.fault, ("", ""))
    return {
        "fault": figures.fault,
        "injected": figures.how,
        "times": max(len(figures.noticed), len(figures.again)),
        "noticed": middle(figures.noticed),
        "(worst)": worst(figures.noticed),
        "runs again": middle(figures.again),
        "(worst) ": worst(figures.again),
        "lost": figures.lost,
        "doubled": figures.doubled,
        "orphans": figures.orphans,
        "bar": bar_of(part),
        "met": "yes" if is_met(figures, part) else "NO",
        "rq": rq,
        "optuna": optuna,
    }


def judge(report: Report, figures: Figures, part: Part) -> None:
    for problem in figures.problems[:10]:
        print(f"  {figures.fault}: {problem}", flush=True)
    said = f"noticed {worst(figures.noticed)}, again {worst(figures.again)}, lost {figures.lost}"
    said += f", doubled {figures.doubled}, orphans {figures.orphans}, broken promises {len(figures.problems)}"
    report.verdict(figures.fault, bar_of(part), said, is_met(figures, part))
    report.raw[figures.fault] = vars(figures)


def bar_of(part: Part) -> str:
    said = []
    if part.noticed is not None:
        said.append(f"noticed <= {part.noticed:g} s")
    if part.again is not None:
        said.append(f"again <= {part.again:g} s")
    return ", ".join([*said, "0 lost, doubled, orphans"])


def is_met(figures: Figures, part: Part) -> bool:
    in_time = all(
        bar is None or all(value is not None and value <= bar for value in values)
        for bar, values in ((part.noticed, figures.noticed), (part.again, figures.again))
    )
    return in_time and not (figures.lost or figures.doubled or figures.orphans or figures.problems)


def middle(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.2f} s" if known else ""


def worst(values: Sequence[float | None]) -> str:
    if not values:
        return ""
    known = [value for value in values if value is not None]
    return "never" if len(known) < len(values) else f"{max(known):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
