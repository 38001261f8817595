"""Opening the held-out set: the claim first, the score of a refit by hand, a record that nobody changes."""

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from studies.engine import actions, lane
from studies.engine.child import trial_seed
from studies.engine.expected_job import run_expected
from studies.engine.intake import store_upload
from studies.engine.opening_job import run_opening
from studies.engine.spec import create_draft, resolve
from studies.engine.store.cache import held_out_path
from studies.engine.tables import evaluation_table, table_from_file
from studies.evaluation import catalogue
from studies.evaluation.fold_loop import fold_seed
from studies.models import ErrandState, Event, ExpectedScore, NeverChanged, Opening, Study, Team, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(team: Team, alice: User) -> Study:
    """A search of three trials on 140 rows; 60 are held out."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)).round(3)
    lines = [f"{a},{b},{'yes' if a + rng.normal(0, 0.7) > 0 else 'no'}" for a, b in x]
    text = "\n".join(["a,b,left", *lines]).encode()
    version = store_upload(team, alice, ContentFile(text, "x.csv"), "Points", held_out=0.3)
    spec = {"dataset_version": version.pk, "estimator": "decision_tree", "method": "random", "budget": {"trials": 3}}
    study = create_draft(resolve(team, spec), alice)
    actions.launch(study, alice)
    lane.run_lane(study.pk, 0)
    return Study.objects.get(pk=study.pk)


def test_the_claim_comes_first_and_the_record_stays(study: Study, alice: User, vera: User, client_of) -> None:
    best, client = study.best_trial(), client_of(alice)
    address = reverse("opening", args=[study.pk, best.number])
    assert "being worked out" in client.get(address).content.decode()
    run_expected(ExpectedScore.objects.get(study=study).pk)
    figures = ExpectedScore.objects.get(study=study).figures
    number = figures["best_number"]
    address = reverse("opening", args=[study.pk, number])
    assert client.get(reverse("opening_of_choice", args=[study.pk])).status_code == 302

    page = client.get(address).content.decode()
    assert f"The claim: trial {number} reaches" in page
    assert "The set was never opened" in page
    assert "Open the held-out set</button>" in page
    assert "Open the held-out set</button>" not in client_of(vera).get(address).content.decode()
    assert client_of(vera).post(address, {"reason": "Curious."}).status_code == 403
    assert "This field is required." in client.post(address, {"reason": " "}).content.decode()
    assert not Opening.objects.exists()

    assert client.post(address, {"reason": "We go live on Monday."}).status_code == 302
    opening = Opening.objects.get()
    assert (opening.number, opening.claim["of"], opening.claim["value"]) == (1, "expected", figures["expected"])
    assert "already" in client.post(address, {"reason": "Again."}, follow=True).content.decode()
    for _ in range(2):  # a job may arrive twice
        run_opening(opening.pk)
    opening = Opening.objects.get()
    assert (opening.state, opening.attempts) == (ErrandState.COMPLETE, 1)

    result, trial = opening.result, study.trials.get(number=number)
    table = evaluation_table(study.dataset_version, "left", "classification")
    held = table_from_file(str(held_out_path(study.dataset_version)), ("a", "b"), "left", "classification")
    seed = fold_seed(trial_seed(study.seed, number), 0)
    model = catalogue["decision_tree"].pipeline(trial.config, table, seed).fit(table.X, table.y)
    right = [np.mean(model.predict(held.X)[held.y == code] == code) for code in (0, 1)]
    expected = np.mean(right) if study.metric == "balanced_accuracy" else np.mean(model.predict(held.X) == held.y)
    assert result["score"] == pytest.approx(expected)
    assert result["rows"] == 60
    assert result["low"] < result["score"] < result["high"]
    assert result["gap"] == pytest.approx(result["score"] - figures["expected"])

    page = client.get(address).content.decode()
    assert "Rows that no study has seen give it" in page
    assert "The set was opened once, by alice@example.org" in page
    assert "We go live on Monday." in page
    for view, more in (("study", []), ("trial", [number])):
        told = client.get(reverse(view, args=[study.pk, *more])).content.decode()
        assert "The held-out set gave" in told
        assert address in told
    facts = client.get(reverse("review", args=[study.pk])).content.decode()
    assert "Held-out set 60 rows, opened once" in facts
    assert "on the held-out set" in facts
    assert Event.objects.first().verb == f"opened the held-out set for trial {number}"
    log = client.get(reverse("dataset", args=[study.dataset_version.dataset_id])).content.decode()
    assert "Held-out set: 60 of 200 rows" in log
    assert "The set was opened once, by alice@example.org" in log
    assert "We go live on Monday." in log
    check_that_nobody_changes_it(opening)
    check_that_it_outlives_its_study(opening, study)


def check_that_nobody_changes_it(opening: Opening) -> None:
    for values in ({"reason": "Another."}, {"claim": {}}, {"result": {}}, {"by_name": "Somebody"}, {"number": 7}):
        with pytest.raises(DatabaseError, match="openings are never changed"), transaction.atomic():
            Opening.objects.update(**values)
    for change in (opening.save, opening.delete, Opening.objects.all().delete):
        with pytest.raises(NeverChanged):
            change()


def check_that_it_outlives_its_study(opening: Opening, study: Study) -> None:
    study.delete()
    left = Opening.objects.get(pk=opening.pk)
    assert (left.study, left.trial, left.study_name) == (None, None, study.name)
    assert left.result == opening.result


def test_what_cannot_be_opened_says_why(study: Study, alice: User, client_of: Client) -> None:
    client = client_of(alice)
    Study.objects.update(holdout="off")
    address = reverse("opening", args=[study.pk, 0])
    page = client.post(address, {"reason": "Why not."}).content.decode()
    assert "nothing to open" in page
    assert "It cannot be opened now" in page
    assert not Opening.objects.exists()
