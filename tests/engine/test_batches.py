"""Batches with a real child, in this process: what is kept, what is lost, what goes back."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from studies.engine import actions
from studies.engine.advance import advance
from studies.engine.lane import claim, release
from studies.engine.slice import Slice
from studies.engine.watch import StopRequest
from studies.models import Attempt, Outcome, Study
from tests.engine.conftest import state_of
from tests.factories import make_person, make_study, make_team, make_version

TRIALS = 40


@pytest.fixture
def study(transactional_db: None) -> Study:
    team = make_team()
    alice = make_person(team)
    study = make_study(make_version(team, alice), alice, max_trials=TRIALS, parallel=1, estimator="gaussian_nb",
                       defaults={}, space={"parameters": [
                           {"name": "var_smoothing", "type": "float", "low": 1e-12, "high": 1e-3, "log": True}
                       ]})  # fmt: skip
    actions.launch(study, alice)
    return study


@pytest.fixture
def serve(study: Study, settings: Any) -> Callable[..., Slice]:
    """One slice of the study's lane, to its end; `strike` is called once, when some results of a batch are in."""
    settings.BATCH_SECONDS = 1.5  # a batch is under way long enough to be struck

    def serve(strike: Callable[[Slice], object] = lambda slice_: None) -> Slice:
        lane = claim(study.pk, 0)
        assert lane is not None
        slice_ = Slice(study, lane)
        take_in, struck = slice_.take_in, []

        def struck_take_in(message: dict[str, Any]) -> None:
            take_in(message)
            if not struck and len(slice_.results) > 1 and len(slice_.todo) > 1:
                struck.append(strike(slice_))
                slice_.next_look = slice_.watch.next_look = 0.0

        slice_.take_in = struck_take_in  # type: ignore[method-assign]
        slice_.run()
        release(lane)
        advance(study.pk)
        assert struck, "no batch was under way"
        return slice_

    return serve


def outcomes(study: Study) -> dict[str, int]:
    found = Attempt.objects.filter(trial__study=study).values_list("outcome", flat=True)
    return {outcome: list(found).count(outcome) for outcome in set(found)}


def test_a_child_that_dies_in_a_batch_costs_one_attempt_and_no_result(
    study: Study, serve: Callable[..., Slice]
) -> None:
    serve(lambda slice_: os.kill(slice_.child.pid, signal.SIGKILL))
    assert state_of(study) == "complete"
    assert study.trial_counts()["complete"] == TRIALS
    assert outcomes(study) == {"complete": TRIALS, "lost": 1}
    lost = Attempt.objects.get(outcome=Outcome.LOST)
    assert lost.detail == "signal 9 (SIGKILL)"
    assert lost.started_at <= lost.ended_at
    again = lost.trial.attempts.get(outcome=Outcome.COMPLETE)
    assert (again.number, again.started_at >= lost.ended_at) == (2, True)


@pytest.mark.parametrize("what", ["pause", "sigterm"])
def test_what_has_not_begun_goes_back_when_no_other_trial_is_to_begin(
    what: str, study: Study, serve: Callable[..., Slice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pause(slice_: Slice) -> None:
        actions.pause(Study.objects.get(pk=study.pk), None)

    def sigterm(slice_: Slice) -> None:
        monkeypatch.setattr(StopRequest, "at", 1e9)

    serve(pause if what == "pause" else sigterm)
    assert state_of(study) == ("paused" if what == "pause" else "running")
    counts = study.trial_counts()
    assert counts["running"] == 0
    assert 3 <= counts["complete"] < TRIALS
    assert outcomes(study) == {"complete": counts["complete"], "killed": counts["waiting"]}
    monkeypatch.setattr(StopRequest, "at", None)
    if what == "pause":
        actions.resume(study, None)
    while state_of(study) != "complete":
        lane = claim(study.pk, 0)
        assert lane is not None
        Slice(study, lane).run()
        release(lane)
        advance(study.pk)
    assert study.trial_counts()["complete"] == TRIALS
    assert "lost" not in outcomes(study)


def test_a_limit_ends_the_running_trial_of_a_batch_alone(study: Study, serve: Callable[..., Slice]) -> None:
    def freeze(slice_: Slice) -> None:
        Study.objects.update(trial_seconds=1.5)  # a limit that is changed holds for the running trial
        os.kill(slice_.child.pid, signal.SIGSTOP)

    serve(freeze)
    assert state_of(study) == "complete"
    counts = study.trial_counts()
    assert (counts["complete"], counts["failed"]) == (TRIALS - 1, 1)
    ended = study.trials.get(state="failed")
    assert ended.reason == "timed_out"
    assert "1.5 s" in ended.error
    assert outcomes(study)["killed"] == 1
