"""The new-study form's folds: the plan that the data asks for, its preview, a sample of the rows."""

from django.urls import reverse

from studies.engine.actions import launch
from studies.engine.spec import create_draft, resolve
from studies.models import Study
from tests.factories import make_trial, make_version, make_visits
from tests.views.reading import posted_back

URL = "/studies/new/"


# -- the folds, while one types


def test_the_plan_that_a_group_asks_for_is_chosen_and_shown(browser, team, alice) -> None:
    make_visits(team, alice)
    response = browser.get(URL)
    form = response.context["form"]
    assert form["kind"].value() == "group"
    assert [key for key, _ in form.fields["kind"].widget.choices] == ["stratified", "kfold", "group", "time"]
    page = response.content.decode()
    assert "24 groups of patient_id; each is whole in one fold." in page
    assert page.count('<th scope="row">Fold ') == 5
    assert "What each split protects from" in page
    data = posted_back(response) | {"kind": "time", "folds": "3"}
    checked = browser.post(reverse("check_new_study"), data).content.decode()
    assert "2024-03-31 to 2024-06-26" in checked
    assert checked.count('<th scope="row">Fold ') == 3
    refused = browser.post(reverse("check_new_study"), data | {"repeats": "2"}).content.decode()
    assert "must be 1 for blocks of time" in refused
    assert '<th scope="row">Fold ' not in refused


def test_without_such_columns_the_form_says_what_is_missing(browser, version) -> None:
    response = browser.get(URL)
    assert [key for key, _ in response.context["form"].fields["kind"].widget.choices] == ["stratified", "kfold"]
    assert "Needs a column with the role group; give one on the dataset’s page." in response.content.decode()
    data = posted_back(response) | {"kind": "group"}
    answer = browser.post(URL, data | {"action": "launch"})
    assert "No column has the role group" in answer.context["form"].errors["kind"][0]
    assert not Study.objects.exists()


def test_another_dataset_asks_for_another_plan(browser, team, alice, version) -> None:
    visits = make_visits(team, alice)
    response = browser.get(f"{URL}?dataset_version={visits.pk}")
    data = posted_back(response) | {"dataset_version": str(version.pk)}
    form = browser.post(reverse("check_new_study"), data).context["form"]
    assert (form["kind"].value(), form.errors) == ("stratified", {})


def test_a_sample_of_rows_opens_a_model_to_a_large_table(browser, team, alice) -> None:
    make_version(team, alice, rows=10_400, name="Large")
    response = browser.get(f"{URL}?estimator=svm_rbf")
    assert "at most" in response.context["form"].errors["estimator"][0]
    data = dict(response.context["form"].keys) | {
        field.html_name: field.value() or "" for field in response.context["form"]
    }
    answer = browser.post(reverse("check_new_study"), data | {"estimator": "svm_rbf", "rows": "400"})
    assert answer.context["form"].errors == {}
    assert answer.context["found"].plan.rows == 400
    stored = browser.post(URL, posted_back(answer) | {"action": "draft"})
    study = Study.objects.get()
    assert stored["Location"] == f"/studies/{study.pk}/"
    assert study.plan_spec["rows"] == 400
    again = browser.get(f"{URL}?clone={study.pk}").context["form"]
    assert again["rows"].value() == "400"
    assert "on 400 rows" in browser.get(f"/studies/{study.pk}/").content.decode()


def test_launched_folds_are_shown_on_the_pages_of_study_and_trial(browser, team, alice) -> None:
    visits = make_visits(team, alice)
    spec = {"dataset_version": visits.pk, "plan": {"kind": "time", "folds": 3}}
    study = create_draft(resolve(team, spec), alice)
    assert '<th scope="row">Fold ' not in browser.get(f"/studies/{study.pk}/").content.decode()
    launch(study, alice)
    page = browser.get(f"/studies/{study.pk}/").content.decode()
    assert "3 blocks of time" in page
    assert "2024-03-31 to 2024-06-26" in page
    make_trial(study, 1, fold_scores=[0.5, 0.6, 0.7])
    trial = browser.get(f"/studies/{study.pk}/trials/1/").content.decode()
    assert "Fold 1, 2024-03-31 to 2024-06-26" in trial
