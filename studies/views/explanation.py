"""What the model of a study's trials believes: worked out once for a number of trials, then kept by this process.

Any method's trials can be explained; the model is that of the Bayesian method with the study's seed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from studies.engine.proposals import numbered_history_of
from studies.models import Study, TrialState
from studies.search import Check, Effect, Explanation, Observation, Prediction, Sensitivity, Space, explain

from .study_spec import parameters_of

STEPS = 20  # a running study is asked again when it has grown by a twentieth
KEPT_SECONDS = 24 * 3600
TOLD = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)


@dataclass(frozen=True)
class Learned:
    """What was learned from `trials` scores; `numbers`: the trial behind each score of the check."""

    effects: tuple[Effect, ...]
    importance: Sensitivity
    check: Check
    numbers: tuple[int, ...]

    @property
    def trusted(self) -> bool:
        """Whether the model predicts scores that it has not seen, at least roughly."""
        return self.check.verdict != "does not"

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which parameters of the importance have an effect that neither doubt nor luck covers."""
        return np.asarray(self.importance.visible & self.trusted)


@dataclass(frozen=True)
class StudyExplanation:
    """`names` of the parameters that vary; `learned` is None while there are too few of the `scores`."""

    names: tuple[str, ...]
    scores: int
    learned: Learned | None

    @property
    def shares(self) -> dict[str, float]:
        """The share of each parameter whose effect is seen."""
        if self.learned is None:
            return {}
        found = self.learned.importance
        rows = zip(found.names, found.total, self.learned.seen, strict=True)
        return {name: float(share) for name, share, seen in rows if seen}


def study_explanation(study: Study) -> StudyExplanation:
    """Some 150 ms the first time, however many trials; afterwards from the cache."""
    known = study.trials.filter(state__in=TOLD).count()
    used = known - known % max(1, known // STEPS) if study.is_live else known
    key = f"explanation.{study.pk}.{study.created_at.timestamp()}.{used}"
    kept = cache.get(key)
    if kept is None:
        kept = _worked_out(study, used)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def expected_of(study: Study, config: dict[str, Any]) -> Prediction | None:
    """What the model expects of a configuration of the space; None while it does not predict what it has not seen."""
    learned = study_explanation(study).learned
    found = _explained(study)[1] if learned is not None and learned.trusted else None
    return found.predict([config]) if found else None


def _worked_out(study: Study, used: int) -> StudyExplanation:
    names = tuple(str(entry["name"]) for entry in parameters_of(study) if entry["type"] != "constant")
    rows, found = _explained(study, used)
    if found is None:
        scores = int(np.isfinite([observation.score for _, observation in rows]).sum())
        return StudyExplanation(names, scores, None)
    numbers = tuple(rows[position][0] for position in found.check.positions)
    learned = Learned(found.effects, found.importance, found.check, numbers)
    return StudyExplanation(names, len(numbers), learned)


def _explained(study: Study, used: int | None = None) -> tuple[list[tuple[int, Observation]], Explanation | None]:
    """Number and observation of the first `used` trials that were told, and the model that they make."""
    everything = zip(*numbered_history_of(study), strict=True)
    rows = [(number, observation) for number, observation in everything if not observation.pending][:used]
    history = [observation for _, observation in rows]
    return rows, explain(Space.from_json(study.space), history, study.direction, study.seed)
