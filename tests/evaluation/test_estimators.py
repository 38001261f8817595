import dataclasses

import numpy as np
import pytest
from sklearn.base import clone

from studies.evaluation import Table, catalogue
from studies.evaluation.estimators.preprocessing import MAX_CATEGORIES

BOTH = ("classification", "regression")
SERVED = [(key, task) for key, entry in catalogue.items() for task in entry.tasks]
# What our recipes fix away from the library's defaults; everything else must be as the library has it.
FIXED = {
    "knn": {"n_jobs"},
    "random_forest": {"n_jobs"},
    "extra_trees": {"n_jobs"},
    "hist_gradient_boosting": {"categorical_features"},
}


def inner(model):
    """The estimator itself, out of its target transformer."""
    return getattr(model, "regressor", model)


def test_catalogue_holds_the_agreed_keys_and_tasks():
    assert list(catalogue) == [
        "logistic_regression", "ridge", "elastic_net", "knn", "svm_rbf", "decision_tree", "random_forest",
        "extra_trees", "hist_gradient_boosting", "mlp", "gaussian_nb",
    ]  # fmt: skip
    assert [entry.key for entry in catalogue.for_task("regression")] == list(catalogue)[1:-1]
    for key, entry in catalogue.items():
        assert entry.key == key
        assert 1 <= entry.speed <= 5
        assert entry.label
        assert entry.summary.endswith(".")
        assert entry.cost.endswith(".")


def test_unknown_estimator_suggests_the_nearest():
    with pytest.raises(KeyError, match=r"no estimator 'random_forrest'\. Did you mean 'random_forest'\?"):
        catalogue["random_forrest"]


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_defaults_are_the_librarys(key, task, make_table):
    table = make_table(40, task)
    entry = catalogue[key]
    model = inner(entry.pipeline(entry.defaults(table), table, seed=7)["model"])
    library = type(model)().get_params()
    differing = {name for name, value in model.get_params().items() if value != library[name]}
    assert differing <= FIXED.get(key, set()) | {"random_state"}


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
        ("random_forest", "oob_score", ""),
        ("logistic_regression", "class_weight", "Known: C, l1_ratio, max_iter, impute, impute_mark, scale, encode."),
        ("logistic_regression", "model__C", ""),
        ("hist_gradient_boosting", "random_state", ""),
    ],
)
def test_unknown_parameters_are_refused_by_name(animals, key, name, hint):
    with pytest.raises(ValueError, match=f"has no tuned parameter '{name}'. {hint}"):
        catalogue[key].pipeline({name: 1}, animals)


def test_whole_numbers_from_json_mean_fractions_where_the_parameter_is_one(animals):
    shares = {"max_features": "share", "max_features_share": 1, "max_samples": "share", "max_samples_share": 1}
    forest = catalogue["random_forest"].pipeline(shares, animals)["model"]
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
        "SVM (radial kernel) is meant for at most 10,000 rows; here there are 10,001."
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


def test_early_stopping_is_offered_where_every_class_has_rows_to_spare():
    rng = np.random.default_rng(0)

    def stopping(key, counts, config):
        y = np.repeat(np.arange(len(counts)), counts)
        table = Table.from_arrays(rng.normal(size=(len(y), 2)), y, "classification")
        return catalogue[key].pipeline(config, table)["model"].early_stopping

    assert stopping("hist_gradient_boosting", [500, 500], {}) == "auto"
    assert stopping("hist_gradient_boosting", [500, 500], {"early_stopping": "on"}) is True
    assert stopping("hist_gradient_boosting", [1500, 19], {}) is False
    assert stopping("mlp", [5000, 5000], {}) is False
    assert stopping("mlp", [5000, 5001], {}) is True
    assert stopping("mlp", [19, 11_000], {}) is False


@pytest.mark.parametrize(
    ("key", "config", "name", "value"),
    [
        ("random_forest", {"max_features": "share", "max_features_share": 0.4}, "max_features", 0.4),
        ("random_forest", {"max_features": "log2", "max_features_share": 0.4}, "max_features", "log2"),
        ("random_forest", {"max_samples": "share", "max_samples_share": 0.6}, "max_samples", 0.6),
        ("random_forest", {"max_samples": "all"}, "max_samples", None),
        ("random_forest", {"bootstrap": False, "max_samples_share": 0.6}, "max_samples", None),
        ("random_forest", {"max_depth": "limited", "max_depth_limit": 4}, "max_depth", 4),
        ("extra_trees", {"bootstrap": True}, "max_samples", None),
        ("extra_trees", {"bootstrap": True, "max_samples": "share", "max_samples_share": 0.5}, "max_samples", 0.5),
        ("decision_tree", {"max_depth": "none"}, "max_depth", None),
        ("svm_rbf", {"gamma": "number", "gamma_number": 0.25}, "gamma", 0.25),
        ("svm_rbf", {"gamma": "auto"}, "gamma", "auto"),
        ("svm_rbf", {"gamma": "number"}, "gamma", "scale"),
        ("hist_gradient_boosting", {}, "l2_regularization", 0.0),
        (
            "hist_gradient_boosting",
            {"l2_regularization": "number", "l2_regularization_number": 3},
            "l2_regularization",
            3.0,
        ),
        ("mlp", {"units": 20, "hidden_layers": 3}, "hidden_layer_sizes", (20, 20, 20)),
    ],
)
def test_a_switch_and_its_number_become_the_librarys_value(animals, key, config, name, value):
    assert inner(catalogue[key].pipeline(config, animals)["model"]).get_params()[name] == value


@pytest.mark.parametrize(
    ("key", "config", "name", "value"),
    [
        ("random_forest", {"max_features": 0.5, "max_samples": None}, "max_features", 0.5),
        ("random_forest", {"max_samples": 1}, "max_samples", 1.0),
        ("svm_rbf", {"gamma": 0.1}, "gamma", 0.1),
        ("hist_gradient_boosting", {"l2_regularization": 0.25}, "l2_regularization", 0.25),
    ],
)
def test_stored_studies_may_have_the_number_in_the_switchs_place(animals, key, config, name, value):
    assert inner(catalogue[key].pipeline(config, animals)["model"]).get_params()[name] == value


def test_stored_studies_may_call_the_scaler_by_its_former_name(animals):
    steps = catalogue["knn"].pipeline({"scaler": "quantile"}, animals)["prepare"].transformers[0][1]
    assert type(steps["scale"]).__name__ == "QuantileTransformer"


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
    searched = catalogue["hist_gradient_boosting"].space(animals, "wide")["parameters"]
    assert catalogue["hist_gradient_boosting"].describe(animals, searched) == (
        "3 numbers: missing values kept or median or mean or most frequent value or 0 with or without a mark where "
        "missing; 2 categories: native categories, missing is a value of its own or one-hot, at most 20 columns each "
        "or numbered levels or mean target of the level, cross-fitted"
    )
    fixed = [
        {"name": "impute", "type": "constant", "value": "mean"},
        {"name": "impute_mark", "type": "constant", "value": False},
        {"name": "scale", "type": "categorical", "choices": ["robust", "none"]},
    ]
    assert (
        catalogue["ridge"]
        .describe(animals, fixed)
        .startswith("3 numbers: mean where missing, centred at the median, scaled by the quartiles or as they are; 2")
    )
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


def test_many_levels_are_encoded_by_the_target_and_never_as_a_column_each():
    levels, rng = 9_000, np.random.default_rng(1)
    codes = np.append(np.arange(levels), rng.integers(0, levels, 900)).astype(np.float64)
    names = (tuple(map(str, range(levels))), ())
    X, y = np.column_stack([codes, rng.normal(size=len(codes))]), rng.integers(0, 2, len(codes))
    table = Table(X, y, "classification", ("city", "x"), (True, False), names, ("a", "b"))
    few = dataclasses.replace(table, X=X[:90], y=y[:90], levels=(names[0][:90], ()))
    for entry in catalogue.values():
        if "classification" not in entry.tasks:
            continue
        assert entry.defaults(table)["encode"] == "target"
        assert entry.defaults(few)["encode"] == entry.offer.encode[0]
        for encode in entry.offer.encode:
            steps = entry.pipeline(entry.defaults(table) | {"encode": encode}, table)[:-1]
            width = steps.fit(X, y).transform(X).shape[1] if len(steps) else 2
            assert width <= 1 + MAX_CATEGORIES, (entry.key, encode)
        # What an earlier study left unsaid stays what it was.
        unsaid = repr(entry.pipeline({}, table))
        assert unsaid == repr(entry.pipeline({"encode": entry.offer.encode[0]}, table))
