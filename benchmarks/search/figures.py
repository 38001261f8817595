"""What the runs say: regrets with intervals, differences to ours on the same pairs, wins, the bars."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

from benchmarks.room.report import Report
from benchmarks.search.runs import Run
from benchmarks.search.statistics import Interval, Pair, differences, interval, regrets, wins
from benchmarks.search.tasks import TASKS

AT = (10, 25, 50, 100)
OURS = ("bayesian", "evolutionary")
ALONE = "one at a time"
Curves = dict[Pair, list[float]]
Rows = list[dict[str, Any]]


@dataclass
class Found:
    """Regret curves of each optimiser by pair. `scale`: best known and median of each task, in the metric."""

    runs: Sequence[Run]
    scale: dict[str, tuple[float, float]]
    curves: dict[str, Curves] = field(default_factory=dict)

    @classmethod
    def of(cls, runs: Sequence[Run], drawn: Mapping[str, Sequence[float]]) -> "Found":
        whole = [run for run in runs if not run.error]
        seen: dict[str, list[float]] = {task: list(values) for task, values in drawn.items()}
        for run in whole:
            seen[run.task] += run.true
        found = cls(runs, {task: (min(values), median(drawn[task])) for task, values in seen.items()})
        for run in whole:
            curve = regrets(run.told, run.true, *found.scale[run.task])
            found.curves.setdefault(name_of(run, runs), {})[run.task, run.seed] = curve
        return found

    def at(self, optimiser: str, n: int, noisy: bool) -> dict[Pair, float]:
        """Regret after n trials; a finite space that was tried whole keeps its last."""
        return {
            pair: curve[min(n, len(curve)) - 1]
            for pair, curve in self.curves.get(optimiser, {}).items()
            if TASKS[pair[0]].noisy == noisy and curve
        }

    def normalised(self, task: str, value: float) -> float:
        best, middle = self.scale[task]
        return (value - best) / (middle - best)

    @property
    def budgets(self) -> list[int]:
        longest = max((len(run.told) for run in self.runs), default=0)
        return [n for n in AT if n <= longest] or [longest]


def name_of(run: Run, runs: Sequence[Run]) -> str:
    """The optimiser; one that ran both ways is told apart."""
    most = max(other.parallel for other in runs)
    return run.optimiser if run.parallel == most else f"{run.optimiser}, {ALONE}"


def tell(report: Report, found: Found) -> None:
    """All tables and bars."""
    for noisy, word in ((False, "clean"), (True, "noisy")):
        tasks = sorted(
            {pair[0] for curves in found.curves.values() for pair in curves if TASKS[pair[0]].noisy == noisy}
        )
        if not tasks:
            continue
        rows = regret_rows(found, noisy)
        report.table(f"Mean regret on {len(tasks)} {word} tasks (0 best known, 1 median of random), 95 %", rows)
        for ours in OURS:
            if rows := difference_rows(found, ours, noisy):
                note = "Below 0: ours is better. Wins: share of the pairs, ties half."
                report.table(f"{ours} less each other on the same pairs, {word} tasks", rows, note)
        report.table(f"Mean regret of each {word} task after {found.budgets[-1]} trials", task_rows(found, noisy))
    failed = [
        f"{run.optimiser} on {run.task}, seed {run.seed}: {run.error.splitlines()[0]}"
        for run in found.runs
        if run.error
    ]
    if failed:
        report.table("Runs that broke off", [{"run": line} for line in failed])
    if rows := recommended_rows(found):
        note = "Regret of the recommended configuration less that of the luckiest told; below 0: it is better."
        report.table("What recommend is worth on noisy tasks", rows, note)
    bars(report, found)
    parallel_bars(report, found)


def regret_rows(found: Found, noisy: bool) -> Rows:
    rows = []
    for optimiser in found.curves:
        row: dict[str, Any] = {"optimiser": optimiser, "pairs": len(found.at(optimiser, 1, noisy))}
        if row["pairs"]:
            row |= {f"@{n}": str(interval(found.at(optimiser, n, noisy))) for n in found.budgets}
            rows.append(row | {"CPU ms per trial": cpu_per_trial(found, optimiser, noisy)})
    return rows


def cpu_per_trial(found: Found, optimiser: str, noisy: bool) -> float:
    spent = [
        1000 * run.cpu / len(run.told)
        for run in found.runs
        if name_of(run, found.runs) == optimiser and TASKS[run.task].noisy == noisy and run.told and not run.error
    ]
    return round(mean(spent), 1)


def difference_rows(found: Found, ours: str, noisy: bool) -> Rows:
    rows = []
    for other in found.curves:
        if other == ours or not differences(found.at(ours, 1, noisy), found.at(other, 1, noisy)):
            continue
        row: dict[str, Any] = {"less": other}
        for n in found.budgets:
            difference = differences(found.at(ours, n, noisy), found.at(other, n, noisy))
            row |= {f"@{n}": interval(difference).signed, f"wins @{n}": f"{100 * wins(difference):.0f} %"}
        rows.append(row)
    return rows


def task_rows(found: Found, noisy: bool) -> Rows:
    by_task: dict[str, dict[str, Any]] = defaultdict(dict)
    for optimiser in found.curves:
        values: dict[str, list[float]] = defaultdict(list)
        for (task, _), value in found.at(optimiser, found.budgets[-1], noisy).items():
            values[task].append(value)
        for task, regretted in values.items():
            by_task[task][optimiser] = round(mean(regretted), 4)
    return [{"task": task} | by_task[task] for task in sorted(by_task)]


def recommended_rows(found: Found) -> Rows:
    return [
        {"optimiser": optimiser, "trials": n, "pairs": len(gain)} | _gain(gain)
        for optimiser in found.curves
        for n in found.budgets
        if (gain := recommended(found, optimiser, n))
    ]


def _gain(gain: Mapping[Pair, float]) -> dict[str, str]:
    return {"difference": interval(gain).signed, "wins": f"{100 * wins(gain):.0f} %"}


def recommended(found: Found, optimiser: str, n: int) -> dict[Pair, float]:
    """Regret of the recommended less that of the best told after n trials, by pair."""
    luckiest = found.at(optimiser, n, noisy=True)
    theirs = {
        (run.task, run.seed): found.normalised(run.task, run.recommended[n])
        for run in found.runs
        if name_of(run, found.runs) == optimiser and n in run.recommended and not run.error
    }
    return differences(theirs, luckiest)


def bars(report: Report, found: Found) -> None:
    """On clean tasks, at the budgets that were run."""

    def bar(
        ours: str, other: str, budgets: Sequence[int], words: str, judge: Callable[[Interval, float], bool]
    ) -> None:
        for n in sorted(set(budgets) & set(found.budgets)):
            difference = differences(found.at(ours, n, False), found.at(other, n, False))
            if difference:
                between, share = interval(difference), wins(difference)
                figure = f"{between.signed}; {100 * share:.0f} % of {len(difference)}"
                report.verdict(f"{ours} against {other} after {n}", words, figure, judge(between, share))

    bar("bayesian", "optuna_tpe", AT, "interval below 0", lambda between, _: between.high < 0)
    bar("bayesian", "optuna_tpe", AT[1:], "wins >= 75 %", lambda _, share: share >= 0.75)
    bar("bayesian", "optuna_gp", AT, "more wins than losses", lambda _, share: share > 0.5)
    bar("evolutionary", "random", AT[2:], "wins >= 80 %", lambda _, share: share >= 0.8)
    bar("evolutionary", "optuna_cmaes", AT[2:], "wins >= 65 %", lambda _, share: share >= 0.65)
    if gain := recommended(found, "bayesian", found.budgets[-1]):
        between = interval(gain)
        what = f"bayesian's recommended against its luckiest after {found.budgets[-1]}, noisy tasks"
        report.verdict(what, "interval below 0", between.signed, between.high < 0)


def parallel_bars(report: Report, found: Found) -> None:
    """With several outstanding: what it costs against one at a time, and that no two are alike."""
    for ours in OURS:
        together = [run for run in found.runs if run.optimiser == ours and run.parallel > 1]
        if together:
            doubles = sum(run.doubles for run in together)
            report.verdict(f"{ours}: the same configuration outstanding twice", "never", str(doubles), doubles == 0)
        for n in sorted(set(found.budgets) & set(AT[2:])):
            many, alone = found.at(ours, n, False), found.at(f"{ours}, {ALONE}", n, False)
            if together and alone:
                regret, usual = interval(many).mean, interval(alone).mean
                what = f"{ours}, several outstanding, after {n}"
                report.verdict(what, "<= 1.2 of one at a time", f"{regret:.4f} of {usual:.4f}", regret <= 1.2 * usual)
