import numpy as np
import pytest

from benchmarks.honesty.draws import Unit, load, make
from benchmarks.honesty.judging import judge
from benchmarks.honesty.parts import DRAWS, units
from benchmarks.honesty.sources import SOURCES, draw


def test_a_draw_is_the_same_again_and_its_fresh_rows_are_others():
    first, again, other = (draw(SOURCES["wine"], 60, number) for number in (0, 0, 1))
    assert np.array_equal(first.table.X, again.table.X)
    assert not np.array_equal(first.table.X, other.table.X)
    assert len(first.fresh[1]) == 118
    seen = {tuple(row) for row in first.table.X.tolist()}
    assert not seen & {tuple(row) for row in first.fresh[0].tolist()}


def test_there_are_enough_independent_draws_behind_claims_on_coverage_and_noise():
    assert len({(unit.source, unit.number) for unit in units("small", DRAWS["small"])}) >= 300
    assert len({unit.number for unit in units("noise", DRAWS["noise"])}) >= 300


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Two methods on the same 40 rows of wine, a few trials each."""
    folder = tmp_path_factory.mktemp("draws")
    unit = Unit("learnt", "wine", 60, 0, (("gaussian_nb", 6),), ("random", "evolutionary"))
    make(unit, folder)
    assert unit.is_kept(folder)
    return unit.files(folder)


def test_a_search_is_kept_whole_and_begins_with_the_defaults(searched):
    study = load(searched[0])
    assert study.meta["families"] == ["gaussian_nb"]
    assert study.is_default.tolist() == [True] + [False] * 5
    assert len(study.predictions) == 6
    right = study.labels == study.y
    folds = [right[:, study.fold_of_row == fold].mean(axis=1) for fold in range(5)]
    assert np.allclose(study.fold_scores.T, folds)
    assert np.isfinite(study.truth).all()


def test_what_is_judged_is_the_chosen_trial_and_two_methods_meet_on_the_same_resamples(searched):
    found, pairs = judge(searched)
    study = load(searched[0])
    assert [one.method for one in found] == ["random", "evolutionary"]
    values = study.fold_scores.mean(axis=1)
    assert found[0].naive == pytest.approx(values.max())
    assert found[0].naive_truth == study.truth[values.argmax()]
    assert found[0].truth in study.truth
    assert found[0].low <= found[0].bound <= found[0].expected <= found[0].high
    assert [(pair.kind, pair.names) for pair in pairs] == [("methods", ("random", "evolutionary"))]
    assert pairs[0].pair.true == pytest.approx(found[0].truth - found[1].truth)
