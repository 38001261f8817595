"""The same study gives the same trials: F32 of the fault list."""

import pytest

from studies.models import Study
from tests.factories import SPACE
from tests.faults.conftest import Crew, Launch


def told(study: Study) -> list[tuple[object, ...]]:
    return list(study.trials.order_by("number").values_list("config", "state", "value", "fold_scores"))


@pytest.mark.parametrize("method", ["random", "grid"])
def test_one_worker_and_three_find_the_same(method: str, crew: Crew, launch: Launch) -> None:
    """A real estimator, with trials cheap enough to go in batches; the oracle scores each again by itself."""
    fields = {
        "method": method,
        "method_options": {"levels": 4} if method == "grid" else {},
        "estimator": "logistic_regression",
        "space": SPACE,
        "defaults": {"C": 1.0, "l1_ratio": 0.0},
        "max_trials": 16,
    }
    crew.start(1)
    alone = launch(**fields, parallel=1)
    crew.check(alone)
    crew.start(2)
    together = launch(**fields, parallel=3)
    crew.check(together)
    assert told(together) == told(alone)
    configurations = [str(config) for config, *_ in told(alone)[1:]]
    assert len(set(configurations)) == len(configurations)
