"""Limits that hold from outside, whatever a fit does: F5, F6, F7 of the fault list."""

from studies.models import Outcome, Reason
from tests.engine.conftest import wait_until
from tests.faults.conftest import Crew, Launch
from tests.faults.test_poison import grid_of, told_of

SLACK = 10.0  # seconds beyond the limit, on a loaded machine; the bar of 2 s is judged by script/bench faults


def test_a_hanging_fit_is_ended_at_its_limit_with_all_that_it_started(crew: Crew, launch: Launch) -> None:
    (worker,) = crew.start(1)
    study = launch(
        **grid_of("hang", "hang_in_c", "joblib_grandchildren", "escaped_grandchild", "none"), trial_seconds=2.0
    )
    crew.check(study)
    told = told_of(study)
    assert told["none"].state == told["default"].state == "complete"
    for fault in ("hang", "hang_in_c", "joblib_grandchildren", "escaped_grandchild"):
        trial = told[fault]
        assert (trial.state, trial.reason) == ("failed", Reason.TIMED_OUT), fault
        attempt = trial.attempts.get()
        assert attempt.outcome == Outcome.KILLED
        assert 2.0 <= (attempt.ended_at - attempt.started_at).total_seconds() <= 2.0 + SLACK
    assert worker.poll() is None
    wait_until(lambda: not crew.left_over(), 20)


def test_a_limit_counts_for_the_trial_and_not_for_each_fold(crew: Crew, launch: Launch) -> None:
    crew.start(1)
    study = launch(seconds=1.0, trial_seconds=2.5, max_trials=1)
    crew.check(study)
    trial = study.trials.get()
    assert (trial.state, trial.reason) == ("failed", Reason.TIMED_OUT)
    assert 1 <= len(trial.fold_scores) <= 2
    assert "2.5 s" in trial.error


def test_a_memory_hog_is_ended_and_its_worker_lives(crew: Crew, launch: Launch) -> None:
    (worker,) = crew.start(1)
    study = launch(**grid_of("hog", "hog_shared", "hog_in_grandchildren", "none"), trial_memory_mb=150)
    crew.check(study)
    told = told_of(study)
    for fault in ("hog", "hog_shared", "hog_in_grandchildren"):
        assert (told[fault].state, told[fault].reason) == ("failed", Reason.OUT_OF_MEMORY), fault
        assert told[fault].attempts.count() == 1
    assert told["none"].state == "complete"
    assert worker.poll() is None
