"""The nested audit: its searches are studies like any other, which no list, count or picker shows."""

import json

import numpy as np
import pytest
from django.utils import timezone

from studies.engine import actions, audit_job, audits, lane
from studies.engine.actions import Refused
from studies.engine.advance import advance
from studies.engine.child import trial_seed
from studies.engine.recovery import Reconciler
from studies.engine.tables import evaluation_table
from studies.evaluation import LEFT_OUT, Plan
from studies.evaluation.fresh_rows import score_on_fresh_rows
from studies.models import AuditScoring, Event, ExpectedScore, Lane, NestedAudit, Study, Trial, User
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(alice: User) -> Study:
    """Complete, with three trials; they did not really run."""
    study = make_study(make_version(alice.teams.get(), alice), alice, max_trials=40, parallel=1, seed=3)
    actions.launch(study, alice)
    for number in (1, 2):
        make_trial(study, number)
    Trial.objects.filter(number=0).update(state="complete", value=0.7)
    Study.objects.filter(pk=study.pk).update(state="stopped", next_number=3)
    study.refresh_from_db()
    return study


def searches_of(study: Study) -> list[Study]:
    return list(Study.objects.filter(audit__study=study).order_by("audit_fold"))


def tick() -> None:
    Reconciler("here").act([])


def test_an_audit_runs_scores_and_goes_with_its_study(study: Study, alice: User, bob: User) -> None:
    audit = audits.start(study, bob, 3)
    searches = searches_of(study)
    assert [(search.max_trials, search.state, search.method) for search in searches] == [(3, "queued", "random")] * 3
    assert len({search.seed for search in searches} | {study.seed}) == 4
    outer = Plan.from_bytes(study.plan.fold_of_row).fold_of_row[0]
    for fold, search in enumerate(searches):
        inner = Plan.from_bytes(search.plan.fold_of_row)
        assert ((inner.fold_of_row[0] == LEFT_OUT) == (outer == fold)).all()
    with pytest.raises(Refused, match="under way"):
        audits.start(study, alice, 3)
    with pytest.raises(Refused, match="Cancel it first"):
        audits.delete(study, alice)

    for search in searches:
        tick()
        assert not AuditScoring.objects.exists()
        lane.run_lane(search.pk, 0)
    Study.objects.filter(pk=searches[2].pk).update(state="failed", reason="The method gave up.")
    for _ in range(2):  # a tick may come twice, and a job too
        tick()
    scoring = AuditScoring.objects.get()
    for _ in range(2):
        audit_job.run_audit(scoring.pk)

    assert not ExpectedScore.objects.filter(study__in=searches).exists()
    result = NestedAudit.objects.get(pk=audit.pk).result
    first, second, third = result["folds"]
    assert third == {"fold": 2, "trials": 0, "number": None, "best": None, "score": None, "rows": 0, "seconds": None,
                     "error": "The method gave up."}  # fmt: skip
    assert first["error"] == second["error"] == ""
    chosen = searches[0].best_trial()
    assert (first["number"], first["best"], first["trials"]) == (chosen.number, chosen.value, 3)
    table = evaluation_table(study.dataset_version, study.target, study.task)
    seed = trial_seed(searches[0].seed, chosen.number)
    alone = score_on_fresh_rows(table, outer != 0, study.estimator, chosen.config, study.metric, seed, outer == 0)
    assert (first["score"], first["rows"]) == (alone.score, (outer == 0).sum())
    assert result["optimism"] == pytest.approx(np.mean([fold["best"] - fold["score"] for fold in (first, second)]))
    assert result["low"] < result["score"] < result["high"]
    assert (result["by"], result["rows"]) == ("rows", first["rows"] + second["rows"])
    assert "predictions" not in json.dumps(result)
    verbs = list(study.events.order_by("pk").values_list("verb", "name", "detail"))
    assert verbs[1:] == [
        ("began a nested audit", str(bob), "3 outer folds of 3 trials"),
        ("nested audit complete", "", "2 of 3 outer folds scored"),
    ]

    again = audits.start(study, alice, 5)  # in place of the first
    assert list(NestedAudit.objects.all()) == [again]
    assert Study.objects.count() == 1 + 5
    study.delete()
    assert not Study.objects.exists()
    assert not Lane.objects.exists()
    assert not Event.objects.exists()


def test_a_cancelled_audit_ends_its_searches_and_can_be_deleted(study: Study, bob: User) -> None:
    audits.start(study, bob, 3)
    held = Lane.objects.get(study=searches_of(study)[0], number=0)
    assert lane.claim(held.study_id, 0)
    NestedAudit.objects.update(cancelled_at="2026-01-01T00:00Z")  # and killed before the searches were told
    tick()
    assert [search.state for search in searches_of(study)] == ["stopping", "stopped", "stopped"]
    with pytest.raises(Refused, match="No audit of this study is under way"):
        audits.cancel(study, bob)
    with pytest.raises(Refused, match="being ended"):
        audits.delete(study, bob)
    Lane.objects.update(token="")
    advance(held.study_id)
    tick()
    assert not AuditScoring.objects.exists()
    assert NestedAudit.objects.get().stage == "cancelled"
    audits.delete(study, bob)
    assert list(Study.objects.all()) == [study]
    with pytest.raises(Refused, match="There is no audit"):
        audits.delete(study, bob)
    assert [event.verb for event in study.events.all()][:2] == ["deleted the nested audit", "began a nested audit"]


def test_cancelling_tells_the_searches_at_once(study: Study, bob: User) -> None:
    audits.start(study, bob, 3)
    audits.cancel(study, bob)
    assert {search.state for search in searches_of(study)} == {"stopped"}
    scoring = AuditScoring.objects.create(audit=NestedAudit.objects.get(), asked_at=timezone.now())  # a tick was faster
    audit_job.run_audit(scoring.pk)
    scoring.refresh_from_db()
    assert scoring.error == "The audit was cancelled."
    assert next(event.verb for event in study.events.all()) == "cancelled the nested audit"


def test_an_audit_of_which_no_search_chose_anything_says_why(study: Study, bob: User) -> None:
    audits.start(study, bob, 3)
    Study.objects.filter(audit__study=study).update(state="failed", reason="The first 10 trials all failed.")
    tick()
    audit_job.run_audit(AuditScoring.objects.get().pk)
    audit = NestedAudit.objects.get()
    assert (audit.stage, audit.result) == ("failed", None)
    assert audit.scoring.error == "No search could be scored. The first 10 trials all failed."


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"method": "manual"}, "by hand cannot be replayed"),
        ({"plan_spec": {"kind": "time", "folds": 3, "repeats": 1}}, "Blocks of time"),
        ({"state": "running"}, "Only a complete or stopped study"),
        ({"state": "failed"}, "Only a complete or stopped study"),
    ],
)
def test_what_cannot_be_audited_says_so(study: Study, bob: User, fields: dict, why: str) -> None:
    Study.objects.filter(pk=study.pk).update(**fields)
    study.refresh_from_db()
    with pytest.raises(Refused, match=why):
        audits.start(study, bob, 3)
    assert not NestedAudit.objects.exists()
