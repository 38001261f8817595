"""What trials share saves work and changes nothing, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluation import Evaluator, Plan, Table, catalogue, evaluate, make_plan
from studies.evaluation.estimators.preprocessing import Preprocessing
from studies.evaluation.fold_loop import fold_seed
from studies.evaluation.folds import Folds

from .conftest import mixed_table, plan_for

SERVED = [(key, task) for key, entry in catalogue.items() for task in entry.tasks]
QUICK = {"n_estimators": 8, "max_iter": 12, "units": 6}  # of forests, boosting, solvers and networks
TABLES = {task: mixed_table(60, task) for task in ("classification", "regression")}


@st.composite
def configurations(draw, key: str, task: str):
    """A configuration of the wide space, conditions aside: what does not count is ignored."""
    config = {}
    for parameter in catalogue[key].parameters(TABLES[task], "wide"):
        name, kind = parameter["name"], parameter["type"]
        if name in QUICK:
            config[name] = QUICK[name]
        elif kind == "boolean":
            config[name] = draw(st.booleans())
        elif kind == "categorical":
            config[name] = draw(st.sampled_from(parameter["choices"]))
        elif kind == "int":
            config[name] = draw(st.integers(parameter["low"], min(parameter["high"], 20)))
        else:
            config[name] = draw(st.floats(parameter["low"], min(parameter["high"], 10.0)))
    return config


def bits(result):
    arrays = vars(result.predictions) if result.predictions else {}
    return (
        result.state, result.fold_scores, result.value, result.error, result.warnings,
        {name: None if array is None else (array.dtype, array.tobytes()) for name, array in arrays.items()},
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("key", "task"), SERVED)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(data=st.data())
def test_shared_work_changes_no_bit_of_scores_and_predictions(key, task, data):
    table, plan = TABLES[task], plan_for(TABLES[task], folds=2)
    first, second = (data.draw(configurations(key, task)) for _ in range(2))
    metric = data.draw(st.sampled_from(catalogue[key].metrics(task)))
    shared = Evaluator(table, plan, key, metric, keep_mb=data.draw(st.sampled_from([256, 0.01])))
    second = second | {"scale": first["scale"]} if data.draw(st.booleans()) and "scale" in first else second
    for seed, config in enumerate([first, second]):
        alone = evaluate(table, plan, key, config, metric, seed=seed)
        assert bits(shared.evaluate(config, seed=seed)) == bits(alone)
    assert bits(shared.evaluate(second, seed=1)) == bits(alone)
    if alone.state == "complete" and task == "regression":
        train, valid = plan.split(1)
        pipeline = catalogue[key].pipeline(second, table, fold_seed(1, 1)).fit(table.X[train], table.y[train])
        expected = pipeline.predict(table.X[valid]).astype(np.float32)
        assert alone.predictions.values[0, valid].tobytes() == expected.tobytes()


def test_a_preparation_is_fitted_once_for_each_fold(monkeypatch):
    table = TABLES["classification"]
    fitted = []
    steps = Preprocessing.steps
    monkeypatch.setattr(Preprocessing, "steps", lambda self, *rest: fitted.append(self) or steps(self, *rest))
    shared = Evaluator(table, plan_for(table, folds=3), "logistic_regression")
    for C in (0.1, 1.0, 10.0):
        assert shared.evaluate({"C": C}).state == "complete"
    assert len(fitted) == 3
    shared.evaluate({"scale": "robust"})
    assert len(fitted) == 6
    for seed in (1, 1):  # drawn from the trial's seed: fitted anew each time
        shared.evaluate({"encode": "target"}, seed=seed)
    assert len(fitted) == 12


def test_what_draws_at_random_is_never_shared():
    table = TABLES["classification"]
    numbers = Table.from_arrays(np.zeros((10_001, 1)), np.arange(10_001) % 2, "classification")
    assert Preprocessing(encode="target").draws(table)
    assert not Preprocessing(encode="target").draws(numbers)
    assert Preprocessing(scale="quantile").draws(numbers)
    assert not Preprocessing(scale="quantile").draws(table)


def kept(folds: Folds) -> dict[str, list[int]]:
    return {preparation.scale: sorted(by_index) for preparation, by_index in folds.kept.items()}


def test_kept_folds_stay_within_their_room_and_the_preparation_in_use_is_not_dropped():
    table = Table.from_arrays(np.random.default_rng(0).normal(size=(100, 4)), np.arange(100) % 2, "classification")
    plan = make_plan(table, "stratified", 5)
    one = Folds(table, plan).fold(0, Preprocessing(scale="standard"), table, 0).nbytes
    folds = Folds(table, plan, keep_mb=3.5 * one / 2**20)

    def go_through(scale):
        return [folds.fold(index, Preprocessing(scale=scale), table, 0) for index in range(5)]

    first, again = go_through("standard"), go_through("standard")
    assert kept(folds) == {"standard": [0, 1, 2]}
    assert [a is b for a, b in zip(first, again, strict=True)] == [True, True, True, False, False]
    assert all(np.array_equal(a.X_train, b.X_train) for a, b in zip(first, again, strict=True))
    folds.fold(0, Preprocessing(scale="robust"), table, 0)
    assert kept(folds) == {"robust": [0]}  # room for one is made by dropping what was used longest ago
    assert folds.kept_bytes <= folds.room
    assert not Folds(table, plan).kept


def test_no_model_can_write_into_what_others_will_read():
    table = TABLES["classification"]
    fold = Folds(table, plan_for(table), 1).fold(0, Preprocessing(), table, 0)
    for array in (fold.X_train, fold.y_train, fold.X_valid, fold.y_valid):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_rows_that_are_left_out_do_not_count_for_the_entry(make_table):
    table = make_table(40, "classification", missing=0.0)
    X = table.X.copy()
    X[:10] = np.nan
    gaps = Table.from_arrays(X, table.y, "classification", categorical=[3, 4])
    rows = plan_for(gaps, folds=2).fold_of_row.copy()
    rows[0, :10] = 255
    result = Evaluator(gaps, Plan("stratified", 2, 1, 0, rows), "ridge").evaluate({"impute": "mean"})
    assert "no tuned parameter 'impute'" in result.error  # nothing is missing in the rows that count
