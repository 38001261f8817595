import re
import warnings

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_val_predict, cross_val_score

from studies.evaluation import Table, catalogue, evaluate, make_plan, metrics
from studies.evaluation.fold_loop import cross_validate, fold_seed

SERVED = [(key, task) for key, entry in catalogue.items() for task in entry.tasks]
SCORERS = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced_accuracy", "f1_macro": "f1_macro", "roc_auc": "roc_auc_ovr",
    "log_loss": "neg_log_loss", "r2": "r2", "rmse": "neg_root_mean_squared_error", "mae": "neg_mean_absolute_error",
}  # fmt: skip


@pytest.mark.parametrize(("key", "task"), SERVED)
def test_every_entry_on_a_mixed_table_with_gaps(key, task, make_table, make_folds):
    table = make_table(90, task, classes=3)
    plan = make_folds(table, folds=2)
    entry = catalogue[key]
    guess = {"r2": 0.0, "accuracy": 0.34}
    for metric in entry.metrics(task):
        result = evaluate(table, plan, key, entry.defaults(table), metric)
        assert (result.state, result.reason, result.error) == ("complete", None, None)
        assert result.value > guess.get(metric, -np.inf)
        assert len(result.fold_scores) == len(result.fit_seconds) == len(result.score_seconds) == 2
        assert result.value == pytest.approx(np.mean(result.fold_scores))


@pytest.mark.parametrize("metric", metrics)
def test_scores_and_predictions_equal_a_hand_made_loop(metric, make_table, make_folds):
    table = make_table(80, metrics[metric].task, classes=3)
    plan = make_folds(table, folds=3, repeats=2)
    key = {"log_loss": "hist_gradient_boosting", "roc_auc": "logistic_regression"}.get(metric, "ridge")
    config = catalogue[key].defaults(table)
    result = evaluate(table, plan, key, config, metric, seed=11)
    scorer, sign = get_scorer(SCORERS[metric]), -1 if SCORERS[metric].startswith("neg") else 1
    for repeat in range(2):
        for fold in range(3):
            index = repeat * 3 + fold
            valid = np.flatnonzero(plan.fold_of_row[repeat] == fold)
            train = np.setdiff1d(np.arange(80), valid)
            model = catalogue[key].pipeline(config, table, seed=fold_seed(11, index))
            model.fit(table.X[train], table.y[train])
            expected = sign * scorer(model, table.X[valid], table.y[valid])
            assert result.fold_scores[index] == pytest.approx(expected, rel=1e-9)
            if table.task == "regression":
                predicted = model.predict(table.X[valid]).astype(np.float32)
                np.testing.assert_array_equal(result.predictions.values[repeat, valid], predicted)
            else:
                np.testing.assert_array_equal(result.predictions.labels[repeat, valid], model.predict(table.X[valid]))
            if metric in ("log_loss", "roc_auc"):
                stored = result.predictions.probabilities[repeat, valid] / 65535
                np.testing.assert_allclose(stored, model.predict_proba(table.X[valid]), atol=8e-6)


def test_agrees_with_scikit_learns_own_cross_validation(prices, make_folds):
    plan = make_folds(prices, folds=5)
    splits = [plan.split(index) for index in range(5)]
    pipeline = catalogue["svm_rbf"].pipeline({"C": 3.0, "gamma": 0.1}, prices)
    result = evaluate(prices, plan, "svm_rbf", {"C": 3.0, "gamma": 0.1}, "mae")
    expected = -cross_val_score(pipeline, prices.X, prices.y, cv=splits, scoring="neg_mean_absolute_error")
    np.testing.assert_allclose(result.fold_scores, expected, rtol=1e-9)
    predicted = cross_val_predict(pipeline, prices.X, prices.y, cv=splits)
    np.testing.assert_allclose(result.predictions.values[0], predicted, rtol=1e-6)
    assert result.stderr == pytest.approx(np.std(expected, ddof=1) / np.sqrt(5))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("key", ["svm_rbf", "ridge"])
def test_models_without_probabilities_are_ranked_by_decision_values(key, classes, make_table, make_folds):
    table = make_table(90, "classification", classes=classes)
    result = evaluate(table, make_folds(table), key, {}, "roc_auc")
    assert result.state == "complete"
    assert result.value > 0.6
    assert result.predictions.probabilities is None
    ranks = result.predictions.ranks
    assert ranks.shape == ((1, 90) if classes == 2 else (1, 90, 3))
    # The stored ranks give the same score again.
    _, valid = make_folds(table).split(0)
    again = metrics["roc_auc"].function(table.y[valid], ranks[0, valid])
    assert again == pytest.approx(result.fold_scores[0], abs=1e-12)


def test_binary_auc_equals_scikit_learns(make_table, make_folds):
    table = make_table(90, "classification")
    plan = make_folds(table)
    for key in ("logistic_regression", "svm_rbf"):
        pipeline = catalogue[key].pipeline({}, table)
        splits = [plan.split(index) for index in range(3)]
        expected = cross_val_score(pipeline, table.X, table.y, cv=splits, scoring="roc_auc")
        result = evaluate(table, plan, key, {}, "roc_auc")
        np.testing.assert_allclose(result.fold_scores, expected, rtol=1e-9)
        if key == "logistic_regression":
            assert result.predictions.probabilities.shape == (1, 90)


@pytest.mark.parametrize("key", ["random_forest", "hist_gradient_boosting"])
def test_same_seed_same_result_whatever_the_global_state(key, animals, make_folds):
    config = {"max_features": 0.5}
    plan = make_folds(animals)

    def run(seed, state):
        np.random.seed(state)
        return evaluate(animals, plan, key, config, "log_loss", seed=seed)

    first, again, other = run(4, 0), run(4, 1), run(5, 0)
    assert first.fold_scores == again.fold_scores
    np.testing.assert_array_equal(first.predictions.probabilities, again.predictions.probabilities)
    assert first.fold_scores != other.fold_scores


def test_fold_seeds_differ_and_stay_the_same_over_releases():
    assert len({fold_seed(seed, index) for seed in range(20) for index in range(20)}) == 400
    assert fold_seed(0, 0) == 2968811710


def test_on_fold_hears_of_every_fold_and_may_stop_the_loop(animals, make_folds):
    plan = make_folds(animals, folds=4)
    heard = []
    result = evaluate(animals, plan, "ridge", {}, on_fold=lambda index, score: heard.append((index, score)))
    assert heard == list(enumerate(result.fold_scores))

    def stop(index, score):
        raise TimeoutError(f"after fold {index}")

    with pytest.raises(TimeoutError, match="after fold 0"):
        evaluate(animals, plan, "ridge", {}, on_fold=stop)


@pytest.mark.parametrize(
    ("key", "config", "metric", "message"),
    [
        ("svm_rbf", {"C": -1.0}, "accuracy", r"^The 'C' parameter of SVC must be .* Got -1.0 instead"),
        ("svm_rbf", {"C": "wide"}, "accuracy", "^The 'C' parameter .* Got 'wide' instead"),
        ("svm_rbf", {"gama": 1.0}, "accuracy", "no tuned parameter 'gama'. Did you mean 'gamma'?"),
        ("knn", {"n_neighbors": 80}, "accuracy", "Expected n_neighbors <= n_samples_fit"),
        ("knn", {"n_neighbors": 10**30}, "accuracy", "Fold 1 of 3: "),
        (
            "knn",
            {"scale": "robusto"},
            "accuracy",
            "scale is 'robusto', which is not offered here. Did you mean 'robust'?",
        ),
        ("random_forest", {"max_features": "share", "max_features_share": 2.0}, "accuracy", "'max_features' parameter"),
        ("ridge", {}, "log_loss", "Ridge gives no probabilities, which Log loss needs"),
        ("svm_rbf", {}, "log_loss", "gives no probabilities"),
        ("ridge", {}, "r2", "R² is a metric for regression; for classification there are accuracy"),
    ],
)
def test_invalid_configurations_fail_with_the_reason(key, config, metric, message, animals, make_folds):
    result = evaluate(animals, make_folds(animals), key, config, metric)
    assert (result.state, result.reason) == ("failed", "invalid")
    assert result.value is None
    assert result.stderr is None
    assert result.predictions is None
    assert re.search(message, result.error), result.error
    assert len(result.error) < 400


def test_failures_keep_the_full_traceback_apart_from_the_sentence(animals, make_folds):
    result = evaluate(animals, make_folds(animals), "svm_rbf", {"C": -1.0})
    assert "Traceback" not in result.error
    assert result.traceback.startswith("Traceback")
    assert "InvalidParameterError" in result.traceback


def test_task_that_the_estimator_does_not_serve(prices, make_folds):
    result = evaluate(prices, make_folds(prices), "logistic_regression", {}, "r2")
    assert (result.state, result.reason) == ("failed", "invalid")
    assert "serves classification only" in result.error


def test_predictions_beyond_all_measure_are_non_finite():
    rng = np.random.default_rng(0)
    table = Table.from_arrays(rng.normal(size=(20, 2)), rng.normal(size=20) * 1e300, "regression")
    result = evaluate(table, make_plan(table, "kfold", 2), "ridge", {}, "r2")
    assert (result.state, result.reason) == ("failed", "non_finite")
    assert "Fold 1 of 2: The model predicted" in result.error


def test_auc_without_a_class_in_a_fold_is_non_finite_and_keeps_earlier_folds():
    y = np.array([0, 1] * 10 + [0] * 10)
    rows = np.array([[0, 0, 1, 1] * 5 + [2] * 10], dtype=np.uint8)
    table = Table.from_arrays(np.arange(30.0)[:, None], y, "classification")
    plan = make_plan(table, "kfold", 3)
    plan = type(plan)("kfold", 3, 1, 0, rows)
    result = evaluate(table, plan, "logistic_regression", {}, "roc_auc")
    assert (result.state, result.reason) == ("failed", "non_finite")
    assert result.error.startswith("Fold 3 of 3: ROC AUC needs rows of every class")
    assert len(result.fold_scores) == 2
    assert result.value is None


def test_a_class_missing_from_the_training_rows_gets_no_probability():
    y = np.array([0] * 6 + [1] * 6 + [2] * 6)
    table = Table.from_arrays(np.arange(18.0)[:, None], y, "classification")
    plan = make_plan(table, "kfold", 3)
    plan = type(plan)("kfold", 3, 1, 0, (y[None, :]).astype(np.uint8))
    for key in ("logistic_regression", "knn", "random_forest"):
        result = evaluate(table, plan, key, {}, "log_loss")
        assert result.state == "complete", result.error
        assert result.predictions.probabilities.shape == (1, 18, 3)
        assert (result.predictions.probabilities[0, np.arange(18), y] == 0).all()
        assert result.value == pytest.approx(-np.log(np.finfo(float).eps))
    assert evaluate(table, plan, "ridge", {}, "accuracy").value == 0.0


def test_repeats_are_named_in_errors_and_shape_predictions(animals, make_folds):
    plan = make_folds(animals, folds=3, repeats=2)
    assert (
        "Fold 1 of 3, repeat 1 of 2: Expected n_neighbors" in evaluate(animals, plan, "knn", {"n_neighbors": 80}).error
    )
    result = evaluate(animals, plan, "ridge", {})
    assert len(result.fold_scores) == 6
    assert result.predictions.labels.shape == (2, 90)
    assert result.predictions.labels.dtype == np.uint8


class Faulty(DummyClassifier):
    """Does something wrong in its fold `at`, counted over all fits, and counts them."""

    fits = 0

    def __init__(self, at=2, wrong="raise"):
        super().__init__(strategy="prior")
        self.at, self.wrong = at, wrong

    def fit(self, X, y):
        type(self).fits += 1
        if self.fits == self.at and self.wrong == "raise":
            raise ValueError("no fold three for me")
        if self.fits == self.at and self.wrong == "warn":
            warnings.warn("Estimator fit failed: 1 of 2 fits", FitFailedWarning, stacklevel=2)
        return super().fit(X, y)

    def predict(self, X):
        labels = super().predict(X)
        answers = {
            "nan": np.where(labels >= 0, np.nan, 0.0), "inf": labels + np.inf, "complex": labels + 2j,
            "unknown": labels + 9, "negative": labels - 9, "fraction": labels + 0.5, "few": labels[:-1],
            "text": np.array(["?"] * len(labels)), "objects": np.array([object()] * len(labels)),
        }  # fmt: skip
        return answers.get(self.wrong, labels) if self.fits == self.at else labels


@pytest.mark.parametrize(
    ("wrong", "reason", "words"),
    [
        ("raise", "invalid", "no fold three for me"),
        ("warn", "invalid", "Estimator fit failed: 1 of 2 fits"),
        ("nan", "non_finite", "no finite number"),
        ("inf", "non_finite", "no finite number"),
        ("complex", "non_finite", "complex"),
        ("unknown", "invalid", "none of the 3"),
        ("negative", "invalid", "none of the 3"),
        ("fraction", "invalid", "fraction"),
        ("few", "invalid", "29 rows where 30 were asked for"),
        ("text", "invalid", "could not convert"),
        ("objects", "invalid", "argument must be"),
    ],
)
def test_a_model_that_fails_in_one_fold_only_is_failed_at_once(wrong, reason, words, animals, make_folds):
    Faulty.fits = 0
    result = cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Faulty(2, wrong))
    assert (result.state, result.reason, result.value, result.predictions) == ("failed", reason, None, None)
    assert result.error.startswith("Fold 2 of 3: ")
    assert words in result.error
    assert len(result.fold_scores) == 1
    assert Faulty.fits == 2


class Talkative(DummyClassifier):
    """Warns of the same things in every fold, and of more than anyone would read."""

    def fit(self, X, y):
        for number in range(7):
            warnings.warn(f"matter {number}", ConvergenceWarning, stacklevel=2)
        return super().fit(X, y)


def test_distinct_warnings_are_collected_and_not_shown(animals, make_folds, recwarn):
    result = cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Talkative())
    assert result.warnings == tuple(f"ConvergenceWarning: matter {number}" for number in range(5))
    assert not list(recwarn)


def test_calls_that_are_wrong_whatever_the_configuration_raise(animals, prices, make_folds):
    plan = make_folds(animals)
    with pytest.raises(KeyError, match="no estimator 'svm'"):
        evaluate(animals, plan, "svm", {})
    with pytest.raises(ValueError, match="no metric 'acc'"):
        evaluate(animals, plan, "ridge", {}, "acc")
    with pytest.raises(ValueError, match="A seed is 0 or more, not -1"):
        evaluate(animals, plan, "ridge", {}, seed=-1)
    small = Table.from_arrays([[1.0], [2.0]], ["a", "b"], "classification")
    with pytest.raises(ValueError, match="The plan is for 90 rows; this table has 2"):
        evaluate(small, plan, "ridge", {})


@pytest.mark.parametrize(("key", "task"), SERVED)
@pytest.mark.parametrize("n", [4, 12])
def test_tiny_tables_end_in_a_state(key, task, n, make_folds):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2 if task == "classification" else rng.normal(size=n)
    table = Table.from_arrays(rng.normal(size=(n, 2)), y, task)
    result = evaluate(table, make_folds(table, folds=2), key, {}, "rmse" if task == "regression" else "accuracy")
    if key == "knn" and n == 4:
        assert (result.reason, "n_neighbors" in result.error) == ("invalid", True)
    else:
        assert result.state == "complete", result.error


def test_a_column_that_is_empty_in_training_is_no_obstacle(make_folds):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    X[1:, 2] = np.nan
    for task, y in (("classification", np.arange(40) % 2), ("regression", rng.normal(size=40))):
        table = Table.from_arrays(X, y, task)
        for entry in catalogue.for_task(task):
            result = evaluate(table, make_folds(table, folds=2), entry.key, {}, entry.metrics(task)[0])
            assert result.state == "complete", (entry.key, result.error)


def test_tables_of_categories_alone(make_folds):
    codes = np.arange(60) % 4
    X = np.column_stack([codes, np.arange(60) % 300]).astype(float)
    for task, y in (("classification", codes % 2), ("regression", codes * 1.5)):
        table = Table.from_arrays(X, y, task, categorical=[0, 1])
        for entry in catalogue.for_task(task):
            result = evaluate(table, make_folds(table, folds=2), entry.key, {}, entry.metrics(task)[0])
            assert result.state == "complete", (entry.key, result.error)
