import numpy as np
import pytest

from studies.evaluation import LEFT_OUT, Table, make_plan
from studies.evaluation.fresh_rows import score_on_fresh_rows
from studies.evaluation.nested import OuterScore, inner_plan, nested_score, outer_rows


@pytest.fixture
def patients(make_table) -> Table:
    """Sixty rows of twenty patients, three each."""
    table = make_table(60, "classification")
    return Table(
        table.X, table.y, table.task, table.names, table.categorical, table.levels, table.classes,
        groups=np.arange(60) % 20,
    )  # fmt: skip


def scored(table: Table, plan, metric: str, key: str, count: int = 3) -> list[OuterScore]:
    outer = []
    for fold in range(count):
        train, fresh = outer_rows(plan, fold)
        found = score_on_fresh_rows(table, train, key, {}, metric, 1, fresh)
        outer.append(OuterScore(fresh, found.score, found.score + 0.1, found.predictions))
    return outer


def test_an_inner_plan_sees_all_rows_but_those_of_its_outer_fold(animals):
    plan = make_plan(animals, "stratified", 4, 2, 0, rows=60)
    for fold in range(4):
        train, fresh = outer_rows(plan, fold)
        inner = inner_plan(animals, plan, fold, 5)
        assert (inner.used == train).all()
        assert not (train & fresh).any()
        assert ((train | fresh) == plan.used).all()
        assert (inner.fold_of_row[:, ~train] == LEFT_OUT).all()
        assert (inner.kind, inner.folds, inner.repeats) == ("stratified", 4, 2)


def test_groups_stay_whole_in_both(patients):
    plan = make_plan(patients, "group", 5)
    _, fresh = outer_rows(plan, 2)
    inner = inner_plan(patients, plan, 2)
    assert not set(patients.groups[fresh]) & set(patients.groups[inner.used])
    for group in np.unique(patients.groups[inner.used]):
        assert len(np.unique(inner.fold_of_row[0, patients.groups == group])) == 1


def test_a_rare_class_allows_fewer_inner_folds_or_none(animals):
    y = np.where(np.arange(90) < 6, 2, animals.y % 2)
    rare = Table(
        animals.X, y, animals.task, animals.names, animals.categorical, animals.levels, animals.classes
    )  # fmt: skip
    plan = make_plan(rare, "stratified", 6)
    assert inner_plan(rare, plan, 0).folds == 5
    two = make_plan(rare.subset(np.arange(90) >= 4), "stratified", 2)
    with pytest.raises(ValueError, match=r"Without the rows of fold 1, no search can be validated: class 'cat' has 1"):
        inner_plan(rare.subset(np.arange(90) >= 4), two, 0)


def test_time_has_no_outer_folds(animals):
    timed = Table(
        animals.X, animals.y, animals.task, animals.names, animals.categorical, animals.levels, animals.classes,
        order=np.arange(90.0),
    )  # fmt: skip
    with pytest.raises(ValueError, match="Blocks of time have no outer folds"):
        outer_rows(make_plan(timed, "time", 3), 0)


@pytest.mark.parametrize(
    ("metric", "key"), [("accuracy", "gaussian_nb"), ("rmse", "ridge"), ("log_loss", "logistic_regression")]
)
def test_a_mean_over_rows_is_that_of_the_pooled_rows(request, metric, key):
    table = request.getfixturevalue("prices" if metric == "rmse" else "animals")
    outer = scored(table, make_plan(table, "kfold", 3), metric, key)
    found = nested_score(table.y, outer, metric)
    sizes = np.array([fold.rows.sum() for fold in outer])
    scores = np.array([fold.score for fold in outer])
    pooled = np.sqrt(np.average(scores**2, weights=sizes)) if metric == "rmse" else np.average(scores, weights=sizes)
    assert found.score == pytest.approx(pooled, rel=1e-3)
    assert found.low < found.score < found.high
    assert (found.by, found.rows) == ("rows", 90)
    assert found.optimism == pytest.approx(0.1 if metric == "accuracy" else -0.1)


def test_the_interval_is_that_of_so_many_rows(animals):
    outer = scored(animals, make_plan(animals, "stratified", 3), "accuracy", "gaussian_nb")
    found = nested_score(animals.y, outer, "accuracy")
    error = np.sqrt(found.score * (1 - found.score) / 90)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.15)


def test_a_score_that_is_no_mean_over_rows_has_an_interval_over_folds(animals):
    outer = scored(animals, make_plan(animals, "stratified", 3), "roc_auc", "gaussian_nb")
    found = nested_score(animals.y, outer, "roc_auc")
    assert found.by == "folds"
    assert found.score == pytest.approx(np.mean([fold.score for fold in outer]))
    half = 4.302653 * np.std([fold.score for fold in outer], ddof=1) * np.sqrt(1 / 3 + 1 / 2)
    assert (found.low, found.high) == pytest.approx((found.score - half, found.score + half))
    alone = nested_score(animals.y, outer[:1], "roc_auc")
    assert (alone.low, alone.high, alone.rows) == (None, None, 30)
    with pytest.raises(ValueError, match="No outer fold"):
        nested_score(animals.y, [], "roc_auc")
