"""What people do to studies, with no worker and no Redis: states, refusals, counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from studies.engine import actions, moves
from studies.engine.actions import Refused
from studies.engine.intake import correct_schema
from studies.engine.lane import claim
from studies.engine.proposals import numbered_history_of
from studies.engine.spec import resolve, rewrite_draft
from studies.engine.tables import evaluation_table
from studies.models import DatasetVersion, Study, Trial, User
from studies.search import SpaceError
from tests.engine.conftest import next_trial, state_of
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(alice: User) -> Study:
    return make_study(make_version(alice.teams.get(), alice), alice)


def test_launch_stores_folds_baseline_and_trial_0(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    study.refresh_from_db()
    assert study.state == "queued"
    assert study.plan.folds == 5
    assert 0 < study.baseline["value"] < 1
    trial = study.trials.get()
    assert (trial.number, trial.source, trial.state, trial.config) == (0, "default", "waiting", study.defaults)
    assert study.lanes.count() == study.parallel
    assert study.events.get().verb == "launched"


def test_two_studies_with_the_same_plan_share_their_folds(study: Study, alice: User) -> None:
    other = make_study(study.dataset_version, alice, seed=99)
    actions.launch(study, alice)
    actions.launch(other, alice)
    study.refresh_from_db()
    other.refresh_from_db()
    assert study.plan == other.plan


def test_launching_twice_is_refused_and_changes_nothing(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    with pytest.raises(Refused, match="only a draft can be launched"):
        actions.launch(study, alice)
    assert study.trials.count() == 1


def test_folds_that_cannot_be_drawn_are_refused_with_the_reason(study: Study, alice: User) -> None:
    study.plan_spec = {"kind": "stratified", "folds": 20, "repeats": 1}
    study.dataset_version.columns.filter(name="outcome").update(role="feature")
    study.target = "city"
    study.save()
    table_rows = study.dataset_version.rows
    assert table_rows == 60
    with pytest.raises(Refused, match="20"):
        actions.launch(study, alice)
    assert state_of(study) == "draft"


def test_a_draft_whose_columns_were_corrected_away_is_refused_with_the_reason(study: Study, alice: User) -> None:
    study.dataset_version.columns.exclude(name="outcome").update(role="ignored")
    with pytest.raises(Refused, match="No column has the role feature"):
        actions.launch(study, alice)
    assert state_of(study) == "draft"


@pytest.mark.parametrize("is_in_memory", [True, False])
def test_a_correction_in_the_midst_of_a_launch_refuses_it(study: Study, alice: User, is_in_memory: bool) -> None:
    """The table that the launch has read, or was about to read, is no longer the one that workers would read."""
    read_before = Study.objects.select_related("dataset_version").get(pk=study.pk)
    if is_in_memory:
        evaluation_table(read_before.dataset_version, study.target, study.task)
    correct_schema(DatasetVersion.objects.get(pk=study.dataset_version_id), alice, roles={"city": "ignored"})
    with pytest.raises(Refused, match="just been corrected"):
        actions.launch(read_before, alice)
    assert state_of(study) == "draft"


def test_trial_0_off_the_space_is_marked(study: Study, alice: User) -> None:
    study.defaults = {"C": 1e9, "l1_ratio": 0.0}
    study.save()
    actions.launch(study, alice)
    assert study.trials.get().off_space


def test_stop_without_workers_ends_at_once_and_resume_takes_the_cancelled_up(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    actions.stop(study, alice)
    assert state_of(study) == "stopped"
    assert study.reason == f"Stopped by {alice}."
    assert study.trials.get().reason == "stopped"
    actions.resume(study, alice)
    assert state_of(study) == "queued"
    assert study.trials.get().state == "waiting"
    assert [event.verb for event in study.events.all()] == ["resumed", "stopped", "launched"]


def test_pause_and_resume(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    actions.pause(study, alice)
    assert state_of(study) == "paused"
    with pytest.raises(Refused, match="study is paused"):
        actions.pause(study, alice)
    actions.resume(study, alice)
    assert state_of(study) == "queued"
    assert study.paused_seconds > 0
    assert study.paused_at is None


def test_resume_while_pausing_goes_on_in_the_lanes_that_run_and_no_time_is_given_back(
    study: Study, alice: User
) -> None:
    actions.launch(study, alice)
    lane = claim(study.pk, 0)
    assert next_trial(study.pk, lane) is not None
    actions.pause(study, alice)
    assert state_of(study) == "pausing"
    actions.resume(study, alice)
    assert state_of(study) == "running"
    assert study.paused_seconds == 0


def test_a_paused_study_that_is_stopped_stands_at_the_time_of_its_pause(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    actions.pause(study, alice)
    now = timezone.now()
    Study.objects.update(launched_at=now - timedelta(seconds=100), paused_at=now - timedelta(seconds=90))
    study.refresh_from_db()
    actions.stop(study, alice)
    assert state_of(study) == "stopped"
    assert moves.elapsed_seconds(study) == pytest.approx(10)
    actions.change_limits(study, alice, max_trials=20)
    assert state_of(study) == "queued"
    assert study.paused_at is None
    assert moves.elapsed_seconds(study) == pytest.approx(10, abs=2)


@pytest.mark.parametrize("act", [actions.pause, actions.resume, actions.stop])
def test_a_draft_can_only_be_launched(act, study: Study, alice: User) -> None:
    with pytest.raises(Refused, match="The study is draft"):
        act(study, alice)
    assert state_of(study) == "draft"


def test_extending_a_complete_study_resumes_it(study: Study, alice: User) -> None:
    for number in range(10):
        make_trial(study, number)
    Study.objects.filter(pk=study.pk).update(state="complete", next_number=10, finished_at=moves.timezone.now())
    with pytest.raises(Refused, match="10 trials have begun"):
        actions.change_limits(study, alice, max_trials=5)
    actions.change_limits(study, alice, parallel=3)
    assert state_of(study) == "complete"
    actions.change_limits(study, alice, max_trials=15)
    assert state_of(study) == "queued"
    assert study.max_trials == 15
    assert study.finished_at is None


@pytest.mark.parametrize(
    ("limits", "state"),
    [
        ({"max_trials": 10, "max_seconds": 50.0, "parallel": 1}, "stopped"),
        ({"max_trials": 8}, "stopped"),
        ({"max_seconds": 60.0}, "queued"),
        ({"max_seconds": None}, "queued"),
        ({"max_trials": 12, "max_seconds": 20.0}, "stopped"),
    ],
)
def test_only_more_trials_or_more_time_than_before_resume_a_stopped_study(
    limits: dict, state: str, study: Study, alice: User
) -> None:
    actions.launch(study, alice)
    actions.stop(study, alice)
    launched_at = timezone.now() - timedelta(seconds=30)
    Study.objects.update(launched_at=launched_at, finished_at=timezone.now(), max_seconds=50.0)
    actions.change_limits(study, alice, **limits)
    assert state_of(study) == state


def test_a_study_to_which_a_trial_is_added_at_the_last_moment_does_not_complete(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    study.trials.update(state="complete", value=0.8)
    Study.objects.update(exhausted=True)
    study.refresh_from_db()
    seen = Study.objects.get(pk=study.pk)  # what an advance has read when the trial comes
    actions.add_trial(study, alice, {"C": 2.0, "l1_ratio": 0.5})
    assert not moves.complete(seen, "All trials are done.")
    assert state_of(study) == "queued"
    assert not study.events.filter(verb="complete").exists()


def test_unknown_limits_are_an_error_of_the_caller(study: Study, alice: User) -> None:
    with pytest.raises(ValueError, match="max_trial;"):
        actions.change_limits(study, alice, max_trial=5)


def test_a_manual_study_waits_until_somebody_finishes_it(study: Study, alice: User) -> None:
    study.method = "manual"
    study.save()
    actions.launch(study, alice)
    with pytest.raises(Refused, match="still running or waiting"):
        actions.finish(study, alice)
    Trial.objects.update(state="complete", value=0.8)
    actions.advance(study.pk)
    assert state_of(study) == "queued"
    actions.finish(study, alice)
    assert (state_of(study), study.reason) == ("complete", "Finished by hand.")


def test_a_trial_by_hand_gets_the_next_number_and_is_checked(study: Study, alice: User) -> None:
    actions.launch(study, alice)
    trial = actions.add_trial(study, alice, {"C": 2.0, "l1_ratio": 0.5})
    assert (trial.number, trial.source, trial.proposal_index) == (1, "manual", None)
    with pytest.raises(SpaceError) as refusal:
        actions.add_trial(study, alice, {"C": -2.0, "l1_ratio": 0.5})
    assert refusal.value.parameter == "C"
    study.refresh_from_db()
    assert study.next_number == 2


def test_a_trial_by_hand_waits_in_a_draft_for_the_launch(study: Study, alice: User) -> None:
    first = actions.add_trial(study, alice, {"C": 2.0, "l1_ratio": 0.5})
    actions.add_trial(study, alice, {"C": 3.0, "l1_ratio": 0.5})
    assert (state_of(study), first.number) == ("draft", 1)
    actions.launch(study, alice)
    assert state_of(study) == "queued"
    sources = list(study.trials.order_by("number").values_list("number", "source", "state"))
    assert sources == [(0, "default", "waiting"), (1, "manual", "waiting"), (2, "manual", "waiting")]
    study.refresh_from_db()
    assert study.next_number == 3


@pytest.mark.parametrize("method", ["bayesian", "evolutionary"])
def test_methods_that_learn_see_a_trial_by_hand_as_pending_and_as_told(method: str, study: Study, alice: User) -> None:
    study.method = method
    study.save()
    trial = actions.add_trial(study, alice, {"C": 2.0, "l1_ratio": 0.5})
    actions.launch(study, alice)
    assert [(o.config["C"], o.pending) for o in numbered_history_of(study)[1]][1] == (2.0, True)
    Trial.objects.filter(pk=trial.pk).update(state="complete", value=0.9)
    assert [(o.config["C"], o.value) for o in numbered_history_of(study)[1]][1] == (2.0, 0.9)


def test_a_draft_with_another_space_keeps_the_trials_that_it_has(study: Study, alice: User) -> None:
    for c in (2.0, 0.5, 3.0):
        actions.add_trial(study, alice, {"C": c, "l1_ratio": 0.5})
    study.refresh_from_db()
    narrower = [entry | ({"low": 1.0} if entry["name"] == "C" else {}) for entry in study.space["parameters"]]
    resolved = resolve(study.team, study.spec | {"space": {"parameters": narrower}})
    assert rewrite_draft(study, resolved, study.change) == 1
    kept = study.trials.order_by("number").values_list("number", "config")
    assert [(number, config["C"]) for number, config in kept] == [(1, 2.0), (2, 3.0)]
    study.refresh_from_db()
    assert study.next_number == 3
    with pytest.raises(SpaceError):
        actions.add_trial(study, alice, {"C": 0.5, "l1_ratio": 0.5})


def test_a_trial_by_hand_beyond_the_budget_is_refused(study: Study, alice: User) -> None:
    study.max_trials = 1
    study.save()
    actions.launch(study, alice)
    with pytest.raises(Refused, match="budget of 1 trials"):
        actions.add_trial(study, alice, {"C": 2.0, "l1_ratio": 0.5})
