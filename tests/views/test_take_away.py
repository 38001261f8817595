"""A trial as code, a study as JSON: the whole way from a stored study to the file."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from studies.engine import actions, review
from studies.engine.child import trial_seed
from studies.engine.tables import evaluation_table
from studies.evaluation import Plan, evaluate
from studies.models import Proposal, Study, Trial, User
from tests.factories import make_expected_score, make_study, make_trial, make_version

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def study(alice: User) -> Study:
    """Launched, with trial 0 scored as a worker would have and trial 1 failed."""
    study = make_study(make_version(alice.teams.get(), alice), alice, name="Churn </script>", seed=4)
    actions.launch(study, alice)
    study.refresh_from_db()
    table = evaluation_table(study.dataset_version, study.target, study.task)
    plan = Plan.from_bytes(study.plan.fold_of_row)
    config = study.defaults
    found = evaluate(table, plan, study.estimator, config, study.metric, trial_seed(study.seed, 0))
    Trial.objects.filter(study=study).delete()
    make_trial(study, 0, config=config, value=found.value, fold_scores=found.fold_scores)
    make_trial(study, 1, state="failed", reason="timed_out", value=None, stderr=None, fold_scores=[])
    return study


def test_the_downloaded_recipe_gives_the_stored_scores(
    client_of: ClientOf, vera: User, study: Study, tmp_path: Path
) -> None:
    income = study.dataset_version.columns.get(name="income")
    income.profile["dress"] = {"before": "", "after": "", "thousands": ",", "mark": "."}
    income.save()
    answer = client_of(vera).get(f"/studies/{study.pk}/trials/0/recipe.py")
    assert 'DRESS = {"income": ("", "", ",", ".")}' in answer.content.decode()
    assert answer["Content-Disposition"] == f'attachment; filename="study-{study.pk}-trial-0.py"'
    recipe = tmp_path / "recipe.py"
    recipe.write_bytes(answer.content)
    command = [sys.executable, "-I", str(recipe), str(study.dataset_version.upload_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr == ""  # the table is the study's own
    now = [float(line.split()[2]) for line in run.stdout.splitlines() if line.startswith("fold")]
    assert now == pytest.approx(study.trials.get(number=0).fold_scores, abs=1e-9)


def test_the_code_page_shows_and_escapes(client_of: ClientOf, vera: User, study: Study) -> None:
    client = client_of(vera)
    page = client.get(f"/studies/{study.pk}/trials/0/code/").content.decode()
    assert "LogisticRegression(" in page
    assert "</script>&quot;" not in page.replace("&lt;/script&gt;", "")
    assert "STUDY = &quot;Churn &lt;/script&gt;&quot;" in page
    assert f"/studies/{study.pk}/trials/0/code/" in client.get(f"/studies/{study.pk}/trials/0/").content.decode()


def test_what_cannot_be_rebuilt_says_so(client_of: ClientOf, vera: User, study: Study) -> None:
    client = client_of(vera)
    for name in ("code/", "recipe.py"):
        assert client.get(f"/studies/{study.pk}/trials/1/{name}").status_code == 404
    assert "recipe.py" not in client.get(f"/studies/{study.pk}/trials/1/").content.decode()
    Study.objects.update(estimator="an_earlier_one")
    answer = client.get(f"/studies/{study.pk}/trials/0/recipe.py", follow=True)
    assert "cannot rebuild the trial" in answer.content.decode()


def test_a_study_as_json(client_of: ClientOf, vera: User, study: Study) -> None:
    answer = client_of(vera).get(f"/studies/{study.pk}/study.json")
    document = json.loads(answer.content)
    assert document["spec"] == json.loads(json.dumps(study.spec))
    assert document["dataset"]["sha256"] == study.dataset_version.content_hash
    assert document["plan"]["sha256"] == study.plan.sha256
    assert set(document["written_with"]) >= {"python", "numpy", "scikit-learn"}
    assert [(trial["number"], trial["state"], trial["attempts"]) for trial in document["trials"]] == [
        (0, "complete", []),
        (1, "failed", []),
    ]
    assert document["expected"]["why"] == "it has not been worked out yet"
    make_trial(study, 2, value=0.99)
    row = make_expected_score(study, tied=[2])
    document = json.loads(client_of(vera).get(f"/studies/{study.pk}/study.json").content)
    assert document["expected"]["expected"] == row.figures["expected"]
    zero, failed, best = document["trials"]
    assert (best["chosen"], best["tied"], best["hand_picked"]) == (0.6, True, None)
    assert (zero["tied"], failed["chosen"]) == (False, None)
    assert zero["hand_picked"] == pytest.approx(zero["value"] - 0.02)
    table = client_of(vera).get(f"/studies/{study.pk}/trials.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(table.streaming_content).decode("utf-8-sig"))))
    assert (rows[2]["chosen"], rows[2]["tied"], rows[2]["hand_picked"]) == ("0.6", "true", "")
    assert float(rows[1]["study_expected"]) == row.figures["expected"]
    assert rows[1]["chosen"] == ""


def test_the_export_menu_offers_the_approved_trial_and_the_best(
    client_of: ClientOf, alice: User, bob: User, study: Study
) -> None:
    make_trial(study, 2, value=0.99)
    client = client_of(bob)
    assert "Recipe of the approved trial" not in client.get(f"/studies/{study.pk}/").content.decode()
    review.propose(study, bob, 0, "The defaults will do.")
    review.approve(Proposal.objects.get(), alice.memberships.select_related("user", "team").get(), "Yes.")
    page = client.get(f"/studies/{study.pk}/").content.decode()
    assert re.search(r'trials/0/recipe\.py">Recipe of the approved trial', page)
    assert re.search(r'trials/2/recipe\.py">Recipe of the best trial', page)


def test_strangers_and_wrong_verbs(client_of: ClientOf, charlie: User, vera: User, study: Study) -> None:
    for path in ("trials/0/code/", "trials/0/recipe.py", "study.json"):
        assert client_of(charlie).get(f"/studies/{study.pk}/{path}").status_code == 404
        assert client_of(vera).post(f"/studies/{study.pk}/{path}").status_code == 405


def test_a_long_study_is_exported_in_few_queries(
    client_of: ClientOf, vera: User, study: Study, django_assert_max_num_queries: Callable
) -> None:
    for number in range(2, 40):
        make_trial(study, number)
    client = client_of(vera)
    with django_assert_max_num_queries(10):
        client.get(f"/studies/{study.pk}/study.json")
