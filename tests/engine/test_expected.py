"""The expected score as work of the engine: asked for when a study rests or has news, worked out in a child."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from studies.engine import actions, expected, expected_job, lane
from studies.engine.advance import advance
from studies.engine.errand_child import in_child
from studies.engine.recovery import Reconciler
from studies.models import ErrandState, ExpectedScore, Study, TrialPredictions, TrialState, User
from tests.engine.conftest import state_of
from tests.factories import make_expected_score, make_study, make_trial, make_version

pytestmark = pytest.mark.django_db(transaction=True)


def run(study: Study) -> Study:
    """All of its trials, in this process."""
    actions.launch(study, study.created_by)
    lane.run_lane(study.pk, 0)
    assert state_of(study) == "complete"
    return study


def made(alice: User, **fields: Any) -> Study:
    return make_study(make_version(alice.teams.get(), alice), alice, **fields)


def worked_out(study: Study) -> ExpectedScore:
    expected_job.run_expected(ExpectedScore.objects.get(study=study).pk)
    return ExpectedScore.objects.get(study=study)


def test_a_study_that_ends_gets_figures_and_an_extended_one_gets_newer_ones(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = run(made(alice, max_trials=4))
    score = ExpectedScore.objects.get(study=study)
    assert (score.state, score.figures) == (ErrandState.WAITING, None)

    change = study.change
    first = worked_out(study)
    figures = first.figures
    assert (first.state, first.error, first.seen, first.verdict) == (ErrandState.COMPLETE, "", 4, "too_early")
    assert figures["available"]
    assert (figures["trials"], figures["left_out"], figures["rows"], figures["resamples"]) == (4, 0, 60, 500)
    assert figures["low"] < figures["expected"] == first.expected < figures["high"]
    assert figures["best"] - figures["expected"] == pytest.approx(figures["optimism"])
    assert sum(figures["chosen"].values()) == pytest.approx(1.0)
    assert np.frombuffer(first.draws, "<f8").mean() == pytest.approx(figures["expected"])
    assert [point["number"] for point in figures["curve"]] == [0, 1, 2, 3]
    study.refresh_from_db()
    assert study.change == change + 1  # pages look again

    expected_job.run_expected(first.pk)  # a job may arrive twice
    assert ExpectedScore.objects.get().computed_at == first.computed_at
    expected.want(study.pk)
    assert worked_out(study).computed_at == first.computed_at  # the same trials: nothing to be worked out

    TrialPredictions.objects.filter(trial__study=study, trial__number=3).delete()
    actions.change_limits(study, alice, max_trials=5)
    lane.run_lane(study.pk, 0)
    assert state_of(study) == "complete"

    def asked_meanwhile(*given: Any) -> Any:
        expected.want(study.pk)
        return in_child(*given)

    monkeypatch.setattr(expected_job, "in_child", asked_meanwhile)
    assert worked_out(study).state == ErrandState.WAITING  # to be done once more, as trials may have come
    newer = worked_out(study)
    assert newer.state == ErrandState.COMPLETE
    assert newer.trials_hash != first.trials_hash
    assert newer.resampling == first.resampling
    assert (newer.seen, newer.figures["trials"], newer.figures["left_out"]) == (5, 4, 1)


def test_the_reconciler_asks_for_what_has_news_and_for_what_was_never_looked_at(alice: User) -> None:
    now = timezone.now()
    old = made(alice, state="complete", launched_at=now)
    running = made(alice, state="running", launched_at=now, max_trials=50)
    for number in range(6):
        make_trial(running, number)
    long_ago = {"started_at": now - timedelta(seconds=10.2), "finished_at": now - timedelta(seconds=10)}
    score = make_expected_score(running, {"seen": 6, "state": "complete"} | long_ago)

    reconciler = Reconciler("observer")

    def waiting() -> set[int]:
        reconciler.tick()
        rows = ExpectedScore.objects.filter(state=ErrandState.WAITING)
        found = set(rows.values_list("study_id", flat=True))
        rows.filter(study=old).update(state=ErrandState.COMPLETE)
        return found

    assert waiting() == {old.pk}  # a study of an older release
    for hours, wanted in ((23, set()), (25, {old.pk})):  # it failed: a day later it may not
        failed = {"state": ErrandState.FAILED, "finished_at": now - timedelta(hours=hours)}
        ExpectedScore.objects.filter(study=old).update(**failed)
        reconciler.expected.next_missing = 0.0
        assert waiting() == wanted
    assert waiting() == set()
    make_trial(running, 6)
    just_now = {"started_at": now, "finished_at": timezone.now()}
    ExpectedScore.objects.filter(pk=score.pk).update(**just_now)
    assert waiting() == set()  # one trial is no hurry
    ExpectedScore.objects.filter(pk=score.pk).update(**long_ago)
    assert waiting() == {running.pk}
    Study.objects.filter(pk=running.pk).delete()
    expected_job.run_expected(score.pk)  # nothing is left to be worked out


def test_a_lost_worker_gives_it_back(alice: User, settings: Any) -> None:
    settings.LEASE_SECONDS = 2.0
    reconciler, clock = Reconciler("one"), [0.0]
    reconciler.errands.clock = lambda: clock[0]
    score = make_expected_score(made(alice, state="complete"), {"state": "running", "attempts": 1})
    for _ in range(5):
        reconciler.tick()
        clock[0] += 1.0
    assert ExpectedScore.objects.get(pk=score.pk).state == ErrandState.WAITING


def test_a_study_may_end_when_it_has_converged_and_an_extended_one_gets_more_trials(alice: User) -> None:
    study = made(alice, max_trials=60, stop_when_converged=True)
    actions.launch(study, alice)
    for number in range(1, 21):
        make_trial(study, number)
    Study.objects.update(next_number=21)
    score = make_expected_score(study, {"verdict": "converged", "seen": 19})
    advance(study.pk)
    assert state_of(study) == "queued"  # never before 20 complete trials
    ExpectedScore.objects.update(seen=20)
    Reconciler("observer").tick()
    study.refresh_from_db()
    assert study.state == "complete"
    assert study.reason == "Converged: the newest 20 trials won 9 % of the resamples."
    assert study.trials.get(number=0).state == TrialState.CANCELLED

    actions.change_limits(study, alice, max_trials=80)
    Reconciler("observer").tick()
    assert state_of(study) == "queued"  # who goes on has a reason
    ExpectedScore.objects.filter(pk=score.pk).update(verdict="converged", seen=40)
    advance(study.pk)
    assert state_of(study) == "complete"


def test_the_ledger_counts_what_the_team_ran_on_the_same_rows_and_nothing_of_another_team(
    alice: User, bob: User, charlie: User
) -> None:
    team = alice.teams.get()
    version, again = make_version(team, alice), make_version(team, alice)  # the same rows, uploaded twice
    first = run(make_study(version, alice, max_trials=3))
    assert worked_out(first).figures["ledger"] is None
    foreign = run(make_study(make_version(charlie.teams.get(), charlie), charlie, max_trials=4))
    run(make_study(version, alice, max_trials=4, metric="f1_macro"))
    second = run(make_study(version, bob, max_trials=5, seed=1))
    other = run(make_study(again, alice, max_trials=2, plan_spec={"kind": "kfold", "folds": 3, "repeats": 1}))
    Study.objects.filter(pk=other.pk).update(archived_at=timezone.now())

    ledger = worked_out(second).figures["ledger"]
    counts = [ledger[name] for name in ("studies", "people", "trials", "left_out", "rows", "versions")]
    assert counts == [3, 2, 10, 0, 60, 2]
    assert ledger["low"] < ledger["expected"] < ledger["high"]
    assert ledger["best"] >= ExpectedScore.objects.get(study=second).figures["best"]
    assert ExpectedScore.objects.get(study=first).figures["ledger"] == ledger  # told, without being worked out anew
    assert worked_out(foreign).figures["ledger"] is None
    assert worked_out(other).figures["ledger"]["trials"] == 10
    assert not ExpectedScore.objects.filter(state=ErrandState.WAITING, study__metric="accuracy").exists()
