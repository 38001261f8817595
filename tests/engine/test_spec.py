"""From a spec to a draft: what is decided, what is refused, and that nothing else can happen."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.engine.intake import store_upload
from studies.engine.spec import KEYS, SpecError, create_draft, examine, resolve
from studies.models import Dataset, Study
from studies.search import Space
from tests.factories import make_version


def errors_of(team, spec: Any) -> dict[str, list[str]]:
    with pytest.raises(SpecError) as caught:
        resolve(team, spec)
    return caught.value.errors


def stored(team, alice, content: str, target: str):
    return store_upload(team, alice, SimpleUploadedFile("t.csv", content.encode()), "Stored", target=target)


# -- what is decided


def test_the_least_spec_decides_everything_and_says_so(team, version) -> None:
    found = resolve(team, {"dataset_version": version.pk})
    assert found.name == "Patients, Logistic regression, Bayesian"
    assert (found.task, found.target, found.metric, found.direction) == (
        "classification", "outcome", "balanced_accuracy", "maximize",
    )  # fmt: skip
    assert found.plan == {"kind": "stratified", "folds": 5, "repeats": 1}
    assert (found.seed, found.max_trials, found.parallel, found.fits) == (0, 60, 2, 300)
    assert (found.max_seconds, found.trial_seconds, found.trial_memory_mb) == (None, None, None)
    for word in ("Target", "Task", "Estimator", "Metric", "Search space", "Split", "Folds", "Method", "Budget"):
        assert any(sentence.startswith(f"{word}:") for sentence in found.decisions), word
    assert "Metric: Balanced accuracy, because the classes are uneven." in found.decisions


def test_nulls_and_auto_are_as_good_as_missing(team, version) -> None:
    empty = dict.fromkeys(KEYS) | {"dataset_version": version.pk}
    auto = empty | {"task": "auto", "metric": "auto", "plan": {"kind": "auto"}, "holdout": "auto", "racing": "auto"}
    least = resolve(team, {"dataset_version": version.pk})
    assert resolve(team, empty).to_spec() == resolve(team, auto).to_spec() == least.to_spec()


def test_what_was_resolved_resolves_to_itself(team, version) -> None:
    spec = resolve(team, {"dataset_version": version.pk, "estimator": "random_forest", "method": "grid"}).to_spec()
    again = resolve(team, json.loads(json.dumps(spec)))
    assert again.to_spec() == spec
    assert len(again.decisions) == 1  # nothing was left open; how the grid and the budget meet is still said
    assert create_draft(again, None).spec == spec


def test_a_number_as_target_is_regression(team, version) -> None:
    found = resolve(team, {"dataset_version": version.pk, "target": "income"})
    assert (found.task, found.metric, found.plan["kind"], found.estimator) == (
        "regression", "r2", "kfold", "random_forest",
    )  # fmt: skip


def test_whole_numbers_may_be_either(team, alice) -> None:
    rows = "\n".join(f"{i * 0.5},{i % 3}" for i in range(60))
    version = stored(team, alice, f"x,stars\n{rows}\n", "stars")
    assert resolve(team, {"dataset_version": version.pk}).task == "classification"
    assert resolve(team, {"dataset_version": version.pk, "task": "regression"}).metric == "r2"


def test_a_rare_class_takes_fewer_folds(team, alice) -> None:
    rows = "\n".join(f"{i * 0.5},{'rare' if i < 3 else 'often'}" for i in range(60))
    version = stored(team, alice, f"x,kind\n{rows}\n", "kind")
    found = resolve(team, {"dataset_version": version.pk})
    assert found.plan["folds"] == 3
    assert "Folds: 3, because class 'rare' has 3 rows." in found.decisions
    refused = errors_of(team, {"dataset_version": version.pk, "plan": {"folds": 4}})
    assert refused == {"plan.folds": ["folds is 4; at most 3 are possible, because class 'rare' has 3 rows."]}


def test_a_class_of_one_row_is_split_at_random(team, alice) -> None:
    rows = "\n".join(f"{i * 0.5},{'once' if i == 7 else 'ab'[i % 2]}" for i in range(60))
    version = stored(team, alice, f"x,kind\n{rows}\n", "kind")
    assert resolve(team, {"dataset_version": version.pk}).plan["kind"] == "kfold"
    refused = errors_of(team, {"dataset_version": version.pk, "plan": {"kind": "stratified"}})
    assert "too few for stratified folds" in refused["plan.kind"][0]


def test_the_grids_size_and_the_fits(team, version) -> None:
    spec = {"dataset_version": version.pk, "method": "grid", "method_options": {"levels": 3}, "plan": {"repeats": 2}}
    small = resolve(team, spec)
    assert (small.grid_size, small.fits) == (6, 7 * 10)
    assert any("ends when all were tried" in sentence for sentence in small.decisions)
    large = resolve(team, spec | {"method_options": {"levels": 1000}})
    assert (large.grid_size, large.fits) == (2000, 60 * 10)
    assert any("the budget tries 59 of them" in sentence for sentence in large.decisions)


def test_no_draft_on_a_dataset_that_was_deleted_in_the_meantime(team, alice, version) -> None:
    found = resolve(team, {"dataset_version": version.pk})
    Dataset.objects.filter(pk=version.dataset_id).delete()
    with pytest.raises(SpecError, match="deleted in the meantime"):
        create_draft(found, alice)


def test_a_long_dataset_name_still_makes_a_name(team, alice) -> None:
    version = make_version(team, alice, rows=40, name="x" * 120)
    assert len(resolve(team, {"dataset_version": version.pk}).name) == 120


def test_a_draft_holds_all_of_it(team, alice, version) -> None:
    spec = {
        "dataset_version": version.pk, "name": " Mine ", "estimator": "svm_rbf", "method": "random", "seed": 2**63 - 1,
        "metric": "accuracy", "method_options": {"sampler": "independent"}, "parallel": 3,
        "budget": {"trials": 5, "seconds": 90, "trial_seconds": 0.5, "trial_memory_mb": 64},
    }  # fmt: skip
    study = create_draft(resolve(team, spec), alice)
    study = Study.objects.get(pk=study.pk)
    assert (study.name, study.state, study.seed, study.created_by) == ("Mine", "draft", 2**63 - 1, alice)
    assert study.defaults == {
        "C": 1.0, "gamma": "scale", "impute": "median", "impute_mark": True, "scale": "standard", "encode": "one_hot",
    }  # fmt: skip
    assert study.spec["budget"] == {"trials": 5, "seconds": 90.0, "trial_seconds": 0.5, "trial_memory_mb": 64}
    assert Space.from_json(study.space).dimensions == 3


# -- what is refused


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"estimatr": "knn"}, "estimatr", 'Did you mean "estimator"?'),
        ({"plan": {"fold": 3}}, "plan.fold", 'Did you mean "folds"?'),
        ({"budget": {"trails": 3}}, "budget.trails", 'Did you mean "trials"?'),
        ({"budget": {"trials": 0}}, "budget.trials", "from 1 to 100,000"),
        ({"budget": {"trials": 100_001}}, "budget.trials", "from 1 to 100,000"),
        ({"budget": {"trials": 1.5}}, "budget.trials", "whole number"),
        ({"budget": {"trials": True}}, "budget.trials", "true"),
        ({"budget": {"trials": "60"}}, "budget.trials", "'60'"),
        ({"budget": {"seconds": 0}}, "budget.seconds", "above 0"),
        ({"budget": {"seconds": 1e300}}, "budget.seconds", "1,000,000,000"),
        ({"budget": {"trial_seconds": False}}, "budget.trial_seconds", "above 0"),
        ({"budget": {"trial_memory_mb": 63}}, "budget.trial_memory_mb", "from 64"),
        ({"budget": []}, "budget", "must be an object"),
        ({"parallel": 0}, "parallel", "from 1 to 64"),
        ({"seed": -1}, "seed", "from 0"),
        ({"seed": 2**63}, "seed", "9,223,372,036,854,775,807"),
        ({"seed": 10**5000}, "seed", "too large to print"),
        ({"plan": {"folds": 1}}, "plan.folds", "from 2 to 20"),
        ({"plan": {"repeats": 11}}, "plan.repeats", "from 1 to 10"),
        ({"plan": {"kind": "group"}}, "plan.kind", "No column has the role group: give one on"),
        ({"plan": {"kind": "time"}}, "plan.kind", "No column has the role time"),
        ({"plan": {"rows": 19}}, "plan.rows", "from 20"),
        ({"plan": {"rows": "all"}}, "plan.rows", "whole number"),
        ({"plan": {"kind": "stratify"}}, "plan.kind", "stratified"),
        ({"target": "income", "plan": {"kind": "stratified"}}, "plan.kind", "need classes"),
        ({"holdout": 0.2}, "holdout", "There are: on, off, auto"),
        ({"racing": True}, "racing", "not available yet"),
        ({"racing": "on"}, "racing", "not available yet"),
        ({"stop_when_converged": "yes"}, "stop_when_converged", "true or false"),
        ({"name": "x" * 121}, "name", "at most 120"),
        ({"name": " "}, "name", "must be a text"),
        ({"name": 5}, "name", "must be a text"),
        ({"name": "a\nb"}, "name", "invisible character"),
        ({"name": "a\u202eb"}, "name", "invisible character"),
        ({"task": "clustering"}, "task", "classification"),
        ({"task": "regression"}, "target", "Choose classification"),
        ({"target": "outcom"}, "target", 'Did you mean "outcome"?'),
        ({"target": ["x"]}, "target", "no column"),
        ({"estimator": "random_forrest"}, "estimator", 'Did you mean "random_forest"?'),
        ({"estimator": {"a": 1}}, "estimator", "no estimator"),
        ({"estimator": "logistic_regression", "target": "income"}, "estimator", "classification"),
        ({"metric": "acuracy"}, "metric", 'Did you mean "accuracy"?'),
        ({"metric": "rmse"}, "metric", "metric for regression"),
        ({"metric": "log_loss", "estimator": "ridge"}, "metric", "no probabilities"),
        ({"method": "tpe"}, "method", "bayesian"),
        ({"method": "grid", "method_options": {"level": 3}}, "method_options.level", 'Did you mean "levels"?'),
        ({"method": "manual", "method_options": {"levels": 3}}, "method_options.levels", "has none"),
        ({"method": "grid", "method_options": {"levels": 0}}, "method_options.levels", "from 1"),
        ({"method": "grid", "method_options": {"levels": {"D": 3}}}, "method_options.levels", "no such parameter"),
        ({"method": "evolutionary", "method_options": {"population": 1}}, "method_options.population", "whole number"),
        ({"method_options": [1]}, "method_options", "must be an object"),
        ({"space": []}, "space", "No parameter is searched"),
        ({"space": "wid"}, "space", 'Did you mean "wide"?'),
        ({"space": 5}, "space", "must look like"),
        ({"space": {"params": []}}, "space", "params"),
    ],
)
def test_refusals_say_where_and_what_would_be_right(team, version, change: dict, path: str, said: str) -> None:
    refused = errors_of(team, {"dataset_version": version.pk} | change)
    assert list(refused) == [path]
    assert said in refused[path][0]


def test_all_refusals_come_at_once(team, version) -> None:
    space = [
        {"name": "C", "type": "float", "low": 2, "high": 1},
        {"name": "l1_ratio", "type": "categorical", "choices": []},
    ]
    spec = {"dataset_version": version.pk, "space": space, "seed": -1, "plan": {"folds": 99}, "budget": {"trials": 0}}
    assert errors_of(team, spec).keys() == {"space.C", "space.l1_ratio", "seed", "plan.folds", "budget.trials"}


@pytest.mark.parametrize("number", [None, True, "1", 0, -1, 1.0, 10**30, 99999])
def test_dataset_versions_that_are_none(team, version, number: object) -> None:
    assert list(errors_of(team, {"dataset_version": number})) == ["dataset_version"]


def test_a_strangers_version_is_as_if_it_had_never_existed(team, charlie) -> None:
    theirs = make_version(charlie.teams.get(), charlie, rows=40)
    refused = errors_of(team, {"dataset_version": theirs.pk})
    assert refused == {"dataset_version": [f"There is no such dataset version: {theirs.pk}."]}


def test_more_rows_than_the_model_is_meant_for(team, alice) -> None:
    version = make_version(team, alice, rows=10_500)
    refused = errors_of(team, {"dataset_version": version.pk, "estimator": "svm_rbf"})
    assert "at most 10,000 rows" in refused["estimator"][0]


@pytest.mark.parametrize("kind", ["date", "text", "id"])
def test_columns_that_cannot_be_predicted(team, version, kind: str) -> None:
    """A schema whose target was corrected to a kind that no study predicts."""
    rows = "\n".join(f"{i % 7},{i % 5},2024-01-{i % 28 + 1:02d},some words and number {i},K{i:03d}" for i in range(60))
    made = stored(team, version.created_by, f"x,y,date,text,id\n{rows}\n", "x")
    assert {column.name: column.kind for column in made.columns.all()}[kind] == kind
    assert "cannot be predicted" in errors_of(team, {"dataset_version": made.pk, "target": kind})["target"][0]


@pytest.mark.parametrize(
    "spec",
    [
        None, [], "x", 5,
        {"name": "a\x00b"}, {"name": "\ud800"}, {"seed": float("nan")}, {"budget": {"seconds": float("inf")}},
    ],
)  # fmt: skip
def test_what_is_no_spec_at_all(team, spec: object) -> None:
    assert "spec" in errors_of(team, spec)


def test_nesting_without_end(team, version) -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert "nested too deeply" in errors_of(team, {"dataset_version": version.pk, "space": deep})["spec"][0]


WORDS = st.sampled_from(["C", "float", "grid", "stratified", "income"])
INNER_KEYS = st.sampled_from(["name", "type", "low", "high", "log", "when", "kind", "folds", "x"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER_KEYS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*KEYS, "other"]), JUNK, max_size=5))
def test_no_spec_does_anything_but_resolve_or_be_refused(team, version, change: dict) -> None:
    found = examine(team, {"dataset_version": version.pk} | change)
    for path, sentences in found.problems.errors.items():
        assert isinstance(path, str)
        assert all(isinstance(sentence, str) and len(sentence) < 1000 for sentence in sentences)
    if not found.problems:
        resolve(team, {"dataset_version": version.pk} | change)
