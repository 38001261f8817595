"""The figures of one study by their slug: rows from the database, then record and figure from studies.plots."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from django.utils import timezone

from studies.models import Attempt, Outcome, Source, Study, TrialState
from studies.plots import (
    convergence,
    fold_scores,
    importance,
    lineage,
    model_check,
    model_effect,
    parallel_coordinates,
    parameter_pair,
    parameter_slice,
    score_distribution,
    timeline,
)
from studies.plots.expected_curve import NO_CURVE, ExpectedCurve
from studies.plots.payload import payload
from studies.search import ENOUGH_TO_EXPLAIN

from .expected_scores import expected_scores
from .explanation import study_explanation
from .labels import fold_names, metric_label
from .study_spec import parameters_of

Options = Mapping[str, str]
ENDED_WITH_PLACE = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
AXES = ("trial", "seconds")
ORDERS = ("value", "number")


def axis_of(options: Options) -> Any:
    """What the figure is drawn against: ?x= where it is known, else trials."""
    axis = options.get("x", AXES[0])
    return axis if axis in AXES else AXES[0]


def _convergence(study: Study, options: Options) -> dict[str, Any]:
    record = convergence_record(study, axis_of(options))
    return payload(record, convergence.draw(record))


def convergence_record(study: Study, axis: Any) -> convergence.Convergence:
    rows = list(
        study.trials.order_by("number").values_list("number", "state", "value", "stderr", "finished_at", "source")
    )
    start = study.launched_at or study.created_at
    told = expected_scores([study])[study.pk]
    return convergence.prepare(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [max(0.0, (row[4] - start).total_seconds()) if row[4] else None for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
        baseline=(study.baseline or {}).get("value"),
        defaults=next((row[2] for row in rows if row[0] == 0 and row[5] == Source.DEFAULT), None),
        axis=axis,
        expected=_expected_curve(told.figures) if told else NO_CURVE,
    )


def _expected_curve(figures: dict[str, Any]) -> ExpectedCurve:
    curve = figures["curve"]
    return ExpectedCurve(
        np.array([point["number"] for point in curve], dtype=np.int64),
        *(np.array([point[key] for point in curve], dtype=np.float64) for key in ("expected", "low", "high")),
        last_help=figures["last_help"],
        has_converged=figures["verdict"] == "converged",
        has_no_pattern=figures["verdict"] == "no_pattern",
    )


def _parallel(study: Study, options: Options) -> dict[str, Any]:
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    rows = list(complete.values_list("number", "config", "value"))
    shares = study_explanation(study).shares
    record = parallel_coordinates.prepare(
        sorted(parameters_of(study), key=lambda entry: -shares.get(str(entry["name"]), 0.0)),
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
        shares=shares,
    )
    return payload(record, parallel_coordinates.draw(record))


def _importance(study: Study, options: Options) -> dict[str, Any]:
    explained = study_explanation(study)
    learned, empty = explained.learned, np.empty(0)
    record = importance.prepare(
        learned.importance.names if learned else (),
        learned.importance.total if learned else empty,
        learned.importance.low if learned else empty,
        learned.importance.high if learned else empty,
        learned.seen if learned else empty.astype(bool),
        trusted=learned is not None and learned.trusted,
        trials=explained.scores,
        needed=ENOUGH_TO_EXPLAIN,
    )
    return payload(record, importance.draw(record))


def _effect(study: Study, options: Options) -> dict[str, Any]:
    """Of the parameter of ?effect=, else of the one that matters most."""
    explained = study_explanation(study)
    learned, shares = explained.learned, explained.shares
    effects = sorted(learned.effects, key=lambda effect: -shares.get(effect.name, 0.0)) if learned else []
    record = model_effect.prepare(
        parameters_of(study),
        [model_effect.Curve(e.name, e.values, e.predicted, e.low, e.high) for e in effects],
        direction=study.direction,
        metric=metric_label(study.metric),
        trials=explained.scores,
        needed=ENOUGH_TO_EXPLAIN,
        trusted=learned is not None and learned.trusted,
        parameter=options.get("effect"),
    )
    return payload(record, model_effect.draw(record))


def _check(study: Study, options: Options) -> dict[str, Any]:
    explained = study_explanation(study)
    learned, empty = explained.learned, np.empty(0)
    check = learned.check if learned else None
    record = model_check.prepare(
        learned.numbers if learned else (),
        check.told if check else empty,
        check.predicted if check else empty,
        check.low if check else empty,
        check.high if check else empty,
        check.held if check else empty.astype(bool),
        correlation=check.correlation if check else 0.0,
        verdict=check.verdict if check else "does not",
        direction=study.direction,
        metric=metric_label(study.metric),
        trials=explained.scores,
        needed=ENOUGH_TO_EXPLAIN,
    )
    return payload(record, model_check.draw(record))


def _slice(study: Study, options: Options) -> dict[str, Any]:
    """Against the parameter of ?parameter=, else against the one that matters most."""
    parameter = options.get("parameter")
    names = {str(entry["name"]) for entry in parameters_of(study)}
    shares = {} if parameter in names else study_explanation(study).shares
    ended = study.trials.filter(state__in=ENDED_WITH_PLACE).order_by("number")
    rows = list(ended.values_list("number", "state", "config", "value", "stderr"))
    record = parameter_slice.prepare(
        parameters_of(study),
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[4] for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
        parameter=parameter if parameter in names else max(shares, key=lambda name: shares[name], default=None),
    )
    return payload(record, parameter_slice.draw(record))


def _pair(study: Study, options: Options) -> dict[str, Any]:
    """Against the parameters of ?px= and ?py=, else against the two that matter most."""
    shares = study_explanation(study).shares
    ended = study.trials.filter(state__in=(TrialState.COMPLETE, TrialState.FAILED)).order_by("number")
    rows = list(ended.values_list("number", "state", "config", "value", "stderr"))
    record = parameter_pair.prepare(
        sorted(parameters_of(study), key=lambda entry: -shares.get(str(entry["name"]), 0.0)),
        [row[0] for row in rows],
        [row[2] for row in rows],
        [row[3] if row[1] == TrialState.COMPLETE else None for row in rows],
        [row[4] for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
        px=options.get("px"),
        py=options.get("py"),
    )
    return payload(record, parameter_pair.draw(record))


def _distribution(study: Study, options: Options) -> dict[str, Any]:
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    rows = list(complete.values_list("number", "value", "source"))
    best = study.best_trial()
    record = score_distribution.prepare(
        [row[0] for row in rows],
        [row[1] for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
        failed=study.trials.filter(state=TrialState.FAILED).count(),
        noise=best.stderr if best else None,
        baseline=(study.baseline or {}).get("value"),
        defaults=next((row[1] for row in rows if row[0] == 0 and row[2] == Source.DEFAULT), None),
    )
    return payload(record, score_distribution.draw(record))


def _folds(study: Study, options: Options) -> dict[str, Any]:
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    rows = list(complete.values_list("number", "value", "fold_scores"))
    order: Any = options.get("order", ORDERS[0])
    record = fold_scores.prepare(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        fold_names(study, max((len(row[2]) for row in rows), default=0), brief=True),
        direction=study.direction,
        metric=metric_label(study.metric),
        order=order if order in ORDERS else ORDERS[0],
    )
    return payload(record, fold_scores.draw(record))


def _timeline(study: Study, options: Options) -> dict[str, Any]:
    start = study.launched_at or study.created_at
    now = timezone.now()
    attempts = Attempt.objects.filter(trial__study=study).order_by("started_at", "pk")
    rows = attempts.values_list("trial__number", "number", "lane", "started_at", "ended_at", "outcome", "worker")
    bars = []
    for trial, number, lane, started_at, ended_at, outcome, worker in rows:
        ended = ended_at or (now if outcome == Outcome.RUNNING else started_at)
        ends = (started_at - start).total_seconds(), (ended - start).total_seconds()
        bars.append(timeline.Bar(trial, number, lane, *ends, outcome, worker))
    record = timeline.prepare(bars, paused=study.paused_seconds)
    return payload(record, timeline.draw(record))


def _lineage(study: Study, options: Options) -> dict[str, Any]:
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    rows = list(complete.values_list("number", "value", "stderr", "origin"))
    record = lineage.prepare(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3].get("parents", []) for row in rows],
        direction=study.direction,
        metric=metric_label(study.metric),
    )
    return payload(record, lineage.draw(record))


STUDY_CHARTS: dict[str, Callable[[Study, Options], dict[str, Any]]] = {
    "convergence": _convergence,
    "parallel": _parallel,
    "importance": _importance,
    "effect": _effect,
    "check": _check,
    "slice": _slice,
    "pair": _pair,
    "distribution": _distribution,
    "folds": _folds,
    "timeline": _timeline,
    "lineage": _lineage,
}
