"""Search spaces that are none: refused in a moment, at the parameter, and nothing in them is ever evaluated."""

import json
import time
from typing import Any

import pytest

from studies.engine.spec import resolve
from studies.models import DatasetVersion, Study
from tests.bad_input.conftest import Door

GIGA = 10**9
assert resolve  # scikit-learn is there before the clock runs


def spec(*parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"space": {"parameters": list(parameters)}} | more


def real(name: str = "C", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": "float", "low": 0.1, "high": 10.0} | fields


def choices(*values: Any, name: str = "C") -> dict[str, Any]:
    return {"name": name, "type": "categorical", "choices": list(values)}


def constant(value: Any, name: str = "C") -> dict[str, Any]:
    return {"name": name, "type": "constant", "value": value}


FOREST = {"estimator": "random_forest"}
DEEP = "[" * 100_000 + "]" * 100_000
CASES: dict[str, tuple[Any, str, str]] = {
    "low_above_high": (spec(real(low=2, high=1)), "space.C", "low must be below high"),
    "low_is_high": (spec(real(low=1, high=1)), "space.C", "low must be below high"),
    "low_is_missing": (spec({"name": "C", "type": "float", "high": 1}), "space.C", "low is missing"),
    "bounds_are_null": (spec(real(low=None)), "space.C", "low is"),
    "bounds_are_words": (spec(real(low="1")), "space.C", "finite number"),
    "bounds_are_lists": (spec(real(low=[1])), "space.C", "finite number"),
    "bounds_are_booleans": (spec(real(low=True)), "space.C", "finite number"),
    "log_of_zero": (spec(real(low=0, log=True)), "space.C", "above 0"),
    "log_of_less_than_zero": (spec(real(low=-1, log=True)), "space.C", "above 0"),
    "log_is_a_word": (spec(real(log="yes")), "space.C", "log"),
    "step_of_zero": (spec(real(step=0)), "space.C", "step"),
    "step_below_zero": (spec(real(step=-1)), "space.C", "step"),
    "step_beyond_the_range": (spec(real(step=100)), "space.C", "step"),
    "step_on_a_log_scale": (spec(real(step=1, log=True)), "space.C", "step"),
    "type_unknown": (spec(real(type="gamma")), "space.C", "must be one of"),
    "type_is_missing": (spec({"name": "C", "low": 1, "high": 2}), "space", "type"),
    "int_with_fractions": (spec({"name": "max_depth_limit", "type": "int", "low": 1.5, "high": 3}, **FOREST),
                           "space.max_depth_limit", "whole number"),
    "not_a_number": ('{"space": [{"name": "C", "type": "float", "low": NaN, "high": 1}]}', "body", "NaN"),
    "infinity": ('{"space": [{"name": "C", "type": "float", "low": 1, "high": Infinity}]}', "body", "Infinity"),
    "1e999": ('{"space": [{"name": "C", "type": "float", "low": 1, "high": 1e999}]}', "body", "1e999"),
    "5000_digits": ('{"space": [{"name": "C", "type": "float", "low": ' + "9" * 5000 + "}]}", "body", "digits"),
    "deep_nesting": ('{"space": ' + DEEP + "}", "body", "nested"),
    "deep_objects": ('{"space": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}", "body", "nested"),
    "duplicate_keys": ('{"space": [{"name": "C", "name": "D"}]}', "body", "twice"),
    "duplicate_parameters": (spec(real(), real()), "space", "C"),
    "grid_of_1e9": (spec(choices(*range(1, 1001)), method="grid", method_options={"levels": GIGA}),
                    "method_options.levels", "levels"),
    "ten_thousand_parameters": (spec(*(real(f"p{i}") for i in range(10_000))), "space", "p"),
    "hundred_thousand_choices": (spec(choices(*range(100_000))), "space.C", "1 to 1000"),
    "unknown_name": (spec(real("c")), "space.c", 'Did you mean "C"?'),
    "dunder_name": (spec(real("__class__")), "space.__class__", "no parameter"),
    "name_with_underscores": (spec(real("model__C")), "space.model__C", "no parameter"),
    "empty_name": (spec(real("")), "space", "name"),
    "name_is_a_number": (spec(real(5)), "space", "name"),  # type: ignore[arg-type]
    "code_in_a_string": (spec(constant("__import__('os').system('touch pwned')")), "space.C", "must be a number"),
    "code_in_a_choice": (spec(choices("eval('1')", 1.0)), "space.C", "among its choices"),
    "memory_path": (spec(constant("/etc", "memory")), "space.memory", "no parameter"),
    "n_jobs": (spec(constant(64, "n_jobs")), "space.n_jobs", "no parameter"),
    "random_state": (spec(constant(1, "random_state")), "space.random_state", "no parameter"),
    "size_bomb_trees": (spec({"name": "n_estimators", "type": "int", "low": 10, "high": GIGA}, **FOREST),
                        "space.n_estimators", "cannot be above"),
    "size_bomb_units": (spec({"name": "units", "type": "int", "low": 1, "high": GIGA}, estimator="mlp"),
                        "space.units", "cannot be above"),
    "invalid_combination": (spec(real(when={"D": [1]})), "space.C", "no such parameter"),
    "circular_conditions": (spec(real(when={"C": [1]})), "space.C", "C"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_space_that_is_none_is_refused_at_its_parameter(door: Door, version: DatasetVersion, case: str) -> None:
    body, field, said = CASES[case]
    if isinstance(body, dict):
        body = json.dumps({"dataset_version": version.pk, "method": "random"} | body)
    began = time.process_time()
    answer = door.program.post("/api/v1/studies", body, content_type="application/json")
    assert time.process_time() - began < 3
    assert answer.status_code in (400, 422)
    errors = answer.json()["errors"]
    assert any(key.startswith(field) and said in " ".join(sentences) for key, sentences in errors.items()), errors
    assert all(len(sentence) < 1000 for sentences in errors.values() for sentence in sentences)
    assert not Study.objects.exists()
