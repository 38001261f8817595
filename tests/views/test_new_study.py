"""The new-study page: filled in, corrected as one types, launched or kept; and who may not."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from studies.engine.intake import store_upload
from studies.engine.spec import resolve
from studies.models import Membership, Role, Study, Trial
from tests.factories import make_study, make_team, make_version
from tests.views.reading import posted_back

URL = "/studies/new/"


def test_the_page_is_filled_in_with_what_works(browser, version, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(14):
        response = browser.get(URL)
    form = response.context["form"]
    assert form.is_valid()
    assert form.resolved.estimator == "logistic_regression"
    assert form.resolved.fits == 300
    page = response.content.decode()
    assert "Tune logistic regression on 60 rows of Patients v1, scored by balanced accuracy" in page
    assert "Recommended here" in page
    for field in ("dataset_version", "target", "metric", "folds", "trials", "space.C.low", "space.l1_ratio.choice"):
        assert f'name="{field}"' in page


def test_without_a_dataset_it_says_what_to_do(browser) -> None:
    page = browser.get(URL).content.decode()
    assert "A study begins with a table" in page
    assert reverse("new_dataset") in page


def test_launch(browser, bob, version) -> None:
    data = posted_back(browser.get(URL)) | {"action": "launch", "name": "First try", "trials": "12", "minutes": "1.5"}
    response = browser.post(URL, data)
    study = Study.objects.get()
    assert response.url == reverse("study", args=[study.pk])
    assert (study.name, study.max_trials, study.max_seconds, study.created_by) == ("First try", 12, 90.0, bob)
    assert study.state != "draft"
    assert Trial.objects.get(study=study, number=0).source == "default"


def test_save_draft(browser, version) -> None:
    data = posted_back(browser.get(URL)) | {"action": "draft", "space.C.low": "0.01", "space.C.high": "100"}
    browser.post(URL, data)
    study = Study.objects.get()
    assert (study.state, study.name) == ("draft", "Patients, Logistic regression, Bayesian")
    assert (study.space["parameters"][0]["low"], study.space["parameters"][0]["high"]) == (0.01, 100)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("minutes", "-5", "-5 is not a time. Leave empty for no limit."),
        ("minutes", "soon", "soon is not a time"),
        ("trials", "0", "from 1 to 100,000"),
        ("trials", "1_000", "1_000"),
        ("trials", "１２", "from 1 to 100,000"),
        ("folds", "99", "from 2 to 20"),
        ("folds", "9" * 5000, "from 2 to 20"),
        ("repeats", "2.5", "from 1 to 10"),
        ("parallel", "65", "from 1 to 64"),
        ("seed", "-1", "from 0"),
        ("trial_memory_mb", "1", "from 64"),
        ("trial_seconds", "1e999", "above 0"),
        ("name", "x" * 121, "at most 120"),
        ("metric", "r2", "metric for regression"),
        ("dataset_version", "999999", "no such dataset version"),
        ("option_initial", "x", "whole number"),
        ("space.C.low", "", "finite number"),
        ("space.C.low", "-1", "above 0"),
        ("space.C.high", "0.00001", "low must be below high"),
        ("space.C.low", "__import__('os')", "finite number"),
        ("name", "a\x00b", "Null characters are not allowed"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(browser, version, field: str, typed: str, said: str) -> None:
    data = posted_back(browser.get(URL)) | {"action": "launch", field: typed}
    response = browser.post(URL, data)
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert any(said in fault.sentence for fault in response.context["faults"])
    assert "Nothing was launched yet." in page
    assert not Study.objects.exists()
    if field != "dataset_version":
        assert response.context["form"].data[field] == typed


def test_a_fixed_parameter_and_a_boolean_without_values(browser, team, alice) -> None:
    make_version(team, alice, rows=600)
    data = posted_back(browser.get(f"{URL}?estimator=random_forest")) | {"action": "draft"}
    del data["space.max_features_share.search"]
    refused = browser.post(URL, data | {"space.max_features_share.value": "seven"})
    assert "must be a number" in row_of(refused, "max_features_share").errors[0]
    assert row_of(refused, "max_features_share").value == "seven"
    refused = browser.post(URL, data | {"space.bootstrap.choice": []})
    assert "0 choices" in row_of(refused, "bootstrap").errors[0]
    browser.post(URL, data | {"space.max_features_share.value": "0.5"})
    constant = Study.objects.get().space["parameters"][1]
    assert (constant["name"], constant["type"], constant["value"]) == ("max_features_share", "constant", 0.5)


def row_of(response, name: str):
    return next(row for row in response.context["form"].space.rows if row.name == name)


NASTY = [
    "9" * 5000,
    "nan",
    "１２",
    "-0",
    "1e308",
    "{" * 500,
    '{"C": 1e999}',
    "<script>",
    "a\x00b",
    "x" * 100_000,
]


def test_no_text_in_any_field_breaks_the_page(browser, version) -> None:
    data = posted_back(browser.get(URL)) | {"space.C.carried": "", "method": "grid", "option_levels": "5"}
    for place, field in enumerate(data):
        for text in (NASTY * 2)[3 * place % len(NASTY) :][:2]:
            response = browser.post(f"{URL}check/", data | {field: text})
            assert response.status_code == 200, (field, text[:20])
            assert "<script>" not in response.content.decode()


def test_nothing_to_search_is_refused(browser, version) -> None:
    data = posted_back(browser.get(URL)) | {"action": "launch"}
    del data["space.C.search"], data["space.l1_ratio.search"]
    assert "No parameter is searched" in browser.post(URL, data).content.decode()


def test_another_dataset_brings_its_own_target_metric_and_model(browser, team, alice, version) -> None:
    data = posted_back(browser.get(URL))
    other = make_version(team, alice, rows=80, task="regression", name="Prices")
    response = browser.post(URL, data | {"dataset_version": str(other.pk), "action": "launch"})
    form = response.context["form"]
    assert not Study.objects.exists()  # what follows from the data must be seen before it runs
    assert "filled in anew" in response.content.decode()
    assert (form.examined.task, form.examined.metric.key) == ("regression", "r2")
    assert form.examined.estimator.key == "random_forest"
    again = browser.post(URL, posted_back(response) | {"action": "draft"})
    assert again.status_code == 302
    assert Study.objects.get().dataset_version == other


def test_another_dataset_of_the_same_task_is_scored_by_what_suits_it(browser, team, alice) -> None:
    def table(name: str, classes: str):
        text = "x,y\n" + "".join(f"{i % 7},{classes[i % len(classes)]}\n" for i in range(60))
        return store_upload(team, alice, SimpleUploadedFile("t.csv", text.encode()), name, target="y")

    even, uneven = table("Even", "ab"), table("Uneven", "aaaaab")
    data = posted_back(browser.get(f"{URL}?dataset_version={even.pk}")) | {"metric": "accuracy"}
    data["dataset_version"] = str(uneven.pk)
    form = browser.post(reverse("check_new_study"), data).context["form"]
    assert form.examined.metric.key == "balanced_accuracy"


def test_check_prices_the_search_as_one_types(browser, version, django_assert_max_num_queries) -> None:
    data = posted_back(browser.get(URL)) | {"method": "grid", "option_levels": "4", "repeats": "2", "trials": "-"}
    with django_assert_max_num_queries(14):
        response = browser.post(f"{URL}check/", data)
    assert response.context["found"].grid_size == 8
    assert response.context["found"].fits is None
    assert "Every combination of 4 values per number: 8 trials." in response.content.decode()
    response = browser.post(f"{URL}check/", data | {"trials": "100"})
    assert response.context["found"].fits == 9 * 10
    assert "<html" not in response.content.decode()
    assert not Study.objects.exists()


def test_the_spec_shown_resolves_to_the_same_study(browser, program_spec, version) -> None:
    response = browser.get(URL)
    assert program_spec(response.context["spec"]) == response.context["form"].resolved.to_spec()


@pytest.fixture
def program_spec(team):
    return lambda text: resolve(team, json.loads(text)).to_spec()


def test_a_clone_fills_everything_in(browser, version) -> None:
    study = make_study(
        version, metric="log_loss", direction="minimize", method="grid", method_options={"levels": {"C": 3}}, seed=7,
        plan_spec={"kind": "kfold", "folds": 4, "repeats": 2}, max_trials=33, max_seconds=90.0, trial_seconds=2.5,
        trial_memory_mb=256, parallel=3, stop_when_converged=True,
    )  # fmt: skip
    response = browser.get(f"{URL}?clone={study.pk}")
    assert "Filled in from" in response.content.decode()
    spec = response.context["form"].resolved.to_spec()
    same = study.spec | {"name": "A study (copy)"}
    assert {key: value for key, value in spec.items() if key != "space"} == {
        key: value for key, value in same.items() if key != "space"
    }
    searched = [p for p in spec["space"]["parameters"] if p["type"] != "constant"]
    assert [(p["name"], p["low"], p["high"]) for p in searched] == [
        ("C", 1e-4, 1e4), ("l1_ratio", 0, 1),
    ]  # fmt: skip


def test_a_clone_of_a_study_that_nobody_named_is_named_anew(browser, version) -> None:
    study = make_study(version, name=f"{version.dataset.name}, Logistic regression, Random")
    form = browser.get(f"{URL}?clone={study.pk}").context["form"]
    assert form["name"].value() == ""
    assert form.resolved.to_spec()["name"] == study.name


def test_a_version_and_a_model_by_address(browser, team, alice, version) -> None:
    make_version(team, alice, rows=60)
    form = browser.get(f"{URL}?dataset_version={version.pk}&estimator=svm_rbf").context["form"]
    assert (form.resolved.version, form.resolved.estimator) == (version, "svm_rbf")


@pytest.mark.parametrize("query", ["dataset_version=x", "dataset_version=99999", "clone=" + "9" * 40, "clone=99999"])
def test_addresses_that_lead_nowhere(browser, version, query: str) -> None:
    assert browser.get(f"{URL}?{query}").status_code == 404


def test_names_and_classes_are_shown_as_text(browser, team, alice) -> None:
    rows = "\n".join(f"{i % 7},{'<i>yes' if i % 3 else '<u>no'}" for i in range(40))
    file = SimpleUploadedFile("t.csv", f"x,<b>city\n{rows}\n".encode())
    version = store_upload(team, alice, file, "<script>window.__xss=1</script>", target="<b>city")
    page = browser.get(f"{URL}?dataset_version={version.pk}").content.decode()
    assert "&lt;u&gt;no 14" in page
    assert "<script>window.__xss" not in page
    assert "<b>city" not in page
    assert "<u>no" not in page


def test_the_stranger_sees_nothing_of_it(client_of, charlie, version) -> None:
    study = make_study(version)
    browser = client_of(charlie)
    assert browser.get(f"{URL}?dataset_version={version.pk}").status_code in {200, 404}
    make_version(charlie.teams.get(), charlie, rows=40, name="Mine")
    assert browser.get(f"{URL}?dataset_version={version.pk}").status_code == 404
    assert browser.get(f"{URL}?clone={study.pk}").status_code == 404
    page = browser.get(URL)
    assert "Patients" not in page.content.decode()
    data = posted_back(page) | {"dataset_version": str(version.pk), "action": "launch"}
    assert "no such dataset version" in browser.post(URL, data).content.decode()
    assert Study.objects.count() == 1


def test_what_another_own_team_has_is_not_started_here(client_of, bob, version) -> None:
    study = make_study(version)
    browser, blue = client_of(bob), make_team("Blue team")
    Membership.objects.create(team=blue, user=bob, role=Role.EDITOR)
    browser.post(reverse("switch_team", args=[blue.pk]))
    homes = {f"clone={study.pk}": ("study", study), f"dataset_version={version.pk}": ("dataset", version.dataset)}
    for query, (page, named) in homes.items():
        response = browser.get(f"{URL}?{query}", follow=True)
        assert response.redirect_chain == [(reverse(page, args=[named.pk]), 302)]
        assert f"{named} belongs to {study.team}, and you work in Blue team." in response.content.decode()


def test_viewers_start_no_study(client_of, vera, version) -> None:
    browser = client_of(vera)
    assert browser.get(URL).status_code == 403
    assert browser.post(URL, {"action": "launch"}).status_code == 403
    assert browser.post(f"{URL}check/", {}).status_code == 403


def test_the_wrong_verb_and_nobody(browser, version) -> None:
    assert browser.delete(URL).status_code == 405
    assert browser.get(f"{URL}check/").status_code == 405
    assert Client().get(URL).status_code == 302
    assert Client(enforce_csrf_checks=True).post(URL, {}).status_code == 403
