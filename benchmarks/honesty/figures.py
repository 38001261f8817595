"""Tables and bars from what was judged."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.honesty.cost import BARRED, SIZES, Cost
from benchmarks.honesty.judging import Compared, Judged
from benchmarks.honesty.statistics import Mean, Share, mean_over, root_mean_square, share_of
from benchmarks.room.report import Report

NAIVE_IS_BAD = 0.04
ENOUGH = 300  # draws behind a claim on coverage or noise
LEARNERS = ("random", "bayesian", "evolutionary")
Row = dict[str, Any]


def by_source(found: Iterable[Judged], figure: Callable[[Judged], float]) -> dict[str, list[float]]:
    groups: dict[str, list[float]] = {}
    for one in found:
        groups.setdefault(one.source, []).append(figure(one))
    return groups


def bias(one: Judged) -> float:
    return one.expected - one.truth


def naive_bias(one: Judged) -> float:
    return one.naive - one.naive_truth


def mean_of(found: Sequence[Judged], figure: Callable[[Judged], float]) -> Mean:
    return mean_over(by_source(found, figure))


def covered(found: Sequence[Judged]) -> Share:
    return share_of([one.is_covered for one in found])


def above(found: Sequence[Judged]) -> Share:
    return share_of([one.is_above_bound for one in found])


def patterns(found: Sequence[Judged]) -> Share:
    return share_of([one.pattern for one in found])


def row_of(found: Sequence[Judged], **first: Any) -> Row:
    """What every table of searches says; points are a hundredth of the score."""
    both = {"best CV": naive_bias, "expected": bias}
    row: Row = first | {"draws": len(found), "truth": f"{100 * mean_of(found, lambda one: one.truth).mean:.1f}"}
    row |= {f"{name}: bias ± SE": mean_of(found, figure).points for name, figure in both.items()}
    row |= {f"{name}: RMSE": round(100 * root_mean_square(by_source(found, f)), 2) for name, f in both.items()}
    row["best CV: covers %"] = _percent(one.naive_covers for one in found) if found[0].metric == "accuracy" else ""
    row["covers %, two-sided"] = _percent(one.is_covered for one in found)
    row["one-sided"] = _percent(one.is_above_bound for one in found)
    row["width"] = round(100 * float(np.mean([one.high - one.low for one in found])), 1)
    row["pattern %"] = _percent(one.pattern for one in found)
    return row


def _percent(truths: Iterable[bool]) -> float:
    return round(100 * share_of(list(truths)).share, 1)


def tell(report: Report, found: Sequence[Judged], pairs: Sequence[Compared], costs: Sequence[Cost]) -> None:
    """All tables and bars of the parts that were drawn."""
    part = {name: [one for one in found if one.part == name] for name in {one.part for one in found}}
    if "small" in part:
        small(report, part["small"])
    if "large" in part:
        large(report, part["large"])
    learning(report, part.get("noise", []), part.get("learnt", []))
    if "other" in part:
        other(report, part["other"])
    if found:
        gains(report, [one for one in found if one.method in LEARNERS])
    two_searches(report, pairs)
    if costs:
        cost(report, costs)


def small(report: Report, found: Sequence[Judged]) -> None:
    sources = list(dict.fromkeys(one.source for one in found))
    rows = []
    bad: list[Judged] = []
    for source in sources:
        here = [one for one in found if one.source == source]
        rows.append(row_of(here, source=source, n=here[0].n))
        if mean_of(here, naive_bias).mean >= NAIVE_IS_BAD:
            bad += here
    rows.append(row_of(found, source="all", n=""))
    if bad:
        rows.append(row_of(bad, source="best CV >= +4", n=""))
    report.table(
        "Random search, classification, 100 trials over five families pooled (points)",
        rows,
        "bias: less the truth of the trial it speaks of; best CV's interval is that of one configuration, by its rows.",
    )
    bar = "within ±1 point, where best CV is >= +4"
    for name, here in (("all sources", list(found)), ("sources where best CV is >= +4", bad)):
        if here:
            said = mean_of(here, bias)
            figure = f"{said.points} (best CV {mean_of(here, naive_bias).points})"
            report.verdict(f"Random, n <= 200: bias, {name}", bar, figure, abs(said.mean) <= 0.01)
    report.verdict(
        "Random, n <= 200: one-sided 95 % bound holds",
        f">= 90 %, {ENOUGH} draws",
        f"{above(found).words} of {len(found)}; two-sided {covered(found).words}",
        above(found).share >= 0.9 and len(found) >= ENOUGH,
    )


def large(report: Report, found: Sequence[Judged]) -> None:
    rows = []
    for source in [*dict.fromkeys(one.source for one in found), "all"]:
        here = [one for one in found if source in (one.source, "all")]
        row = row_of(here, source=source, n=1000)
        row["unselected"] = round(100 * mean_of(here, lambda one: one.unselected).mean, 1)
        row["width / unselected"] = round(width_ratio(here).mean, 2)
        rows.append(row)
    report.table(
        "Random search, 1,000 rows, 60 trials over four families pooled (points)",
        rows,
        "unselected: width of the 95 % interval of one configuration's CV score, from the standard error of its rows.",
    )
    ratio = width_ratio(found)
    figure = f"{ratio.mean:.2f} ± {ratio.error:.2f}"
    report.verdict("Random, n = 1,000: width / unselected", "<= 1.5", figure, ratio.mean <= 1.5)


def width_ratio(found: Sequence[Judged]) -> Mean:
    return mean_of(found, lambda one: (one.high - one.low) / one.unselected)


def learning(report: Report, noise: Sequence[Judged], learnt: Sequence[Judged]) -> None:
    """Per method, pure noise and signal apart; one family a search."""
    rows = []
    for name, part in (("pure noise", noise), ("signal", learnt)):
        for method in LEARNERS:
            here = [one for one in part if one.method == method]
            if here:
                rows.append(row_of(here, method=method, rows=name))
    if not rows:
        return
    report.table(
        "Our methods, 200 rows, 100 trials of one family one at a time (points)",
        rows,
        "pattern: surely better than guessing; on pure noise every one is false.",
    )
    for method in LEARNERS:
        for name, part in (("pure noise", noise), ("signal", learnt)):
            here = [one for one in part if one.method == method]
            if here and method != "random":
                said = mean_of(here, bias)
                report.verdict(f"{method}, {name}: bias", "within ±2 points", said.points, abs(said.mean) <= 0.02)
        here = [one for one in noise if one.method == method]
        if here:
            false = patterns(here)
            report.verdict(
                f"{method}: pattern found on pure noise",
                f"<= 5 %, {ENOUGH} draws",
                f"{false.words} of {len(here)}",
                false.share <= 0.05 and len(here) >= ENOUGH,
            )
    if learnt:
        power(report, learnt)


def power(report: Report, learnt: Sequence[Judged]) -> None:
    rows = []
    for source in dict.fromkeys(one.source for one in learnt):
        here = [one for one in learnt if one.source == source]
        truth = f"{100 * mean_of(here, lambda one: one.truth).mean:.1f}"
        rows.append({"source": source, "truth": truth, "searches": len(here), "pattern found": patterns(here).words})
    report.table("Patterns found where there is one, all methods", rows)


def other(report: Report, found: Sequence[Judged]) -> None:
    rows = [
        row_of(here, source=source, metric=metric)
        for source, metric in dict.fromkeys((one.source, one.metric) for one in found)
        if (here := [one for one in found if (one.source, one.metric) == (source, metric)])
    ]
    report.table("Other metrics, random search pooled: reported, no bar (hundredths; log loss turned)", rows)


def gains(report: Report, found: Sequence[Judged]) -> None:
    """Gain over the library's defaults, and the tied group."""
    rows = []
    for method in LEARNERS:
        here = [one for one in found if one.method == method and np.isfinite(one.gain) and np.isfinite(one.gain_true)]
        if here:
            off = mean_of(here, lambda one: one.gain - one.gain_true)
            covers = share_of([one.gain_low <= one.gain_true <= one.gain_high for one in here])
            best = share_of([one.tied_best for one in here if one.source != "noise"])
            tied = float(np.mean([one.tied for one in here]))
            rows.append(
                {"method": method, "searches": len(here), "gain over defaults: bias ± SE": off.points,
                 "its interval covers": covers.words, "truly best is tied": best.words, "trials tied": round(tied, 2)}
            )  # fmt: skip
    if rows:
        report.table("Gain over the library's defaults (points), and the group tied with the best", rows)


def two_searches(report: Report, pairs: Sequence[Compared]) -> None:
    rows, every = [], []
    for kind in ("families", "methods"):
        for name, is_noise in (("signal", False), ("pure noise", True)):
            here = [one.pair for one in pairs if one.kind == kind and (one.source == "noise") == is_noise]
            every += here
            if here:
                rows.append({"of two": kind, "rows": name, **_claims(here)})
    if not every:
        return
    rows.append({"of two": "all", "rows": "", **_claims(every)})
    report.table(
        "Two searches on the same rows",
        rows,
        "claimed: a share of better or worse of at least 95 %; apart: the interval of the difference leaves out 0. "
        "Shares of all pairs; pairs of the same rows hang together.",
    )
    wrong = share_of([pair.is_wrong(pair.claim) for pair in every])
    held = share_of([pair.is_covered for pair in every])
    report.verdict("Two searches: wrong claims", "<= 2 %", f"{wrong.words} of {len(every)}", wrong.share <= 0.02)
    report.verdict("Two searches: true difference covered", ">= 90 %", held.words, held.share >= 0.9)


def _claims(pairs: Sequence[Any]) -> Row:
    return {
        "pairs": len(pairs),
        "claimed %": _percent(pair.claim != 0 for pair in pairs),
        "wrong %": _percent(pair.is_wrong(pair.claim) for pair in pairs),
        "apart %": _percent(pair.apart != 0 for pair in pairs),
        "apart, wrong %": _percent(pair.is_wrong(pair.apart) for pair in pairs),
        "covers %": _percent(pair.is_covered for pair in pairs),
    }


def cost(report: Report, costs: Sequence[Cost]) -> None:
    rows = [
        {"rows": one.rows, "trials": one.trials, "metric": one.metric, "expected score": round(one.expected, 3),
         "all of the page": round(one.whole, 3)}
        for one in costs
    ]  # fmt: skip
    report.table("Processor seconds, median", rows, "all of the page: with the tied group, gains, picks and the curve.")
    for one in costs:
        most = SIZES[one.rows, one.trials]
        if one.metric == BARRED:
            figure = f"{one.whole:.3f} s, the expected score alone {one.expected:.3f} s"
            report.verdict(f"{one.rows:,} rows x {one.trials} trials", f"<= {most:g} s", figure, one.whole <= most)
