"""Which parameters of a study matter, from its complete trials; worked out once for a number of trials, then kept."""

from dataclasses import dataclass

import numpy as np
from django.core.cache import cache

from studies.evaluation.importance import ENOUGH, Importance, importance
from studies.models import Study, TrialState
from studies.plots.parameter_axis import ABSENT, axis_of

from .study_spec import parameters_of

STEPS = 20  # a running study is asked again when it has grown by a twentieth
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class StudyImportance:
    """`names` of the parameters that vary; `found` has an entry per name, or is None while there are too few trials."""

    names: tuple[str, ...]
    found: Importance | None
    trials: int

    @property
    def shares(self) -> dict[str, float]:
        """The share of each parameter whose effect is seen."""
        if self.found is None:
            return {}
        rows = zip(self.names, self.found.shares, self.found.seen, strict=True)
        return {name: float(share) for name, share, seen in rows if seen}


def study_importance(study: Study) -> StudyImportance:
    """Some 200 ms the first time, however many trials; afterwards from the cache of this process."""
    complete = study.trials.filter(state=TrialState.COMPLETE)
    known = complete.count()
    used = known - known % max(1, known // STEPS) if study.is_live else known
    key = f"importance.{study.pk}.{study.created_at.timestamp()}.{used}"
    kept = cache.get(key)
    if kept is None:
        kept = _worked_out(study, used)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _worked_out(study: Study, used: int) -> StudyImportance:
    varying = [entry for entry in parameters_of(study) if entry["type"] != "constant"]
    names = tuple(str(entry["name"]) for entry in varying)
    if used < ENOUGH or not varying:
        return StudyImportance(names, None, used)
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("finished_at", "number")
    rows = list(complete.values_list("config", "value")[:used])
    axes = [axis_of(entry, [config.get(entry["name"], ABSENT) for config, _ in rows]) for entry in varying]
    points = np.column_stack([axis.positions for axis in axes])
    values = np.array([value for _, value in rows], dtype=np.float64)
    return StudyImportance(names, importance(points, values, direction=study.direction, seed=study.pk), used)
