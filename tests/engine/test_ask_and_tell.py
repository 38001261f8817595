"""Claims, fences and leases, one step at a time on the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studies.engine import actions, moves, recovery
from studies.engine.advance import work_left
from studies.engine.ask import Asker, LaneLost
from studies.engine.child import Child, trial_seed
from studies.engine.lane import claim, release
from studies.engine.proposals import Window
from studies.engine.recovery import Reconciler, give_back_orphans
from studies.engine.slice import Slice, work_of
from studies.engine.tell import tell
from studies.models import Lane, Study, Trial, User
from studies.search import Space, make_method
from tests.engine.conftest import next_trial
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db
COMPLETE = {"state": "complete", "outcome": "complete", "value": 0.9}


@pytest.fixture
def study(alice: User) -> Study:
    study = make_study(make_version(alice.teams.get(), alice), alice, max_trials=4)
    actions.launch(study, alice)
    study.refresh_from_db()
    return study


def claimed(study: Study, number: int = 0) -> Lane:
    lane = claim(study.pk, number)
    assert lane is not None
    return lane


def test_a_lane_is_claimed_once(study: Study) -> None:
    lane = claimed(study)
    assert claim(study.pk, 0) is None
    assert claim(study.pk, 1).token != lane.token
    release(lane)
    assert claim(study.pk, 0) is not None


def test_what_is_claimed_is_checked_on_its_own_row(study: Study) -> None:
    # PostgreSQL looks again at the row's own columns when another has just written it, never at a subquery on it.
    with CaptureQueriesContext(connection) as queries:
        next_trial(study.pk, claimed(study))
    claims = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert any('"studies_trial"."state" = \'waiting\'' in sql for sql in claims)
    assert any('"studies_lane"."token" = \'\'' in sql for sql in claims)
    for sql in claims:
        assert sql.count("SELECT") == sql.count('FROM "studies_study"')


def test_waiting_trials_come_first_then_proposals_in_order_up_to_the_budget(study: Study) -> None:
    lanes = [claimed(study, 0), claimed(study, 1)]
    trials = [next_trial(study.pk, lanes[i % 2]) for i in range(4)]
    assert [(trial.number, trial.proposal_index) for trial in trials] == [(0, None), (1, 0), (2, 1), (3, 2)]
    assert next_trial(study.pk, lanes[0]) is None
    assert {trial.state for trial in Trial.objects.all()} == {"running"}


def test_a_manual_trial_does_not_eat_a_grid_point(study: Study, alice: User) -> None:
    Study.objects.filter(pk=study.pk).update(method="grid")
    first = make_method("grid", Space.from_json(study.space), seed=0).ask()[0]
    actions.add_trial(study, alice, {"C": 2.0, "l1_ratio": 0.5})
    lane = claimed(study)
    trials = [next_trial(study.pk, lane) for _ in range(3)]
    assert [trial.source for trial in trials] == ["default", "manual", "method"]
    assert (trials[2].number, trials[2].proposal_index, trials[2].config) == (2, 0, first)


def test_a_grid_that_is_used_up_completes_the_study(alice: User) -> None:
    space = {"parameters": [{"name": "C", "type": "categorical", "choices": [0.1, 1.0]}]}
    study = make_study(make_version(alice.teams.get(), alice), alice, method="grid", space=space, max_trials=50)
    actions.launch(study, alice)
    lane = claimed(study)
    while trial := next_trial(study.pk, lane):
        assert moves.end_trial(trial.pk, lane.token, **COMPLETE)
    release(lane)
    actions.advance(study.pk)
    study.refresh_from_db()
    assert (study.state, study.trials.count()) == ("complete", 3)
    assert study.reason == "Every point of the search space was tried."


def test_a_used_up_grid_rings_no_lane_while_its_last_trial_runs(alice: User) -> None:
    space = {"parameters": [{"name": "C", "type": "categorical", "choices": [0.1]}]}
    study = make_study(make_version(alice.teams.get(), alice), alice, method="grid", space=space, max_trials=50)
    actions.launch(study, alice)
    busy, idle = claimed(study, 0), claimed(study, 1)
    assert [next_trial(study.pk, busy).number for _ in range(2)] == [0, 1]
    assert next_trial(study.pk, idle) is None
    study.refresh_from_db()
    assert work_left(study) == 0


def test_a_method_that_raises_ends_the_study_and_says_why(study: Study) -> None:
    Study.objects.update(method_options={"sampler": "odd"})
    lane = claimed(study)
    assert next_trial(study.pk, lane).number == 0
    assert next_trial(study.pk, lane) is None
    release(lane)
    actions.advance(study.pk)
    study.refresh_from_db()
    assert study.state == "failed"
    assert "could not propose trial 1: sampler is 'odd'" in study.reason
    assert study.events.first().verb == "failed"


def test_a_slice_leaves_when_its_lane_is_no_longer_wanted_however_long_it_has_run(study: Study, settings) -> None:
    settings.SLICE_SECONDS = 0.0
    slice_ = Slice(study, claimed(study, 1))
    slice_.done = 1
    assert not slice_.should_leave()  # no Redis answers: nobody waits
    Study.objects.update(parallel=1)
    assert slice_.asker.ask() == []


def test_a_budget_of_time_ends_a_trial_that_runs_while_its_study_is_pausing(study: Study) -> None:
    lane = claimed(study)
    trial = next_trial(study.pk, lane)
    Study.objects.update(state="pausing", max_seconds=1.0, launched_at=timezone.now() - timedelta(seconds=2))
    slice_ = Slice(study, lane)
    slice_.todo.append(trial)
    slice_.watch.limits = study
    slice_.child = Child(work_of(study, slice_.watch.show_life))
    slice_.watch.begin(trial, slice_.child)
    verdict = slice_.watch.look()
    assert verdict is not None
    slice_.end(verdict)
    trial.refresh_from_db()
    assert (trial.state, trial.reason) == ("cancelled", "stopped")


def test_a_slice_that_was_replaced_can_neither_take_nor_tell(study: Study) -> None:
    old = claimed(study)
    trial = next_trial(study.pk, old)
    assert moves.give_back_lane(old, "lost") is False  # the beat was raised when the trial was taken
    old = Lane.objects.get(pk=old.pk)
    assert moves.give_back_lane(old, "lost")
    new = claimed(study)
    again = next_trial(study.pk, new)
    assert again.pk == trial.pk
    assert not moves.end_trial(trial.pk, old.token, **COMPLETE)
    with pytest.raises(LaneLost):
        next_trial(study.pk, old)
    assert moves.end_trial(trial.pk, new.token, **COMPLETE)
    assert not moves.end_trial(trial.pk, new.token, **COMPLETE)
    assert list(trial.attempts.values_list("outcome", flat=True)) == ["lost", "complete"]


def test_a_trial_is_lost_three_times_at_most(study: Study) -> None:
    for _ in range(3):
        lane = claimed(study)
        trial = next_trial(study.pk, lane)
        assert trial.number == 0
        assert moves.lose_attempt(trial, lane.token, "signal 11 (SIGSEGV)")
        release(lane)
    trial.refresh_from_db()
    assert (trial.state, trial.reason) == ("failed", "died")
    assert "3 times" in trial.error
    assert "SIGSEGV" in trial.error


def test_a_trial_handed_back_by_a_stopping_worker_costs_no_attempt(study: Study) -> None:
    for time in range(10):
        lane = claimed(study)
        trial = next_trial(study.pk, lane)
        assert trial.number == 0
        assert moves.hand_back([trial], lane.token, "The worker was stopped") == 1
        release(lane)
        trial.refresh_from_db()
        assert trial.state == ("waiting" if time < 9 else "failed")  # not for ever
    assert trial.reason == "died"
    assert "10 times" in trial.error


FOUND = {"state": "complete", "reason": "", "error": "", "traceback": "", "warnings": [], "value": 0.9, "stderr": 0.1,
         "fold_scores": [0.8, 1.0], "fit_times": [0.1, 0.1], "score_times": [0.0, 0.0], "began_at": 1.6e9,
         "seconds": 0.2, "predictions": b"told"}  # fmt: skip


def batch_of(study: Study, lane: Lane, seconds: float = 1e-4) -> list[Trial]:
    """What a slice asks for after trials that took so many seconds."""
    asker = Asker(Study.objects.get(pk=study.pk), lane)
    asker.pace.note([seconds], succeeded=True)
    return asker.ask()


def test_cheap_trials_are_asked_in_batches_that_end_together(study: Study) -> None:
    Study.objects.update(max_trials=41)
    lanes = [claimed(study, 0), claimed(study, 1)]
    assert next_trial(study.pk, lanes[0]).number == 0
    assert [trial.number for trial in batch_of(study, lanes[0])] == list(range(1, 11))  # 40 left, 2 lanes
    assert [trial.number for trial in batch_of(study, lanes[1])] == list(range(11, 18))
    assert len(batch_of(study, lanes[1], seconds=0.35)) == 1  # slow ones one by one
    Study.objects.update(method="bayesian")
    assert len(batch_of(study, lanes[1])) == 1  # who learns from the history asks one by one
    assert set(Trial.objects.values_list("attempts__number", "state")) == {(1, "running")}
    lanes[0].refresh_from_db()
    assert lanes[0].begun == 1


@pytest.mark.parametrize(
    ("method", "budget", "rivals", "returns"),
    [("random", 500, 60, True), ("random", 200, 60, False), ("grid", 500, 60, True), ("bayesian", 30, 2, True)],
)
def test_who_is_always_too_late_gets_its_trials_all_the_same(
    study: Study, method: str, budget: int, rivals: int, returns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like a lane far from the database: others take as many proposals after each of its looks, before its claim."""
    if not returns:
        monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)  # an old SQLite
    Study.objects.update(method=method, method_options={"levels": 12} if method == "grid" else {}, max_trials=budget)
    far, near = (Asker(Study.objects.get(pk=study.pk), claimed(study, number)) for number in (0, 1))
    propose = far.proposals.window

    def propose_slowly(index: int, n: int, left: int) -> Window:
        window = propose(index, n, left)
        for _ in range(rivals):
            near.ask()
        return window

    monkeypatch.setattr(far.proposals, "window", propose_slowly)
    assert far.ask()[0].number == 0  # the default waited
    ours = []
    while trials := far.ask():
        ours += trials
    given = study.trials.filter(source="method").order_by("number")
    indices = [trial.proposal_index for trial in given]
    assert indices == list(range(len(given)))
    assert [trial.number for trial in given] == [index + 1 for index in indices]
    study.refresh_from_db()
    assert study.next_proposal == len(given) == (budget - 1 if method != "grid" else 144)
    assert study.exhausted == (method == "grid")
    assert len(ours) >= (len(given) // (rivals + 1) - 3 if method != "bayesian" else 3)
    assert {trial.token for trial in ours} == {far.lane.token}
    assert study.trials.filter(token=far.lane.token, source="method").count() == len(ours)
    if method != "bayesian":
        space = Space.from_json(study.space)
        proposed = make_method(method, space, seed=study.seed, **study.method_options).ask(len(given))
        assert [trial.config for trial in given] == proposed


def test_a_batch_is_told_but_for_what_was_given_up(study: Study) -> None:
    lane = claimed(study)
    next_trial(study.pk, lane)
    Study.objects.update(max_trials=41)
    batch = batch_of(study, lane)[:3]
    moves.hand_back([batch[1]], lane.token, "given back")
    assert tell(lane, [(trial, dict(FOUND)) for trial in batch], begun=4) == 2
    rows = study.trials.filter(number__in=(1, 2, 3)).order_by("number")
    assert [(trial.state, trial.value) for trial in rows] == [("complete", 0.9), ("waiting", None), ("complete", 0.9)]
    assert [hasattr(trial, "predictions") for trial in rows] == [True, False, True]
    assert bytes(rows[0].predictions.data) == b"told"
    attempt = rows[0].attempts.get()
    assert (attempt.outcome, attempt.started_at.timestamp(), attempt.ended_at) == (
        "complete",
        1.6e9,
        rows[0].finished_at,
    )
    assert (rows[0].finished_at - rows[0].started_at).total_seconds() == pytest.approx(0.2)
    assert rows[0].fit_seconds == pytest.approx(0.2)
    assert Lane.objects.get(pk=lane.pk).begun == 4
    release(lane)
    with pytest.raises(LaneLost):
        tell(lane, [(batch[1], dict(FOUND))])


@pytest.mark.parametrize("counts", [True, False])
def test_of_a_lost_batch_only_the_trial_that_had_begun_has_lost_an_attempt(study: Study, counts: bool) -> None:
    Study.objects.update(max_trials=41)
    lane = claimed(study)
    next_trial(study.pk, lane)
    batch = batch_of(study, lane)
    tell(lane, [(batch[0], dict(FOUND))], begun=2)
    assert moves.give_back_lane(Lane.objects.get(pk=lane.pk), "The worker was lost", counts=counts)
    outcomes = dict(study.trials.filter(number__lt=5).values_list("number", "attempts__outcome"))
    assert outcomes == {0: "killed", 1: "complete", 2: "lost" if counts else "killed", 3: "killed", 4: "killed"}
    lane = claimed(study)
    assert [trial.number for trial in batch_of(study, lane)] == [0]  # what was tried before runs alone
    assert [trial.number for trial in batch_of(study, lane)] == [2]


def test_a_lease_lapses_when_the_beat_stands_still(study: Study, settings) -> None:
    settings.LEASE_SECONDS = 0.0
    lane = claimed(study)
    trial = next_trial(study.pk, lane)
    reconciler = Reconciler("observer")
    assert reconciler.tick()
    trial.refresh_from_db()
    assert trial.state == "running"  # seen once: nothing is known yet
    Lane.objects.filter(pk=lane.pk).update(beat=1000)
    reconciler.tick()
    trial.refresh_from_db()
    assert trial.state == "running"  # it moved
    reconciler.tick()
    trial.refresh_from_db()
    assert trial.state == "waiting"
    assert Lane.objects.get(pk=lane.pk).token == ""


def test_a_lease_does_not_lapse_while_nobody_could_look(settings) -> None:
    settings.LEASE_SECONDS = 6.0
    clock = [100.0]
    watch = recovery.Watch(clock=lambda: clock[0])
    assert not watch.stands_still("lane", 1)
    clock[0] += 30  # the database was locked: no tick, and no beat either
    assert not watch.stands_still("lane", 1)
    clock[0] += 2
    assert not watch.stands_still("lane", 1)
    clock[0] += 2
    assert watch.stands_still("lane", 1)


def test_who_takes_the_lock_over_knows_already_which_lanes_stand_still(study: Study, settings) -> None:
    settings.LEASE_SECONDS = 0.0
    lane = claimed(study)
    assert Reconciler("dies now").tick()
    heir = Reconciler("heir")
    assert not heir.tick()
    assert heir.tick()
    lane.refresh_from_db()
    assert lane.token == ""


def test_without_redis_the_reconciler_still_settles_a_study_that_is_stopping(study: Study, settings) -> None:
    settings.LEASE_SECONDS = 0.0
    settings.RQ_QUEUES = {"lanes": settings.RQ_QUEUES["lanes"] | {"URL": "unix:///nowhere/s.sock"}}
    claimed(study)
    Study.objects.update(state="stopping", ends_as="stopped")
    reconciler = Reconciler("observer")
    assert reconciler.tick()
    assert reconciler.tick()
    study.refresh_from_db()
    assert study.state == "stopped"


def test_only_one_reconciler_acts_until_it_stands_still(study: Study, settings) -> None:
    first, second = Reconciler("first"), Reconciler("second")
    assert first.tick()
    assert not second.tick()
    assert first.tick()
    settings.LEASE_SECONDS = 0.0
    assert not second.tick()  # the beat moved since the last look
    assert second.tick()
    assert not first.tick()


def test_an_orphan_goes_back_to_waiting(study: Study) -> None:
    lane = claimed(study)
    trial = next_trial(study.pk, lane)
    give_back_orphans(study.pk)
    trial.refresh_from_db()
    assert trial.state == "running"
    release(lane)
    give_back_orphans(study.pk)
    trial.refresh_from_db()
    assert trial.state == "waiting"


def test_a_study_whose_first_ten_trials_fail_stops_and_says_why(study: Study) -> None:
    for number in range(1, 11):
        make_trial(study, number, state="failed", value=None, reason="invalid", error="C must be positive\nmore")
    actions.advance(study.pk)
    study.refresh_from_db()
    assert study.state == "failed"
    assert "C must be positive" in study.reason
    assert study.trials.get(number=0).state == "cancelled"


def test_extending_a_failed_study_gives_it_ten_more_failures(study: Study, alice: User) -> None:
    for number in range(1, 11):
        make_trial(study, number, state="failed", value=None, reason="timed_out", error="Stopped at the limit")
    actions.advance(study.pk)
    Study.objects.filter(pk=study.pk).update(next_number=11)
    actions.change_limits(study, alice, max_trials=40, trial_seconds=60.0)
    study.refresh_from_db()
    assert study.state == "queued"
    for number in range(11, 21):
        make_trial(study, number, state="failed", value=None, reason="timed_out", error="Stopped at the limit")
    actions.advance(study.pk)
    study.refresh_from_db()
    assert study.state == "failed"


def test_seeds_differ_between_trials_and_studies() -> None:
    seeds = {trial_seed(study, number) for study in range(20) for number in range(50)}
    assert len(seeds) == 1000
