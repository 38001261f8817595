"""Everything ever run on a study's rows: one bootstrap over the trials of all studies that scored them.

Who looks at the best of many searches has chosen among all their trials, whoever ran them. The rows are those that
every study taken in has validated; a study that shares fewer than half of them is left out, and its trials are counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.engine.expected_rows import (
    Seen,
    all_classes,
    groups_of,
    is_same_table,
    moved,
    places,
    predictions_at,
    sample_of,
    validated_rows,
)
from studies.engine.expected_trials import LEAST_SHARE, Others, Scored
from studies.evaluation import Plan, Predictions, Table, get_metric
from studies.evaluation.honesty import assess


@dataclass(frozen=True)
class Ledger:
    """told: as figures have it, None where no other study scored these rows.

    true_of: studies that validated the very same rows, of which this is the ledger as well. part_of: one study of each
    other set of rows, whose own ledger differs.
    """

    told: dict[str, Any] | None = None
    true_of: tuple[int, ...] = ()
    part_of: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class _Part:
    """A study that is taken in. place: (n,) where our rows stand in its table, -1 where they do not."""

    scored: Scored
    place: NDArray[np.int64]
    classes: tuple[str, ...]
    shared: NDArray[np.bool_]


def ledger_of(own: Scored, others: Others, table: Table, metric: str) -> Ledger:
    """The ledger of the rows of `own`, whose table this is."""
    validated = validated_rows(Plan.from_bytes(own.plan))
    found = list(_parts(own, others.scored, table, validated))
    parts = [part for part in found if part.shared.sum() >= LEAST_SHARE * validated.sum()]
    if not any(part.scored.trials for part in parts):
        return Ledger()
    common = validated & np.logical_and.reduce([part.shared for part in parts])
    parts = [_Part(own, np.arange(table.n_rows), table.classes, validated), *parts]
    rows = sample_of(table, common, sum(len(part.scored.trials) for part in parts))
    classes = all_classes(part.classes for part in parts)
    told = [(part, list(_answers(part, rows, classes, get_metric(metric).needs))) for part in parts]
    trials = [predictions for _, answers in told for predictions in answers]
    used = [part.scored for part, answers in told if answers]
    if len(used) < 2:
        return Ledger()
    try:
        assessed = assess(table.y[rows], trials, metric, groups=groups_of(table, rows, ""))
    except ValueError:  # too few rows in common
        return Ledger()
    complete = own.complete + others.unread + sum(part.scored.complete for part in found if part.shared.any())
    return Ledger(
        {
            "studies": len(used),
            "people": len({scored.person_id for scored in used}),
            "trials": len(trials),
            "left_out": complete - len(trials),
            "rows": len(rows),
            "versions": len({scored.version_id for scored in used}),
            **{name: getattr(assessed, name) for name in ("best", "expected", "low", "high")},
        },
        *_whose(own, parts[1:], validated),
    )


def _parts(own: Scored, others: Sequence[Scored], table: Table, validated: NDArray[np.bool_]) -> Iterable[_Part]:
    """Each study with the rows of ours that it validated; a table is read once, however many studies it has."""
    here: Seen | None = None
    known: dict[tuple[str, ...], tuple[NDArray[np.int64], tuple[str, ...]]] = {}
    for other in others:
        if is_same_table(own, other):
            place, classes = np.arange(table.n_rows), table.classes
        else:
            here = here or Seen.of(own)
            if other.source not in known:
                there = Seen.of(other)
                known[other.source] = places(here, there), there.classes
            place, classes = known[other.source]
        at = validated_rows(Plan.from_bytes(other.plan))
        if place.max(initial=-1) < len(at):
            yield _Part(other, place, classes, validated & (place >= 0) & at[place])


def _answers(part: _Part, rows: NDArray[np.int64], classes: tuple[str, ...], needs: str) -> Iterable[Predictions]:
    for told in part.scored.trials:
        predictions = predictions_at(told, part.place[rows], needs)
        if predictions is not None:
            yield moved(predictions, part.classes, classes)


def _whose(
    own: Scored, parts: Sequence[_Part], validated: NDArray[np.bool_]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    true_of: list[int] = []
    part_of: dict[tuple[Any, ...], int] = {}
    for part in parts:
        at = validated_rows(Plan.from_bytes(part.scored.plan))
        if is_same_table(own, part.scored) and np.array_equal(at, validated):
            true_of.append(part.scored.study_id)
        else:
            part_of.setdefault((part.scored.source, at.tobytes()), part.scored.study_id)
    return tuple(true_of), tuple(part_of.values())
