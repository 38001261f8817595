import numpy as np
import pytest

from studies.evaluation import MetricUndefinedError, metrics
from studies.evaluation.failures import NonFiniteError, checked_response, checked_score, explain, reason_of
from studies.evaluation.fold_loop import cross_validate
from studies.evaluation.responses import Response


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf"), 1e101, 1 + 2j, None, np.float64("nan")])
def test_unusable_scores_are_refused(score):
    with pytest.raises(NonFiniteError, match="Accuracy came out as"):
        checked_score(score, metrics["accuracy"])


@pytest.mark.parametrize("score", [0, 1.5, -1e100, np.float32(0.25)])
def test_usable_scores_become_floats(score):
    assert type(checked_score(score, metrics["r2"])) is float


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
def test_unusable_predictions_are_refused(bad):
    with pytest.raises(NonFiniteError, match="as a number for 2 rows"):
        checked_response(Response(values=np.array([0.0, bad, bad])))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "out_of_memory"),
        (ValueError("no"), "invalid"),
        (TypeError("no"), "invalid"),
        (OverflowError("no"), "invalid"),
        (FloatingPointError("no"), "non_finite"),
        (np.linalg.LinAlgError("singular"), "non_finite"),
        (MetricUndefinedError("no"), "non_finite"),
        (NonFiniteError("no"), "non_finite"),
    ],
)
def test_reasons(error, reason):
    assert reason_of(error) == reason


def test_explanations_are_one_short_line():
    assert explain(ValueError("First  line\ngoes on.\n\nSecond paragraph.")) == "First line goes on."
    assert explain(MemoryError()) == "Not enough memory."
    assert explain(KeyError()) == "KeyError"
    assert len(explain(ValueError("x" * 1000))) == 300


class Greedy:
    """Asks for more memory than any machine has, as an estimator with a huge setting would."""

    def fit(self, X, y):
        np.empty(2**62, dtype=np.uint8)


def test_running_out_of_memory_has_a_reason_of_its_own(animals, make_folds):
    result = cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Greedy())
    assert (result.state, result.reason) == ("failed", "out_of_memory")
    assert "MemoryError" in result.traceback


class Interrupted:
    def fit(self, X, y):
        raise KeyboardInterrupt


def test_an_interrupt_is_not_swallowed(animals, make_folds):
    with pytest.raises(KeyboardInterrupt):
        cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Interrupted())
