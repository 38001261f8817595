from dataclasses import replace

import numpy as np
import pytest

from studies.evaluation import Plan, Table, catalogue, decode_predictions, encode_predictions, evaluate
from studies.evaluation.fold_loop import fold_seed
from studies.evaluation.fresh_rows import in_terms_of, score_on_fresh_rows

LOGISTIC = {"C": 1.0}


@pytest.fixture
def split(animals: Table) -> tuple[np.ndarray, np.ndarray]:
    fresh = np.arange(animals.n_rows) % 3 == 0
    return ~fresh, fresh


def other_codes(table: Table, column: int) -> Table:
    """The same rows; the column's levels and the classes are numbered backwards."""
    levels = list(table.levels)
    X, last = table.X.copy(), len(levels[column]) - 1
    X[:, column] = last - X[:, column]
    levels[column] = levels[column][::-1]
    y = len(table.classes) - 1 - table.y
    return replace(table, X=X, y=y, levels=tuple(levels), classes=table.classes[::-1])


@pytest.mark.parametrize("metric", ["accuracy", "roc_auc", "log_loss"])
def test_it_is_the_fold_of_a_plan_that_has_just_that_fold(animals, split, metric):
    train, fresh = split
    found = score_on_fresh_rows(animals, train, "logistic_regression", LOGISTIC, metric, 7, fresh)
    plan = Plan("stratified", 2, 1, 0, np.where(fresh, 0, 1)[None].astype(np.uint8))
    evaluation = evaluate(animals, plan, "logistic_regression", LOGISTIC, metric, 7)
    assert found.score == evaluation.fold_scores[0]
    assert found.predictions.labels[0].tolist() == evaluation.predictions.labels[0][fresh].tolist()
    assert found.y.tolist() == animals.y[fresh].tolist()
    assert found.predictions.covered.all()


def test_numbers_are_scored_as_scikit_learn_does(prices):
    fresh = np.arange(prices.n_rows) < 20
    found = score_on_fresh_rows(prices, ~fresh, "random_forest", {"n_estimators": 8}, "rmse", 3, fresh)
    model = catalogue["random_forest"].pipeline({"n_estimators": 8}, prices.subset(~fresh), fold_seed(3, 0))
    model.fit(prices.X[~fresh], prices.y[~fresh])
    expected = np.sqrt(np.mean((model.predict(prices.X[fresh]) - prices.y[fresh]) ** 2))
    assert found.score == pytest.approx(expected)
    stored = decode_predictions(encode_predictions(found.predictions)).values[0]
    np.testing.assert_allclose(stored, model.predict(prices.X[fresh]), rtol=1e-6)


def test_rows_of_another_table_count_by_the_names_of_levels_and_classes(animals, split):
    train, fresh = split
    inside = score_on_fresh_rows(animals, train, "decision_tree", {}, "log_loss", 1, fresh)
    outside = other_codes(animals.subset(fresh), 3)
    assert outside.y.tolist() != inside.y.tolist()
    found = score_on_fresh_rows(animals, train, "decision_tree", {}, "log_loss", 1, outside)
    assert found.score == inside.score
    assert found.y.tolist() == inside.y.tolist()


def test_an_unseen_level_is_missing_and_an_unseen_class_is_wrong(animals, split):
    train, fresh = split
    rows = animals.subset(fresh)
    strange = replace(
        rows,
        levels=(*rows.levels[:3], ("new", *rows.levels[3][1:]), rows.levels[4]),
        classes=("yak", *rows.classes[1:]),
    )
    coded = in_terms_of(animals, strange)
    was_first = rows.X[:, 3] == 0
    assert was_first.any()
    assert np.isnan(coded.X[was_first, 3]).all()
    np.testing.assert_array_equal(coded.X[~was_first], rows.X[~was_first])
    assert coded.classes == (*animals.classes, "yak")
    found = score_on_fresh_rows(animals, train, "gaussian_nb", {}, "accuracy", 0, strange)
    wrong = found.y == len(animals.classes)
    assert wrong.sum() == (rows.y == 0).sum()
    assert (found.predictions.labels[0][wrong] != found.y[wrong]).all()


def test_what_cannot_be_scored_is_said(animals, prices, split):
    train, fresh = split
    with pytest.raises(ValueError, match="30 rows are to be learnt from and scored"):
        score_on_fresh_rows(animals, train | fresh, "gaussian_nb", {}, "accuracy", 0, fresh)
    with pytest.raises(ValueError, match="no fresh rows"):
        score_on_fresh_rows(animals, train, "gaussian_nb", {}, "accuracy", 0, np.zeros_like(fresh))
    with pytest.raises(ValueError, match="other task than the table: regression, not classification"):
        score_on_fresh_rows(animals, train, "gaussian_nb", {}, "accuracy", 0, prices)
    with pytest.raises(ValueError, match="other columns"):
        in_terms_of(animals, replace(animals, names=("a", *animals.names[1:])))
    with pytest.raises(ValueError, match="gives no probabilities, which Log loss needs"):
        score_on_fresh_rows(animals, train, "svm_rbf", {}, "log_loss", 0, fresh)
    with pytest.raises(ValueError, match="no tuned parameter 'nope'"):
        score_on_fresh_rows(animals, train, "gaussian_nb", {"nope": 1}, "accuracy", 0, fresh)
