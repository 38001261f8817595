"""Budgets, folds and limits beyond their bounds: refused by the server with the range that is allowed."""

import json
from typing import Any

import pytest

from studies.models import DatasetVersion, Study
from tests.bad_input.conftest import Door

GIGA = 10**9


def evolution(population: int) -> dict[str, Any]:
    return {"method": "evolutionary", "method_options": {"population": population}}


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "trials_0": ({"budget": {"trials": 0}}, "budget.trials", "from 1 to 100,000"),
    "trials_negative": ({"budget": {"trials": -5}}, "budget.trials", "from 1 to 100,000"),
    "trials_1e9": ({"budget": {"trials": GIGA}}, "budget.trials", "from 1 to 100,000"),
    "trials_fraction": ({"budget": {"trials": 1.5}}, "budget.trials", "whole number"),
    "trials_words": ({"budget": {"trials": "60"}}, "budget.trials", "'60'"),
    "trials_boolean": ({"budget": {"trials": True}}, "budget.trials", "true"),
    "folds_1": ({"plan": {"folds": 1}}, "plan.folds", "from 2 to 20"),
    "folds_1000": ({"plan": {"folds": 1000}}, "plan.folds", "from 2 to 20"),
    "folds_negative": ({"plan": {"folds": -3}}, "plan.folds", "from 2 to 20"),
    "repeats_0": ({"plan": {"repeats": 0}}, "plan.repeats", "from 1 to 10"),
    "repeats_1e9": ({"plan": {"repeats": GIGA}}, "plan.repeats", "from 1 to 10"),
    "seconds_0": ({"budget": {"seconds": 0}}, "budget.seconds", "above 0"),
    "seconds_negative": ({"budget": {"seconds": -1}}, "budget.seconds", "above 0"),
    "seconds_1e300": ({"budget": {"seconds": 1e300}}, "budget.seconds", "1,000,000,000"),
    "trial_seconds_0": ({"budget": {"trial_seconds": 0}}, "budget.trial_seconds", "above 0"),
    "memory_1_mb": ({"budget": {"trial_memory_mb": 1}}, "budget.trial_memory_mb", "from 64"),
    "parallel_0": ({"parallel": 0}, "parallel", "from 1 to 64"),
    "parallel_1e9": ({"parallel": GIGA}, "parallel", "from 1 to 64"),
    "seed_negative": ({"seed": -1}, "seed", "from 0"),
    "seed_beyond_64_bits": ({"seed": 2**63}, "seed", "9,223,372,036,854,775,807"),
    "seed_words": ({"seed": "1_000"}, "seed", "1_000"),
    "population_1": (evolution(1), "method_options.population", "from 4 to 1000"),
    "population_1e9": (evolution(GIGA), "method_options.population", "from 4 to 1000"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_budget_beyond_its_bounds_is_refused_with_the_range(door: Door, version: DatasetVersion, case: str) -> None:
    change, field, said = CASES[case]
    body = json.dumps({"dataset_version": version.pk} | change)
    answer = door.program.post("/api/v1/studies", body, content_type="application/json")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert said in answer.json()["errors"][field][0]
    assert not Study.objects.exists()
