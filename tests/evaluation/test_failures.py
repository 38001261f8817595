import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from studies.evaluation import Evaluator, MetricUndefinedError, metrics
from studies.evaluation.failures import checked_response, checked_score, explain, reason_of, traceback_of
from studies.evaluation.fold_loop import cross_validate
from studies.evaluation.responses import NonFiniteError, Response


def test_unusable_scores_are_refused():
    for score in (np.nan, np.inf, -np.inf, 1e101, 10**5000, 1 + 2j, None, np.float64("nan")):
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


def test_explanations_end_with_a_sentence_where_one_fits():
    long = "The first sentence says quite enough for anyone who reads it, and it is not short at all. " + "x" * 300
    assert explain(ValueError(long)).endswith("not short at all.")
    assert explain(KeyError("units")) == "KeyError: 'units'"


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class Odd(Exception):
    def __str__(self):
        return 7


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x" * 5_000_000),
        ValueError("so long " * 1_000_000),
        ValueError("nul \x00 and bell \x07 in it"),
        ValueError("half a pair \ud800 and \udfff"),
        ValueError("\x00"),
        ValueError("nul in a class \x00"),
        UnicodeDecodeError("utf-8", b"\xff" * 1000, 0, 1, "\x00"),
        Mute(),
        Odd(),
        ExceptionGroup("\x00", [Mute(), ValueError("\ud800")]),
    ],
)
def test_whatever_an_error_says_can_be_stored_and_shown(error):
    for text, longest in ((explain(error), 300), (traceback_of(raised(error)), 20_100)):
        assert text
        assert len(text) <= longest
        assert not set(text) & {"\x00", "\x07"}
        text.encode()  # refuses halves of pairs


class Raises:
    def __init__(self, error):
        self.error = error

    def fit(self, X, y):
        raise self.error


def test_an_error_that_cannot_even_be_read_fails_its_trial_alone(animals, make_folds):
    result = cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Raises(Mute()))
    assert (result.state, result.reason, result.error) == ("failed", "invalid", "Fold 1 of 3: Mute")
    assert "Mute" in result.traceback


class Greedy:
    """Asks for more memory than any machine has, as an estimator with a huge setting would."""

    def fit(self, X, y):
        np.empty(2**62, dtype=np.uint8)


def test_running_out_of_memory_has_a_reason_of_its_own(animals, make_folds):
    result = cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Greedy())
    assert (result.state, result.reason) == ("failed", "out_of_memory")
    assert "MemoryError" in result.traceback


def test_what_is_kept_for_later_trials_makes_room_for_a_fit(animals, make_folds, monkeypatch):
    shared = Evaluator(animals, make_folds(animals), "ridge")
    fit = RidgeClassifier.fit

    def cramped(model, X, y):
        if model.alpha == 7.0 and shared.folds.kept_bytes > before / 2:
            raise MemoryError
        return fit(model, X, y)

    monkeypatch.setattr(RidgeClassifier, "fit", cramped)
    assert shared.evaluate({}).state == "complete"
    before = shared.folds.kept_bytes
    heard = []
    result = shared.evaluate({"alpha": 7.0}, on_fold=lambda index, score: heard.append(index))
    assert (result.state, heard) == ("complete", [0, 1, 2])
    monkeypatch.setattr(shared.folds, "forget", lambda: False)
    shared.folds.kept_bytes = before
    assert shared.evaluate({"alpha": 7.0}).reason == "out_of_memory"


class Interrupted:
    def fit(self, X, y):
        raise KeyboardInterrupt


def test_an_interrupt_is_not_swallowed(animals, make_folds):
    with pytest.raises(KeyboardInterrupt):
        cross_validate(animals, make_folds(animals), metrics["accuracy"], lambda seed: Interrupted())
