"""What people do to a study: buttons by state and role, limits, a trial by hand."""

import re

import pytest
from django.utils import timezone

from studies.models import Event, Study, Trial
from tests.factories import make_running_study, make_study, make_trial, make_version
from tests.views.reading import page_of, words_of

CONDITIONAL = {
    "parameters": [
        {"name": "kernel", "type": "categorical", "choices": ["rbf", "poly"]},
        {"name": "degree", "type": "int", "low": 2, "high": 5, "when": {"kernel": ["poly"]}},
        {"name": "C", "type": "float", "low": 0.001, "high": 1000.0, "log": True},
        {"name": "shrinking", "type": "boolean"},
        {"name": "max_iter", "type": "constant", "value": 500},
    ]
}
ACTIONS = ("launch", "pause", "resume", "stop", "finish", "limits", "add")


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


@pytest.fixture
def study(version, alice):
    """Runs, with the defaults at 0.71, the best (0.743) at trial 3, a failed and a running trial."""
    return make_running_study(version, alice)


@pytest.mark.parametrize(
    ("state", "shown", "hidden"),
    [
        ("draft", {"launch", "add"}, {"pause", "stop", "limits", "extend", "resume"}),
        ("running", {"pause", "stop", "limits", "extend", "add"}, {"launch", "resume", "finish"}),
        ("paused", {"resume", "stop", "limits", "add"}, {"launch", "pause", "finish"}),
        ("stopping", set(), {"launch", "pause", "stop", "limits", "extend", "resume", "add"}),
        ("stopped", {"resume", "extend", "limits"}, {"pause", "stop", "add", "launch"}),
        ("complete", {"extend", "limits"}, {"pause", "stop", "add", "launch", "resume"}),
    ],
)
def test_buttons_follow_the_state(client_of, bob, version, alice, state, shown, hidden):
    study = make_study(version, alice, state=state, launched_at=timezone.now())
    page = page_of(client_of(bob), study).content.decode()
    assert {name for name in shown | hidden if f'id="do-{name}"' in page} == shown


def test_viewers_see_no_buttons_that_act(client_of, vera, study):
    page = page_of(client_of(vera), study).content.decode()
    assert 'id="do-compare"' in page
    for name in ("pause", "stop", "limits", "extend", "add", "clone"):
        assert f'id="do-{name}"' not in page
    assert "<dialog" not in page.replace('<dialog class="keys"', "")


def test_launch_pause_resume_stop(client_of, bob, version, alice):
    study = make_study(version, alice)
    browser = client_of(bob)
    states = []
    for action in ("launch", "pause", "resume", "stop"):
        answer = browser.post(f"/studies/{study.pk}/{action}/")
        assert answer.status_code == 302
        study.refresh_from_db()
        states.append(study.state)
    assert states == ["queued", "paused", "queued", "stopped"]
    log = words_of(page_of(browser, study))
    for verb in ("launched", "paused", "resumed"):
        assert f"bob@example.org {verb}" in log


def test_a_refused_action_says_why(client_of, bob, version, alice):
    study = make_study(version, alice)
    answer = client_of(bob).post(f"/studies/{study.pk}/pause/", follow=True)
    assert "only a queued or running one can be paused" in words_of(answer)
    assert Event.objects.count() == 0


def test_finish_a_manual_study(client_of, bob, version, alice):
    study = make_study(version, alice, method="manual", state="running", launched_at=timezone.now())
    make_trial(study, 0)
    client_of(bob).post(f"/studies/{study.pk}/finish/")
    study.refresh_from_db()
    assert study.state == "complete"


def test_limits_change_and_a_button_may_send_just_one(client_of, bob, study):
    browser = client_of(bob)
    given = {"max_trials": "40", "max_minutes": "2.5", "trial_seconds": "", "trial_memory_mb": "512", "parallel": "3"}
    assert browser.post(f"/studies/{study.pk}/limits/", given | {"when_converged": "stop"}).status_code == 302
    study.refresh_from_db()
    limits = (study.max_trials, study.max_seconds, study.trial_seconds, study.trial_memory_mb, study.parallel)
    assert limits == (40, 150.0, None, 512, 3)
    assert browser.post(f"/studies/{study.pk}/limits/", {"max_trials": "60"}).status_code == 302
    study.refresh_from_db()
    assert (study.max_trials, study.max_seconds, study.parallel) == (60, 150.0, 3)
    assert study.stop_when_converged


def test_extending_a_complete_study_resumes_it(client_of, bob, study):
    Trial.objects.filter(study=study).update(state="complete")
    Study.objects.filter(pk=study.pk).update(state="complete", finished_at=timezone.now(), max_trials=6)
    browser = client_of(bob)
    assert 'name="max_trials" value="26"' in page_of(browser, study).content.decode()
    browser.post(f"/studies/{study.pk}/limits/", {"max_trials": "26"})
    study.refresh_from_db()
    assert (study.state, study.max_trials) == ("queued", 26)


def test_refused_limits_come_back_as_typed(client_of, bob, study):
    browser = client_of(bob)
    given = {"max_trials": "3", "max_minutes": "-1", "trial_seconds": "soon", "trial_memory_mb": "", "parallel": "2"}
    answer = browser.post(f"/studies/{study.pk}/limits/", given)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="soon"' in page
    assert 'value="-1"' in page
    assert 'id="limits" aria-labelledby="limits-title" open data-open' in page
    too_few = browser.post(f"/studies/{study.pk}/limits/", {"max_trials": "3"})
    assert "6 trials have begun already; the limit cannot be 3" in words_of(too_few)
    study.refresh_from_db()
    assert study.max_trials == 24


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_trials", "0"),
        ("max_trials", ""),
        ("max_trials", "100001"),
        ("max_trials", "1_000"),
        ("max_trials", "１２"),
        ("max_minutes", "1e308"),
        ("max_minutes", "nan"),
        ("trial_seconds", "1e308"),
        ("trial_seconds", "0"),
        ("trial_memory_mb", "9" * 30),
        ("trial_memory_mb", "9" * 5000),
        ("trial_memory_mb", "63"),
        ("parallel", "65"),
    ],
)
def test_limits_that_no_study_can_have_are_refused_at_their_field(client_of, bob, study, name, value):
    """As over HTTP: infinity is no JSON, and no database keeps an integer of thirty digits."""
    before = Study.objects.values("max_trials", "max_seconds", "trial_seconds", "change").get()
    answer = client_of(bob).post(f"/studies/{study.pk}/limits/", {name: value})
    assert answer.status_code == 200
    assert list(answer.context["limits_form"].errors) == [name]
    assert Study.objects.values("max_trials", "max_seconds", "trial_seconds", "change").get() == before


# -- a trial by hand


def test_a_trial_by_hand_leaves_out_what_does_not_count(client_of, bob, version, alice):
    study = make_study(version, alice, state="running", space=CONDITIONAL, launched_at=timezone.now(), next_number=1)
    given = {"p.kernel": '"rbf"', "p.degree": "3", "p.C": "0.5", "p.shrinking": "true"}
    answer = client_of(bob).post(f"/studies/{study.pk}/add/", given)
    assert answer.status_code == 302
    trial = study.trials.get()
    assert trial.config == {"kernel": "rbf", "C": 0.5, "shrinking": True, "max_iter": 500}
    assert (trial.source, trial.state, trial.number) == ("manual", "waiting", 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"p.C": "5000"}, "5000"),
        ({"p.C": "much"}, "Enter a number"),
        ({"p.C": ""}, "the value is missing"),
        ({"p.C": "1_0"}, "Enter a number"),
        ({"p.C": "１"}, "Enter a number"),
        ({"p.degree": "9" * 5000}, "Enter a number"),
        ({"p.C": "1e999"}, "Enter a number"),
        ({"p.degree": "9"}, "9"),
        ({"p.degree": "2.5"}, "whole number"),
        ({"p.kernel": '"sigmoid"'}, "not one of the available choices"),
    ],
)
def test_a_refused_trial_comes_back_with_the_error_at_its_field(client_of, bob, version, alice, given, sentence):
    study = make_study(version, alice, state="running", space=CONDITIONAL, launched_at=timezone.now(), next_number=1)
    sent = {"p.kernel": '"poly"', "p.degree": "3", "p.C": "0.5", "p.shrinking": "false"} | given
    answer = client_of(bob).post(f"/studies/{study.pk}/add/", sent)
    assert answer.status_code == 200
    (name, typed), *_ = given.items()
    form = answer.context["trial_form"]
    assert list(form.errors) == [name]
    assert sentence in form.errors[name][0]
    assert form[name].value() == typed
    assert 'aria-labelledby="add-title" open data-open' in answer.content.decode()
    assert not study.trials.exists()


def test_the_form_says_what_the_model_expects_of_what_was_typed(client_of, bob, charlie, study):
    path, typed = f"/studies/{study.pk}/expectation/", {"p.C": "1", "p.l1_ratio": "0.9"}
    assert not words_of(client_of(bob).get(path, typed)).strip()
    for number in range(20, 60):
        share = number * 0.618 % 1
        make_trial(study, number, config={"C": 10.0 ** (number % 5 - 2), "l1_ratio": share}, value=0.5 + share / 3)
    words = words_of(client_of(bob).get(path, typed))
    assert re.match(r"The model expects 0\.[78]\d* \(0\.\d+ to 0\.\d+\)\.", words)
    assert not words_of(client_of(bob).get(path, typed | {"p.C": "much"})).strip()
    assert client_of(charlie).get(path, typed).status_code == 404


def test_a_used_up_budget_is_said_in_the_form(client_of, bob, study):
    Study.objects.filter(pk=study.pk).update(max_trials=6)
    answer = client_of(bob).post(f"/studies/{study.pk}/add/", {"p.C": "1", "p.l1_ratio": "0.5"})
    assert answer.status_code == 200
    assert "Raise the limit" in words_of(answer)


def test_the_form_begins_with_the_named_trial_or_the_best(client_of, bob, study):
    browser = client_of(bob)
    best = page_of(browser, study).context["trial_form"]
    assert best["p.C"].value() == study.trials.get(number=3).config["C"]
    page = page_of(browser, study, "?from=1")
    assert page.context["trial_form"]["p.C"].value() == study.trials.get(number=1).config["C"]
    assert 'aria-labelledby="add-title" open data-open' in page.content.decode()
    assert page_of(browser, study, "?from=999999").context["trial_from"] is None
    assert page_of(browser, study, "?from=x").context["trial_from"] == 3


# -- who may


def test_strangers_find_nothing(client_of, charlie, study):
    browser = client_of(charlie)
    for action in ACTIONS:
        assert browser.post(f"/studies/{study.pk}/{action}/").status_code == 404


def test_viewers_may_look_and_not_act(client_of, vera, study):
    browser = client_of(vera)
    for action in ACTIONS:
        assert browser.post(f"/studies/{study.pk}/{action}/").status_code == 403
    study.refresh_from_db()
    assert study.state == "running"


def test_wrong_verb(client_of, alice, study):
    browser = client_of(alice)
    for action in ACTIONS:
        assert browser.get(f"/studies/{study.pk}/{action}/").status_code == 405
