import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from studies.evaluation import Predictions, decode_predictions, encode_predictions, evaluate
from studies.evaluation.predictions import PredictionsBuilder
from studies.evaluation.responses import Response

shapes = st.tuples(st.integers(1, 3), st.integers(0, 30))
PARTS = ("labels", "values", "probabilities", "ranks")


def same(a: Predictions, b: Predictions) -> None:
    for part in PARTS:
        left, right = getattr(a, part), getattr(b, part)
        assert (left is None) == (right is None)
        if left is not None:
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(left, right)


@settings(max_examples=60, deadline=None)
@given(
    labels=st.none() | hnp.arrays(np.uint8, shapes) | hnp.arrays(np.uint16, shapes),
    values=st.none() | hnp.arrays(np.float32, shapes),
    probabilities=st.none() | hnp.arrays(np.uint16, shapes) | hnp.arrays(np.uint16, (2, 5, 3)),
    ranks=st.none() | hnp.arrays(np.uint16, shapes),
)
def test_round_trip(labels, values, probabilities, ranks):
    predictions = Predictions(labels, values, probabilities, ranks)
    same(decode_predictions(encode_predictions(predictions)), predictions)


def test_a_real_trial_is_small_and_comes_back(make_table, make_folds):
    table = make_table(200, "classification")
    result = evaluate(table, make_folds(table, 5), "ridge", {})
    data = encode_predictions(result.predictions)
    assert len(data) < 200
    same(decode_predictions(data), result.predictions)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"pickle" + data,
        lambda data: data[:-5],
        lambda data: data[:40],
        lambda data: data.replace(b'"shape":[1,30]', b'"shape":[1,31]'),
        lambda data: data.replace(b'"shape":[1,30]', b'"shape":[9,90]'),
        lambda data: data.replace(b'"labels"', b'"script"'),
        lambda data: data.replace(b'"|u1"', b'"|O8"'),
    ],
)
def test_other_or_damaged_bytes_are_refused(damage):
    data = encode_predictions(Predictions(labels=np.arange(30, dtype=np.uint8)[None, :]))
    assert damage(data) != data
    with pytest.raises(ValueError, match="are not stored predictions"):
        decode_predictions(damage(data))


def test_a_body_longer_than_announced_is_never_unpacked():
    bomb = encode_predictions(Predictions(labels=np.zeros((1, 10_000_000), dtype=np.uint8)))
    small = bomb.replace(b"[1,10000000]", b"[1,00000001]").replace(b"[1,00000001]", b"[1,1       ]")
    with pytest.raises(ValueError, match="1 bytes were announced"):
        decode_predictions(small)


def test_rows_that_no_fold_predicts_are_marked():
    builder = PredictionsBuilder(1, 4, 3)
    builder.add(0, np.array([2, 0]), Response(labels=np.array([1, 2])))
    assert builder.build().labels.tolist() == [[2, 255, 1, 255]]
    builder = PredictionsBuilder(1, 3, 0)
    builder.add(0, np.array([1]), Response(values=np.array([2.5])))
    np.testing.assert_array_equal(builder.build().values, np.array([[np.nan, 2.5, np.nan]], dtype=np.float32))


def test_many_classes_need_two_bytes():
    builder = PredictionsBuilder(1, 2, 300)
    builder.add(0, np.array([0, 1]), Response(labels=np.array([299, 0])))
    assert builder.build().labels.dtype == np.uint16
    assert builder.build().labels.tolist() == [[299, 0]]


def test_ranks_average_ties_and_span_the_fold():
    builder = PredictionsBuilder(1, 4, 2)
    scores = np.array([-1e9, 0.5, 0.5, 1e9])
    builder.add(0, np.arange(4), Response(labels=np.zeros(4, dtype=np.int64), scores=scores))
    assert builder.build().ranks.tolist() == [[0, 32768, 32768, 65535]]
