"""Drafts that are opened again, specs that are pasted, clones that are the same: nothing typed or kept is lost."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.engine.spec import create_draft, resolve
from studies.models import Study, Team
from tests.factories import make_study, make_version
from tests.views.reading import posted_back

URL = "/studies/new/"


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, rows=600, name="Patients")


@pytest.fixture
def draft(version, alice) -> Study:
    return create_draft(resolve(version.dataset.team, {"dataset_version": version.pk, "name": "First"}), alice)


# -- clones


def without_why(spec: dict) -> dict:
    parameters = [{k: v for k, v in entry.items() if k != "why"} for entry in spec["space"]["parameters"]]
    return spec | {"space": spec["space"] | {"parameters": parameters}, "name": None}


def assert_cloned(browser: Client, team: Team, user, spec: dict) -> None:
    """The form that opens, and what a browser sends back of it, both make the study that was cloned."""
    study = create_draft(resolve(team, spec), user)
    study.refresh_from_db()
    response = browser.get(f"{URL}?clone={study.pk}")
    form = response.context["form"]
    assert form.is_valid(), form.errors
    assert without_why(form.resolved.to_spec()) == without_why(study.spec)
    again = browser.post(f"{URL}check/", posted_back(response)).context["form"]
    assert without_why(again.resolved.to_spec()) == without_why(study.spec)


ODD_SPACES = {
    "left to the library": [{"name": "min_samples_leaf", "type": "int", "low": 1, "high": 9}],
    "in another order": [
        {"name": "n_estimators", "type": "int", "low": 50, "high": 90, "log": True},
        {"name": "min_samples_leaf", "type": "int", "low": 1, "high": 9, "log": True},
    ],
    "constants": [
        {"name": "max_features", "type": "constant", "value": "sqrt"},
        {"name": "bootstrap", "type": "constant", "value": True},
        {"name": "min_samples_leaf", "type": "int", "low": 2, "high": 20, "step": 3},
    ],
    "numbers as choices": [
        {"name": "min_samples_leaf", "type": "categorical", "choices": [7, 2, 5]},
        {"name": "bootstrap", "type": "categorical", "choices": [True, False]},
        {"name": "criterion", "type": "categorical", "choices": ["entropy", "gini"]},
    ],
    "a switch and its number": [
        {"name": "max_features", "type": "categorical", "choices": ["sqrt", "share"]},
        {"name": "max_features_share", "type": "float", "low": 0.2, "high": 0.4, "when": {"max_features": ["share"]}},
    ],
    "a condition that always holds": [
        {"name": "max_features", "type": "constant", "value": "share"},
        {"name": "max_features_share", "type": "float", "low": 0.5, "high": 1.0, "when": {"max_features": ["share"]}},
    ],
    "conditions of its own": [
        {"name": "bootstrap", "type": "boolean"},
        {"name": "min_samples_leaf", "type": "int", "low": 1, "high": 9, "when": {"bootstrap": [False]}},
    ],
    "shapes": [
        {"name": "bootstrap", "type": "boolean", "weights": [1, 2.5]},
        {"name": "criterion", "type": "categorical", "choices": ["entropy", "gini"], "weights": [9, 1]},
        {
            "name": "n_estimators",
            "type": "int",
            "low": 50,
            "high": 90,
            "log": True,
            "prior": {"centre": 60, "spread": 1.5},
        },
        {"name": "min_samples_leaf", "type": "int", "low": 1, "high": 9, "prior": {"centre": 3, "spread": 2}},
    ],
    "forbidden combinations": {
        "parameters": [
            {"name": "bootstrap", "type": "boolean"},
            {"name": "criterion", "type": "categorical", "choices": ["gini", "entropy"]},
            {"name": "min_samples_leaf", "type": "int", "low": 1, "high": 9},
        ],
        "forbidden": [
            {"bootstrap": [True], "criterion": ["gini"]},
            {"bootstrap": [False], "min_samples_leaf": [1, 2]},
        ],
    },
    "one choice": [
        {"name": "bootstrap", "type": "categorical", "choices": [True]},
        {"name": "min_samples_leaf", "type": "int", "low": 1, "high": 9},
    ],
}


@pytest.mark.parametrize("case", ODD_SPACES)
def test_a_clone_of_a_colleagues_study_has_the_same_space(browser, alice, version, case: str) -> None:
    spec = {"dataset_version": version.pk, "estimator": "random_forest", "space": ODD_SPACES[case]}
    assert_cloned(browser, version.dataset.team, alice, spec)


@pytest.mark.parametrize("estimator", ["logistic_regression", "knn", "svm_rbf", "hist_gradient_boosting"])
@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("grid", {}),
        ("grid", {"levels": 3}),
        ("random", {}),
        ("random", {"sampler": "sobol"}),
        ("random", {"sampler": "independent"}),
        ("bayesian", {"initial": 9}),
        ("evolutionary", {}),
        ("manual", {}),
    ],
)
def test_a_clone_of_every_kind_is_the_same(browser, bob, version, estimator, method, options) -> None:
    spec = {"dataset_version": version.pk, "estimator": estimator, "method": method, "method_options": options}
    assert_cloned(browser, version.dataset.team, bob, spec)


LIMITS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**63 - 1),
        "parallel": st.integers(1, 64),
        "plan": st.fixed_dictionaries({"folds": st.integers(2, 20), "repeats": st.integers(1, 10)}),
        "budget": st.fixed_dictionaries(
            {
                "trials": st.integers(1, 100_000),
                "seconds": st.none() | st.integers(1, 10**6) | st.floats(0.001, 1e6).map(lambda x: round(x, 3)),
                "trial_seconds": st.none() | st.floats(1e-3, 1e9),
                "trial_memory_mb": st.none() | st.integers(64, 2**20),
            }
        ),
        "space": st.tuples(st.floats(1e-9, 1.0), st.floats(1.5, 1e9), st.booleans()).map(
            lambda t: {"parameters": [{"name": "C", "type": "float", "low": t[0], "high": t[1], "log": t[2]}]}
        ),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limits=LIMITS)
def test_a_clone_keeps_every_limit_and_number(browser, bob, version, limits: dict) -> None:
    spec = {"dataset_version": version.pk, "estimator": "svm_rbf", "method": "random", **limits}
    assert_cloned(browser, version.dataset.team, bob, spec)


# -- pastes


def pasted(browser: Client, text: str, **typed: str):
    return browser.post(URL, posted_back(browser.get(URL)) | typed | {"action": "paste", "pasted": text})


def test_a_whole_spec_fills_the_form(browser, version) -> None:
    spec = resolve(
        version.dataset.team,
        {"dataset_version": version.pk, "name": "Pasted", "estimator": "random_forest", "method": "random", "seed": 9,
         "space": {"parameters": ODD_SPACES["in another order"]}, "budget": {"trials": 7, "seconds": 100}},
    ).to_spec()  # fmt: skip
    response = pasted(browser, json.dumps(spec))
    assert without_why(response.context["form"].resolved.to_spec()) == without_why(spec)
    assert "Filled in from what was pasted" in response.content.decode()
    assert not Study.objects.exists()


def test_a_part_of_a_spec_leaves_the_rest_as_typed(browser, version) -> None:
    response = pasted(browser, '{"budget": {"trials": 99}, "method": "grid"}', name="Mine", minutes="5", folds="4")
    spec = response.context["form"].resolved.to_spec()
    assert (spec["name"], spec["method"], spec["plan"]["folds"]) == ("Mine", "grid", 4)
    assert (spec["budget"]["trials"], spec["budget"]["seconds"]) == (99, 300)


def test_what_follows_from_another_choice_is_decided_anew(browser, team, alice, version) -> None:
    other = make_version(team, alice, rows=80, task="regression", name="Prices")
    text = json.dumps({"dataset_version": other.pk, "estimator": "ridge"})
    spec = pasted(browser, text, dataset_version=str(version.pk)).context["form"].resolved.to_spec()
    assert (spec["task"], spec["metric"], spec["plan"]["kind"]) == ("regression", "r2", "kfold")
    assert next(entry["name"] for entry in spec["space"]["parameters"]) == "alpha"


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("", "", "The text is empty"),
        ("{", "", "not JSON"),
        ("[1]", "", "must be one object"),
        ('{"estimatr": "knn"}', "estimatr", "Did you mean"),
        ('{"budget": {"trails": 3}}', "budget.trails", "no key"),
        ('{"space": {"parameters": [{"name": "D", "type": "int", "low": 1, "high": 2}]}}', "space.D", "no parameter"),
        ('{"seed": -1, "parallel": 0}', "parallel", "from 1 to 64"),
        ('{"dataset_version": 999999}', "dataset_version", "no such dataset version"),
        ('{"name": "\\ud800"}', "", "surrogate"),
        ('{"a": "<script>alert(1)</script>"}', "a", "no key"),
    ],
)
def test_a_paste_that_does_not_fit_changes_nothing(browser, version, text: str, path: str, said: str) -> None:
    response = pasted(browser, text, name="Kept", trials="-3")
    page = response.content.decode()
    assert any(at == path and said in sentence for at, sentence in response.context["pasted"].errors)
    form = response.context["form"]
    assert (form.data["name"], form.data["trials"], response.context["pasted"].text) == ("Kept", "-3", text)
    assert "Nothing was filled in" in page
    assert "<script>alert" not in page


# -- drafts


def test_a_draft_is_opened_changed_and_saved(browser, draft, django_assert_max_num_queries) -> None:
    page = browser.get(f"/studies/{draft.pk}/").content.decode()
    assert f'href="{URL}?draft={draft.pk}"' in page
    with django_assert_max_num_queries(18):
        response = browser.get(f"{URL}?draft={draft.pk}")
    assert "Edit draft" in response.content.decode()
    answer = browser.post(URL, posted_back(response) | {"action": "draft", "trials": "17"})
    assert answer.url == reverse("study", args=[draft.pk])
    draft.refresh_from_db()
    assert (draft.name, draft.max_trials, draft.state, draft.created_by.email) == (
        "First", 17, "draft", "alice@example.org",
    )  # fmt: skip
    assert Study.objects.count() == 1


def test_a_draft_is_launched_from_the_form(browser, draft) -> None:
    data = posted_back(browser.get(f"{URL}?draft={draft.pk}")) | {"action": "launch", "trials": "5"}
    browser.post(URL, data)
    draft.refresh_from_db()
    assert (draft.state != "draft", draft.max_trials, Study.objects.count()) == (True, 5, 1)


def test_a_draft_that_somebody_else_saved_is_overwritten_only_when_asked_again(browser, client_of, alice, draft):
    mine = posted_back(browser.get(f"{URL}?draft={draft.pk}")) | {"action": "draft", "trials": "11"}
    other = client_of(alice)
    other.post(URL, posted_back(other.get(f"{URL}?draft={draft.pk}")) | {"action": "draft", "trials": "22"})
    refused = browser.post(URL, mine)
    assert "Somebody saved this draft since you opened it" in refused.content.decode()
    draft.refresh_from_db()
    assert draft.max_trials == 22
    assert refused.context["form"].data["trials"] == "11"
    browser.post(URL, posted_back(refused) | {"action": "draft"})
    draft.refresh_from_db()
    assert draft.max_trials == 11


@pytest.mark.parametrize("gone", ["launched", "deleted"])
def test_a_draft_that_was_taken_away_becomes_a_study_of_its_own(browser, client_of, alice, draft, gone: str) -> None:
    mine = posted_back(browser.get(f"{URL}?draft={draft.pk}")) | {"action": "draft", "trials": "11"}
    client_of(alice).post(f"/studies/{draft.pk}/{'launch' if gone == 'launched' else 'delete'}/")
    refused = browser.post(URL, mine)
    assert f"This draft was {gone} in the meantime" in refused.content.decode()
    assert not Study.objects.filter(max_trials=11).exists()
    browser.post(URL, posted_back(refused) | {"action": "draft"})
    assert Study.objects.get(max_trials=11).state == "draft"


def test_a_launched_study_is_not_edited_nor_deleted(browser, version, bob) -> None:
    study = make_study(version, bob, state="complete")
    assert browser.get(f"{URL}?draft={study.pk}").url == reverse("study", args=[study.pk])
    assert browser.post(f"/studies/{study.pk}/delete/").url == reverse("study", args=[study.pk])
    assert Study.objects.filter(pk=study.pk).exists()
    assert "Delete this draft" not in browser.get(f"/studies/{study.pk}/").content.decode()


def test_a_draft_is_deleted_after_a_question(browser, draft) -> None:
    page = browser.get(f"/studies/{draft.pk}/?open=delete").content.decode()
    assert "Delete this draft?" in page
    assert browser.post(f"/studies/{draft.pk}/delete/").url == reverse("studies")
    assert not Study.objects.exists()
    assert browser.post(f"/studies/{draft.pk}/delete/").status_code == 404


def test_strangers_and_viewers_leave_drafts_alone(client_of, charlie, vera, draft) -> None:
    stranger, viewer = client_of(charlie), client_of(vera)
    version = make_version(charlie.teams.get(), charlie, rows=60)
    assert stranger.get(f"{URL}?draft={draft.pk}").status_code == 404
    forged = posted_back(stranger.get(URL)) | {"draft": str(draft.pk), "draft_change": "0", "action": "draft"}
    assert "deleted in the meantime" in stranger.post(URL, forged).content.decode()
    assert stranger.post(f"/studies/{draft.pk}/delete/").status_code == 404
    assert viewer.get(f"{URL}?draft={draft.pk}").status_code == 403
    assert viewer.post(f"/studies/{draft.pk}/delete/").status_code == 403
    assert viewer.get(f"/studies/{draft.pk}/delete/").status_code == 405
    draft.refresh_from_db()
    assert (draft.name, draft.dataset_version_id != version.pk) == ("First", True)
