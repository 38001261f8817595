import dataclasses
import math

import numpy as np
import pytest
from sklearn.base import clone

from studies.evaluation import Table, catalogue

BOTH = ("classification", "regression")
SERVED = [(key, task) for key, entry in catalogue.items() for task in entry.tasks]
# What our recipes fix away from the library's defaults; everything else must be as the library has it.
FIXED = {
    "logistic_regression": {"max_iter", "random_state"},
    "ridge": {"random_state"},
    "knn": {"n_jobs"},
    "svm_rbf": {"random_state"},
    "random_forest": {"n_jobs", "random_state"},
    "hist_gradient_boosting": {"max_iter", "early_stopping", "categorical_features", "random_state"},
}


def inner(model):
    """The estimator itself, out of its target transformer."""
    return getattr(model, "regressor", model)


def corners(parameters):
    """Every parameter at its lowest and at its highest, all together and with the first choices and the last."""
    for end in (0, -1):
        yield {p["name"]: end_of(p, end) for p in parameters if active(p, parameters, end)}


def end_of(parameter, end):
    if parameter["type"] == "categorical":
        return parameter["choices"][end]
    if parameter["type"] == "boolean":
        return end == -1
    return parameter["low"] if end == 0 else parameter["high"]


def active(parameter, parameters, end):
    when = parameter.get("when") or {}
    return all(end_of(p, end) in when[p["name"]] for p in parameters if p["name"] in when)


def test_catalogue_holds_the_agreed_keys_and_tasks():
    assert list(catalogue) == [
        "logistic_regression", "ridge", "knn", "svm_rbf", "random_forest", "hist_gradient_boosting",
    ]  # fmt: skip
    assert [entry.key for entry in catalogue.for_task("regression")] == list(catalogue)[1:]
    for key, entry in catalogue.items():
        assert entry.key == key
        assert 1 <= entry.speed <= 5
        assert entry.label
        assert entry.summary.endswith(".")


def test_unknown_estimator_suggests_the_nearest():
    with pytest.raises(KeyError, match=r"no estimator 'random_forrest'\. Did you mean 'random_forest'\?"):
        catalogue["random_forrest"]


@pytest.mark.parametrize(("key", "task"), SERVED)
@pytest.mark.parametrize("n", [4, 20, 100, 5000])
def test_spaces_are_valid_at_every_size(key, task, n):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2 if task == "classification" else rng.normal(size=n)
    table = Table.from_arrays(rng.normal(size=(n, 2)), y, task)
    space = catalogue[key].space(table)
    assert list(space) == ["parameters"]
    names = [p["name"] for p in space["parameters"]]
    assert len(set(names)) == len(names)
    assert set(catalogue[key].defaults(table)) == set(names)
    for p in space["parameters"]:
        assert p["why"].endswith("."), p
        assert set(p) <= {"name", "type", "low", "high", "log", "choices", "when", "why"}
        if p["type"] in ("float", "int"):
            kind = float if p["type"] == "float" else int
            assert type(p["low"]) is kind
            assert type(p["high"]) is kind
            assert p["low"] < p["high"]
            assert math.isfinite(p["high"])
            assert p["low"] > 0 or not p["log"]
        assert set(p.get("when", {})) <= set(names)


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_ends_of_the_space_fit_a_tiny_table(key, task, make_table):
    table = make_table(20, task)
    entry = catalogue[key]
    for config in corners(entry.parameters(table)):
        model = entry.pipeline(config, table).fit(table.X[:14], table.y[:14])
        assert len(model.predict(table.X[14:])) == 6


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_defaults_are_the_librarys(key, task, make_table):
    table = make_table(40, task)
    entry = catalogue[key]
    model = inner(entry.pipeline(entry.defaults(table), table, seed=7)["model"])
    library = type(model)().get_params()
    differing = {name for name, value in model.get_params().items() if value != library[name]}
    assert differing <= FIXED[key]
    for name, value in entry.defaults(table).items():
        if name != "scaler":  # belongs to the preprocessing
            assert library[name] == value


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_left_out_parameters_keep_the_librarys_defaults(key, task, make_table):
    table = make_table(40, task)
    entry = catalogue[key]
    bare = inner(entry.pipeline({}, table)["model"]).get_params()
    assert bare == inner(entry.pipeline(entry.defaults(table), table)["model"]).get_params()


@pytest.mark.parametrize(
    ("key", "name", "hint"),
    [
        ("svm_rbf", "gama", "Did you mean 'gamma'?"),
        ("random_forest", "n_jobs", "Known: max_features"),
        ("random_forest", "n_estimators", ""),
        ("logistic_regression", "class_weight", "Known: C, l1_ratio."),
        ("logistic_regression", "model__C", ""),
        ("hist_gradient_boosting", "random_state", ""),
    ],
)
def test_unknown_parameters_are_refused_by_name(animals, key, name, hint):
    with pytest.raises(ValueError, match=f"has no tuned parameter '{name}'. {hint}"):
        catalogue[key].pipeline({name: 1}, animals)


def test_whole_numbers_from_json_mean_fractions_where_the_parameter_is_one(animals):
    forest = catalogue["random_forest"].pipeline({"max_features": 1, "max_samples": 1}, animals)["model"]
    assert type(forest.max_features) is float
    assert type(forest.max_samples) is float
    neighbours = catalogue["knn"].pipeline({"n_neighbors": 1}, animals)["model"]
    assert type(neighbours.n_neighbors) is int


def test_a_whole_number_too_large_for_a_fraction_is_refused(animals):
    with pytest.raises(ValueError, match=r"C .* too large"):
        catalogue["svm_rbf"].pipeline({"C": 10**400}, animals)


def test_entries_say_what_they_cannot_serve(prices):
    with pytest.raises(ValueError, match="serves classification only, and this target calls for regression"):
        catalogue["logistic_regression"].pipeline({}, prices)
    large = Table.from_arrays(np.zeros((10_001, 1)), np.arange(10_001), "regression")
    assert catalogue["svm_rbf"].problem(large) == (
        "SVM (radial kernel) is meant for at most 10,000 rows; this table has 10,001."
    )
    assert catalogue["ridge"].problem(large) is None


def test_metrics_that_need_probabilities_are_known_beforehand(animals, prices):
    assert [key for key, entry in catalogue.items() if not entry.supports("log_loss", animals)] == ["ridge", "svm_rbf"]
    assert all(entry.supports("roc_auc", animals) for entry in catalogue.values())
    assert "log_loss" not in catalogue["svm_rbf"].metrics("classification")
    assert catalogue["svm_rbf"].metrics("regression") == ["r2", "rmse", "mae"]
    assert catalogue["logistic_regression"].metrics("regression") == []
    assert "for regression there are r2, rmse, mae" in (catalogue["ridge"].metric_problem("accuracy", prices) or "")


@pytest.mark.parametrize("task", BOTH)
def test_sparse_logistic_regression_uses_the_solver_that_can(task, make_table):
    table = make_table(60, "classification", classes=2 if task == "regression" else 3)
    model = catalogue["logistic_regression"].pipeline({"C": 0.05, "l1_ratio": 1.0}, table)
    model.fit(table.X, table.y)
    assert model["model"].solver == "saga"
    assert (model["model"].coef_ == 0).any()


def test_svr_works_in_standard_deviations_of_the_target(prices):
    scaled = dataclasses.replace(prices, y=prices.y * 1e6 - 3e7)
    entry = catalogue["svm_rbf"]
    small = entry.pipeline({"C": 2.0}, prices).fit(prices.X, prices.y).predict(prices.X)
    large = entry.pipeline({"C": 2.0}, scaled).fit(scaled.X, scaled.y).predict(scaled.X)
    np.testing.assert_allclose(large, small * 1e6 - 3e7, rtol=1e-6)


def test_boosting_stops_early_from_a_thousand_rows_if_classes_allow():
    rng = np.random.default_rng(0)

    def stops(counts):
        y = np.repeat(np.arange(len(counts)), counts)
        table = Table.from_arrays(rng.normal(size=(len(y), 2)), y, "classification")
        return catalogue["hist_gradient_boosting"].pipeline({}, table)["model"].early_stopping

    assert stops([500, 500]) is True
    assert stops([500, 499]) is False
    assert stops([1500, 19]) is False


@pytest.mark.parametrize("levels", [200, 400])
def test_boosting_takes_categories_natively_even_beyond_its_bins(levels):
    rng = np.random.default_rng(0)
    X = np.column_stack([np.arange(1200) % levels, rng.normal(size=1200)]).astype(float)
    effect = rng.normal(size=levels)
    table = Table.from_arrays(X, effect[X[:, 0].astype(int)] + X[:, 1], "regression", categorical=[0])
    model = catalogue["hist_gradient_boosting"].pipeline({}, table).fit(table.X, table.y)
    assert model["model"].is_categorical_.sum() == 1
    assert model.score(table.X, table.y) > 0.5


def test_descriptions_count_the_columns(animals):
    assert catalogue["knn"].describe(animals) == (
        "3 numbers: median and a mark where missing, standardised; 2 categories: one-hot, at most 20 columns each"
    )
    assert catalogue["random_forest"].describe(animals).startswith("3 numbers: missing values kept; 2 categories: one")
    assert "native categories" in catalogue["hist_gradient_boosting"].describe(animals)
    plain = Table.from_arrays([[1.0], [2.0]], [0.0, 1.0], "regression")
    assert catalogue["svm_rbf"].describe(plain) == "1 number: standardised; target: standardised"
    assert catalogue["random_forest"].describe(plain) == "1 number: as they are"


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_only_the_seed_changes_a_pipeline(key, task, make_table):
    table = make_table(60, task)
    entry = catalogue[key]
    pipeline = entry.pipeline(entry.defaults(table), table, seed=3)
    first = pipeline.fit(table.X, table.y).predict(table.X)
    np.testing.assert_array_equal(clone(pipeline).fit(table.X, table.y).predict(table.X), first)
