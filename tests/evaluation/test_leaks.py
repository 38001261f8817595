"""Nothing of a row in validation may reach the model that predicts its fold: neither features, nor gaps, nor target."""

import dataclasses

import numpy as np
import pytest

from studies.evaluation import catalogue, evaluate
from studies.evaluation.estimators.preprocessing import MAX_CATEGORIES

SERVED = [(key, task) for key, entry in catalogue.items() for task in entry.tasks]
ROW = 17


def out_of_fold(table, plan, key, config=None):
    config = catalogue[key].defaults(table) if config is None else config
    result = evaluate(table, plan, key, config, "r2" if table.task == "regression" else "accuracy", seed=1)
    assert result.state == "complete", result.error
    answer = result.predictions.values if table.task == "regression" else result.predictions.labels
    return answer[0]


def neighbours_of(plan):
    """The rows validated together with ROW, without it."""
    together = plan.fold_of_row[0] == plan.fold_of_row[0, ROW]
    together[ROW] = False
    return together


@pytest.mark.parametrize(("key", "task"), SERVED)
@pytest.mark.parametrize(("missing", "change"), [(0.1, 1e9), (0.0, np.nan)], ids=["outlier", "only gap"])
def test_a_validation_rows_features_change_no_other_prediction_of_its_fold(
    key, task, missing, change, make_table, make_folds
):
    table = make_table(60, task, missing=missing)
    plan = make_folds(table, folds=2)
    X = table.X.copy()
    X[ROW, :3] = change
    X[ROW, 3:] = len(table.levels[3]), len(table.levels[4])  # a level that no other row has
    levels = (*table.levels[:3], (*table.levels[3], "new"), (*table.levels[4], "new"))
    changed = dataclasses.replace(table, X=X, levels=levels)
    together = neighbours_of(plan)
    np.testing.assert_array_equal(out_of_fold(changed, plan, key)[together], out_of_fold(table, plan, key)[together])


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_a_validation_rows_target_does_not_change_its_folds_predictions(key, task, make_table, make_folds):
    table = make_table(60, task)
    plan = make_folds(table, folds=2)
    y = table.y.copy()
    y[ROW] = 1 - y[ROW] if task == "classification" else 1e6
    changed = dataclasses.replace(table, y=y)
    fold = neighbours_of(plan)
    fold[ROW] = True
    np.testing.assert_array_equal(out_of_fold(changed, plan, key)[fold], out_of_fold(table, plan, key)[fold])


PREPARED = [
    ("ridge", {"impute": fill, "impute_mark": mark})
    for fill in ("mean", "most_frequent", "constant") for mark in (False, True)
] + [
    ("knn", {"scale": scale, "n_neighbors": 3}) for scale in ("robust", "quantile", "minmax", "none")
] + [
    ("hist_gradient_boosting", {"impute": "median", "encode": encode}) for encode in ("native", "one_hot", "ordinal")
] + [
    (key, {"encode": "target"}) for key in ("ridge", "knn", "decision_tree", "hist_gradient_boosting")
]  # fmt: skip


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize(("key", "config"), PREPARED)
def test_every_way_to_prepare_learns_from_training_rows_alone(key, config, task, make_table, make_folds):
    table = make_table(90, task)
    plan = make_folds(table)
    X, y = table.X.copy(), table.y.copy()
    X[ROW, :3] = 1e9, np.nan, -1e9
    X[ROW, 3:] = len(table.levels[3]), len(table.levels[4])
    y[ROW] = 1 - y[ROW] if task == "classification" else 1e6
    levels = (*table.levels[:3], (*table.levels[3], "new"), (*table.levels[4], "new"))
    changed = dataclasses.replace(table, X=X, y=y, levels=levels)
    together = neighbours_of(plan)
    np.testing.assert_array_equal(
        out_of_fold(changed, plan, key, config)[together], out_of_fold(table, plan, key, config)[together]
    )


def test_target_encoding_hides_a_training_rows_target_from_itself(prices):
    """Otherwise a level of a single row would tell the model the answer."""

    def encoded(y):
        prepare = catalogue["ridge"].pipeline({"encode": "target"}, prices, seed=5)["prepare"]
        return prepare.fit_transform(prices.X, y)[:, -2:]

    y = prices.y.copy()
    y[ROW] = 1e6
    before, after = encoded(prices.y), encoded(y)
    np.testing.assert_array_equal(before[ROW], after[ROW])
    assert (before != after).any()


def test_fitted_statistics_are_those_of_the_training_rows(animals, make_folds):
    train, _ = make_folds(animals).split(0)
    pipeline = catalogue["ridge"].pipeline({}, animals).fit(animals.X[train], animals.y[train])
    prepare = pipeline["prepare"]
    numbers = prepare.named_transformers_["numbers"]
    np.testing.assert_allclose(numbers["fill"].statistics_, np.nanmedian(animals.X[train, :3], axis=0))
    filled = np.where(np.isnan(animals.X[train, :3]), numbers["fill"].statistics_, animals.X[train, :3])
    np.testing.assert_allclose(numbers["scale"].mean_[:3], filled.mean(axis=0))
    assert prepare.transform(animals.X[train]).shape[1] <= 6 + 4 + MAX_CATEGORIES


def test_rows_left_out_of_the_plan_change_nothing_at_all(animals, make_folds):
    plan = make_folds(animals)
    rows = plan.fold_of_row.copy()
    rows[:, ROW] = 255
    plan = dataclasses.replace(plan, fold_of_row=rows)
    X = animals.X.copy()
    X[ROW, 0] = 1e9
    for key in ("ridge", "knn", "hist_gradient_boosting"):
        before, after = out_of_fold(animals, plan, key), out_of_fold(dataclasses.replace(animals, X=X), plan, key)
        np.testing.assert_array_equal(before, after)
        assert before[ROW] == 255
