"""From trials and what they said to the figures that are stored: what the working process does, without a database.

`figures` is told in docs/honest and read by pages, comparisons and the API; every score is in the metric's own unit.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from studies.engine.expected_ledger import Ledger, ledger_of
from studies.engine.expected_rows import groups_of, predictions_at, sample_of, validated_rows
from studies.engine.expected_trials import Others, Scored, Told
from studies.engine.tables import table_from_file
from studies.evaluation import Plan, get_metric
from studies.evaluation.complexity import complexity
from studies.evaluation.honesty import Assessment, Difference, Pick, Point, assess
from studies.evaluation.honesty.curve import RECENT
from studies.models.json_field import finite

RESAMPLES = 500
NONE: dict[str, Any] = {
    "available": False, "why": "", "rows": 0, "groups": 0, "resamples": 0, "trials": 0, "left_out": 0, "best": None,
    "best_number": None, "expected": None, "low": None, "high": None, "optimism": None, "chosen": {}, "tied": [],
    "picks": [], "keep": None, "keep_why": "", "defaults": None, "baseline": None, "curve": [], "last_help": None,
    "recent": None, "verdict": "too_early", "ledger": None,
}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One study's trials, and the other studies that may have scored the same rows; None: the ledger is left alone."""

    own: Scored
    estimator: str
    metric: str
    kind: str
    others: Others | None


@dataclass(frozen=True)
class Found:
    """figures; draws: the scores out of the bag, little-endian float64."""

    figures: dict[str, Any]
    draws: bytes = b""
    resampling: str = ""
    ledger: Ledger = field(default_factory=Ledger)

    def to_bytes(self) -> bytes:
        words = {"figures": self.figures, "resampling": self.resampling, "ledger": asdict(self.ledger)}
        return json.dumps(finite(words)).encode() + b"\n" + self.draws

    @classmethod
    def from_bytes(cls, data: bytes) -> "Found":
        words, _, draws = data.partition(b"\n")
        told = json.loads(words)
        return cls(told["figures"], draws, told["resampling"], Ledger(**told["ledger"]))


def not_available(why: str, **known: Any) -> dict[str, Any]:
    """Figures of a study that has none, and why, in a sentence."""
    return NONE | {"why": why} | known


def work_out(work: Work) -> Found:
    """The figures of a study. What cannot be had is said in them."""
    own, table = work.own, table_from_file(*work.own.source)
    plan = Plan.from_bytes(own.plan)
    needs = get_metric(work.metric).needs
    rows = sample_of(table, validated_rows(plan), len(own.trials))
    trials = [(told, found) for told in own.trials if (found := predictions_at(told, rows, needs)) is not None]
    known = {"trials": len(trials), "left_out": own.complete - len(trials), "rows": len(rows)}
    if len(trials) < 2:
        return Found(not_available("It takes two complete trials with a prediction for every row.", **known))
    numbers = [told.number for told, _ in trials]
    try:
        found = assess(
            table.y[rows],
            [predictions for _, predictions in trials],
            work.metric,
            kind=work.kind,
            groups=groups_of(table, rows, work.kind),
            defaults=numbers.index(0) if 0 in numbers else None,
            complexity=[complexity(work.estimator, told.config, len(rows), table.n_features) for told, _ in trials],
            seconds=[_of_a_fit(told.fit_seconds, plan) for told, _ in trials],
            resamples=RESAMPLES,
        )
    except ValueError as error:
        return Found(not_available(str(error), **known))
    ledger = Ledger() if work.others is None else ledger_of(own, work.others, table, work.metric)
    figures = _figures(found, [told for told, _ in trials]) | known | {"ledger": ledger.told}
    return Found(figures, found.z.astype("<f8").tobytes(), found.key, ledger)


def _of_a_fit(seconds: float | None, plan: Plan) -> float:
    return float("nan") if seconds is None else seconds / plan.n_fits


def _figures(found: Assessment, told: Sequence[Told]) -> dict[str, Any]:
    """An assessment with the numbers of trials in place of their positions."""
    numbers = [trial.number for trial in told]
    shares = sorted(((share, number) for share, number in zip(found.chosen.tolist(), numbers, strict=True) if share))
    return NONE | {
        "available": True,
        "groups": found.groups,
        "resamples": len(found.z),
        "best": found.best,
        "best_number": numbers[found.position],
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "optimism": found.optimism,
        "chosen": {str(number): share for share, number in reversed(shares)},
        "tied": [numbers[position] for position in found.tied],
        "picks": [_pick(pick, told[pick.trial]) for pick in found.picks],
        "keep": numbers[found.keep.trial],
        "keep_why": found.keep.why,
        "defaults": None if found.defaults is None else _difference(found.defaults),
        "baseline": _difference(found.baseline) | {"pattern": found.pattern},
        "curve": [_point(point, numbers) for point in found.curve],
        "last_help": None if found.last_help is None else numbers[found.last_help],
        "recent": None if found.recent is None else {"trials": RECENT, "share": found.recent},
        "verdict": found.verdict,
    }


def _pick(pick: Pick, told: Told) -> dict[str, Any]:
    costs = {"costs": pick.costs, "low": pick.low, "high": pick.high}
    return {"rule": pick.rule, "number": told.number} | costs | {"fit_seconds": told.fit_seconds}


def _difference(difference: Difference) -> dict[str, Any]:
    return {name: getattr(difference, name) for name in ("gain", "low", "high", "chance")}


def _point(point: Point, numbers: Sequence[int]) -> dict[str, Any]:
    band = {name: getattr(point, name) for name in ("best", "expected", "low", "high")}
    return {"trials": point.trials, "number": numbers[point.trial]} | band
