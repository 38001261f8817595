import numpy as np
import pytest

from studies.evaluation import Table, baseline, make_plan


def uneven() -> Table:
    y = np.array(["a"] * 60 + ["b"] * 30 + ["c"] * 10)
    return Table.from_arrays(np.arange(100.0)[:, None], y, "classification")


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("accuracy", 0.6),
        ("balanced_accuracy", 1 / 3),
        ("f1_macro", 0.75 / 3),
        ("roc_auc", 0.5),
        ("log_loss", -(0.6 * np.log(0.6) + 0.3 * np.log(0.3) + 0.1 * np.log(0.1))),
    ],
)
def test_guessing_by_class_shares(metric, expected):
    table = uneven()
    result = baseline(table, make_plan(table, "stratified", 5, 2), metric)
    assert result.state == "complete"
    assert len(result.fold_scores) == 10
    assert result.value == pytest.approx(expected)


def test_guessing_the_mean_of_the_training_rows(prices):
    plan = make_plan(prices, "kfold", 3)
    result = baseline(prices, plan, "mae")
    train, valid = plan.split(0)
    assert result.fold_scores[0] == pytest.approx(np.abs(prices.y[valid] - prices.y[train].mean()).mean())
    assert baseline(prices, plan, "r2").value == pytest.approx(0.0, abs=0.1)
    assert (result.predictions.values[0, valid] == np.float32(prices.y[train].mean())).all()


def test_baseline_refuses_the_other_tasks_metric(prices):
    with pytest.raises(ValueError, match="Accuracy is a metric for classification"):
        baseline(prices, make_plan(prices, "kfold", 3), "accuracy")
