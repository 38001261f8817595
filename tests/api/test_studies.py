"""Studies over HTTP: create, look, launch, change, add; and who may not."""

import pytest

from studies.models import Attempt, ExpectedScore, Study
from tests.factories import make_expected_score, make_study, make_trial, make_version, make_visits

KEYS = {"id", "name", "state", "reason", "spec", "counts", "baseline", "best", "expected", "approved"}


def test_a_spec_becomes_a_draft_and_says_what_was_decided(program_of, bob, version) -> None:
    answer = program_of(bob).post(
        "/studies", {"dataset_version": version.pk, "method": "grid", "budget": {"trials": 9}}
    )
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() >= KEYS
    assert body["state"] == "draft"
    assert body["spec"]["task"] == "classification"
    assert body["spec"]["plan"] == {"kind": "stratified", "folds": 5, "repeats": 1}
    assert (body["grid_size"], body["fits"]) == (10, 45)
    assert any("classes are uneven" in sentence for sentence in body["decisions"])
    study = Study.objects.get()
    assert (study.team, study.created_by, study.direction) == (version.dataset.team, bob, "maximize")


def test_plans_of_groups_times_and_samples(program_of, bob, team) -> None:
    visits, program = make_visits(team, bob), program_of(bob)
    usual = program.post("/studies", {"dataset_version": visits.pk, "plan": {"rows": 60}}).json()
    assert usual["spec"]["plan"] == {"kind": "group", "folds": 5, "repeats": 1, "rows": 60}
    assert "Rows: 60 of 120, drawn once, in whole groups; the others are in no fold." in usual["decisions"]
    by_time = program.post("/studies", {"dataset_version": visits.pk, "plan": {"kind": "time", "folds": 3}}).json()
    assert (by_time["spec"]["plan"]["kind"], by_time["fits"]) == ("time", 180)
    refused = program.post(
        "/studies", {"dataset_version": visits.pk, "plan": {"kind": "time", "repeats": 2, "rows": 5}}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"].keys() == {"plan.repeats", "plan.rows"}


def test_what_a_study_tells_as_its_spec_makes_the_same_study(program_of, bob, version) -> None:
    program = program_of(bob)
    first = program.post("/studies", {"dataset_version": version.pk, "estimator": "random_forest"}).json()
    second = program.post("/studies", first["spec"])
    assert second.status_code == 201
    assert second.json()["spec"] == first["spec"]


def test_refusals_name_each_field(program_of, bob, version) -> None:
    spec = {"dataset_version": version.pk, "estimatr": "knn", "budget": {"trials": 0, "trails": 3}, "metric": "auc"}
    answer = program_of(bob).post("/studies", spec)
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == {"estimatr", "budget.trials", "budget.trails", "metric"}
    assert 'Did you mean "estimator"?' in answer.json()["errors"]["estimatr"][0]
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (" ", "empty"),
        ("{", "not JSON"),
        ("[1]", "must be a JSON object"),
        ('{"seed": NaN}', "NaN"),
        ('{"seed": 1e999}', "1e999"),
        ('{"seed": ' + "9" * 5000 + "}", "digits"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested"),
        ('{"seed": 1, "seed": 2}', "twice"),
        ('{"name": "a\\u0000b"}', "NUL"),
        ('{"name": "\\ud800"}', "surrogate"),
    ],
)
def test_a_body_that_is_no_json_is_refused_in_a_sentence(program_of, bob, body: str, said: str) -> None:
    answer = program_of(bob).post("/studies", body)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert answer.json()["errors"]["body"] == [answer.json()["detail"]]


def test_only_json_is_taken(program_of, bob) -> None:
    answer = program_of(bob).post("/studies", "a=b", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert answer.json().keys() == {"detail", "errors"}


def test_a_body_that_is_too_large(program_of, bob) -> None:
    answer = program_of(bob).post("/studies", '{"name": "' + "x" * (6 * 2**20) + '"}')
    assert answer.status_code == 413
    assert answer.json().keys() == {"detail", "errors"}


def test_a_study_with_its_best_trial(program_of, vera, version) -> None:
    study = make_study(version, metric="log_loss", direction="minimize")
    for number in range(4):
        make_trial(study, number, value=[0.5, 0.3, 0.3, 0.9][number])
    make_trial(study, 4, state="failed", value=None, reason="timed_out", error="longer than 5 s")
    body = program_of(vera).get(f"/studies/{study.pk}").json()
    assert body["counts"] == {
        "waiting": 0, "running": 0, "complete": 4, "pruned": 0, "failed": 1, "cancelled": 0,
    }  # fmt: skip
    assert (body["best"]["number"], body["best"]["value"]) == (1, 0.3)
    assert body["expected"] is None
    score = make_expected_score(study)
    expected = program_of(vera).get(f"/studies/{study.pk}").json()["expected"]
    assert (expected["expected"], expected["best"], expected["tied"]) == (0.32, 0.3, [1, 2])
    assert (expected["trials"], expected["verdict"], expected["stale"]) == (4, "converged", False)
    make_trial(study, 5)
    assert program_of(vera).get("/studies").json()[0]["expected"]["stale"] is True
    ExpectedScore.objects.filter(pk=score.pk).update(figures=score.figures | {"available": False})
    assert program_of(vera).get("/studies").json()[0]["expected"] is None


def test_the_list_costs_the_same_however_long(program_of, vera, version, django_assert_max_num_queries) -> None:
    program = program_of(vera)
    for _ in range(3):
        study = make_study(version, state="complete")
        make_trial(study, 0)
    make_study(version)
    with django_assert_max_num_queries(8):
        found = program.get("/studies").json()
    assert [row["id"] for row in found] == sorted((row["id"] for row in found), reverse=True)
    assert [row["best"] is not None for row in found] == [False, True, True, True]
    assert [row["state"] for row in program.get("/studies", state="draft").json()] == ["draft"]
    assert len(program.get("/studies", before=found[1]["id"], limit=1).json()) == 1
    unknown = program.get("/studies", state="done")
    assert (unknown.status_code, list(unknown.json()["errors"])) == (422, ["state"])


def test_trials_come_by_number_in_pages(program_of, vera, version, django_assert_max_num_queries) -> None:
    study = make_study(version)
    for number in range(7):
        trial = make_trial(study, number)
        Attempt.objects.create(
            trial=trial, number=1, token="t", lane=0, worker="w", started_at=trial.created_at, outcome="complete"
        )
    program = program_of(vera)
    with django_assert_max_num_queries(6):
        first = program.get(f"/studies/{study.pk}/trials", limit=5).json()
    assert [item["number"] for item in first["items"]] == [0, 1, 2, 3, 4]
    assert first["next"] == 4
    assert first["items"][1].keys() >= {
        "number", "source", "state", "reason", "config", "value", "stderr", "fold_scores", "attempts", "fit_seconds",
    }  # fmt: skip
    assert first["items"][1]["attempts"][0]["outcome"] == "complete"
    last = program.get(f"/studies/{study.pk}/trials", after=first["next"], limit=2).json()
    assert ([item["number"] for item in last["items"]], last["next"]) == ([5, 6], None)


def test_launch_pause_resume_stop(program_of, bob, version) -> None:
    study = make_study(version, bob)
    program = program_of(bob)
    assert program.post(f"/studies/{study.pk}/launch").json()["state"] == "queued"
    again = program.post(f"/studies/{study.pk}/launch")
    assert again.status_code == 409
    assert again.json().keys() == {"detail", "errors"}
    assert program.post(f"/studies/{study.pk}/pause").json()["state"] in {"pausing", "paused"}
    assert program.post(f"/studies/{study.pk}/resume").json()["state"] in {"queued", "running"}
    assert program.post(f"/studies/{study.pk}/stop").json()["state"] in {"stopping", "stopped"}
    assert program.post(f"/studies/{study.pk}/explode").status_code == 404


def test_a_manual_study_is_finished_by_hand(program_of, bob, version) -> None:
    study = make_study(version, bob, method="manual", state="running")
    assert program_of(bob).post(f"/studies/{study.pk}/finish").json()["state"] == "complete"
    other = make_study(version, bob, method="random", state="running")
    assert program_of(bob).post(f"/studies/{other.pk}/finish").status_code == 409


def test_limits_change_while_it_runs(program_of, bob, version) -> None:
    study = make_study(version, bob, state="running", trial_seconds=5.0)
    program = program_of(bob)
    changes = {"budget": {"trials": 80, "trial_seconds": None, "trial_memory_mb": 512}, "parallel": 4}
    spec = program.patch(f"/studies/{study.pk}", changes).json()["spec"]
    assert spec["budget"] == {"trials": 80, "seconds": None, "trial_seconds": None, "trial_memory_mb": 512}
    assert (spec["parallel"], spec["stop_when_converged"]) == (4, False)
    changed = program.patch(f"/studies/{study.pk}", {"stop_when_converged": True}).json()
    assert changed["spec"]["stop_when_converged"] is True
    assert study.events.latest("pk").detail == "stop when converged no to yes"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"budget": {"trials": 0}}, "budget.trials"),
        ({"budget": {"trials": None}}, "budget.trials"),
        ({"budget": {"trials": True}}, "budget.trials"),
        ({"budget": {"seconds": -1}}, "budget.seconds"),
        ({"budget": {"trial_memory_mb": 63}}, "budget.trial_memory_mb"),
        ({"parallel": 65}, "parallel"),
        ({"name": "other"}, "name"),
        ({}, "budget"),
    ],
)
def test_limits_out_of_bounds(program_of, bob, version, changes: dict, field: str) -> None:
    study = make_study(version, bob, state="running")
    answer = program_of(bob).patch(f"/studies/{study.pk}", changes)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    study.refresh_from_db()
    assert (study.max_trials, study.parallel) == (10, 2)


def test_a_trial_by_hand(program_of, bob, version) -> None:
    study = make_study(version, bob, state="running", next_number=1)
    program = program_of(bob)
    answer = program.post(f"/studies/{study.pk}/trials", {"config": {"C": 2.0, "l1_ratio": 0.5}})
    assert answer.status_code == 201
    assert (answer.json()["number"], answer.json()["source"], answer.json()["state"]) == (1, "manual", "waiting")
    off = program.post(f"/studies/{study.pk}/trials", {"config": {"C": -2.0, "l1_ratio": 0.5}})
    assert off.status_code == 422
    assert list(off.json()["errors"]) == ["config.C"]
    assert program.post(f"/studies/{study.pk}/trials", {"cfg": {}}).json()["errors"].keys() == {"cfg", "config"}
    config = {"config": {"C": 2.0, "l1_ratio": 0.5}}
    assert program.post(f"/studies/{make_study(version, bob).pk}/trials", config).json()["number"] == 1
    stopped = make_study(version, bob, state="stopped")
    assert program.post(f"/studies/{stopped.pk}/trials", config).status_code == 409


CHANGES = ["", "/launch", "/pause", "/resume", "/stop", "/finish", "/trials"]


@pytest.mark.parametrize("path", CHANGES)
def test_viewers_change_nothing(program_of, vera, version, path: str) -> None:
    study = make_study(version)
    program = program_of(vera)
    answer = program.post(f"/studies/{study.pk}{path}", {}) if path else program.patch(f"/studies/{study.pk}", {})
    assert answer.status_code == 403
    assert "editor role" in answer.json()["detail"]
    assert program.post("/studies", {"dataset_version": version.pk}).status_code == 403


@pytest.mark.parametrize("path", [*CHANGES, "?get", "/trials?get"])
def test_a_strangers_studies_do_not_exist(program_of, charlie, version, path: str) -> None:
    study = make_study(version)
    program = program_of(charlie)
    path, _, get = path.partition("?")
    if get:
        answer = program.get(f"/studies/{study.pk}{path}")
    elif path:
        answer = program.post(f"/studies/{study.pk}{path}", {})
    else:
        answer = program.patch(f"/studies/{study.pk}", {"parallel": 3})
    never = program.get("/studies/999999")
    assert (answer.status_code, answer.json()) == (404, never.json())
    assert program.get("/studies").json() == []


def test_a_strangers_dataset_version_does_not_exist(program_of, charlie, version) -> None:
    answer = program_of(charlie).post("/studies", {"dataset_version": version.pk})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"dataset_version": [f"There is no such dataset version: {version.pk}."]}


def test_ids_beyond_the_database(program_of, bob, team) -> None:
    assert program_of(bob).get("/studies/" + "9" * 30).status_code == 404
    assert program_of(bob).get("/studies/" + "9" * 30 + "/trials").status_code == 404
    assert program_of(bob).get("/studies", limit="x").status_code == 422
    assert program_of(bob).get("/studies", before="9" * 30).status_code == 422


def test_a_program_sees_one_team_only(program_of, alice, charlie, version) -> None:
    theirs = make_version(charlie.teams.get(), charlie, rows=40)
    make_study(theirs, name="theirs")
    ours = make_study(version, name="ours")
    assert [row["id"] for row in program_of(alice).get("/studies").json()] == [ours.pk]


def test_the_trial_believed_best_comes_with_the_reason(program_of, vera, version) -> None:
    study = make_study(version, state="complete")
    program = program_of(vera)
    assert program.get(f"/studies/{study.pk}").json()["recommended"] is None
    for number in range(6):
        make_trial(study, number, value=0.7 + 0.01 * number)
    found = program.get(f"/studies/{study.pk}").json()["recommended"]
    assert (found["trial"]["number"], found["kind"]) == (5, "best_told")
    assert found["low"] <= found["value"] <= found["high"]
    assert found["reason"].endswith(".")
