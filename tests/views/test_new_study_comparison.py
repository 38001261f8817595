"""Several methods and seeds from one form: priced as one ticks, launched together, refused as a whole."""

import pytest
from django.urls import reverse

from studies.models import Comparison, Study
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import posted_back, words_of

URL = "/studies/new/"
TICKED = {"compare_shown": "1", "compare_bayesian": "on", "compare_grid": "on", "compare_seeds": "2"}


def test_it_says_what_it_would_launch(browser, version, bob) -> None:
    page = browser.get(URL)
    assert "6 studies, 360 trials, 1,800 fits." in words_of(page)
    data = posted_back(page) | TICKED | {"trials": "10"}
    assert "3 studies, 30 trials, 150 fits." in words_of(browser.post(f"{URL}check/", data))
    study = make_study(version, bob, state="complete")
    for number in range(12):
        make_trial(study, number, fit_times=[6.0] * 5, score_times=[0.0] * 5)
    data = posted_back(browser.get(f"{URL}?clone={study.pk}")) | TICKED | {"trials": "20"}
    assert "on 1 worker, once one runs" in words_of(browser.post(f"{URL}check/", data))
    assert "3 studies, 60 trials, 300 fits: 26 to 35 min" in words_of(browser.post(f"{URL}check/", data))


def test_it_launches_all_and_leads_to_their_comparison(browser, version, bob, django_assert_max_num_queries) -> None:
    data = posted_back(browser.get(URL)) | TICKED | {"action": "compare", "trials": "6", "seed": "7"}
    response = browser.post(URL, data)
    made = Comparison.objects.get()
    assert response.url == reverse("saved_comparison", args=[made.pk])
    assert [(s.method, s.seed, s.max_trials) for s in made.in_order()] == [
        ("bayesian", 7, 6), ("bayesian", 8, 6), ("grid", 7, 6),
    ]  # fmt: skip
    assert not Study.objects.filter(state="draft").exists()
    assert browser.get(response.url).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"compare_seeds": "11"}, "a whole number from 1 to 10"),
        ({"compare_seeds": ""}, "a whole number from 1 to 10"),
        ({"compare_seeds": "<b>"}, "a whole number from 1 to 10"),
        ({"compare_seeds": "9" * 5000}, "a whole number from 1 to 10"),
        ({"trials": "0"}, "from 1 to 100,000"),
    ],
)
def test_a_refused_comparison_keeps_what_was_ticked_and_typed(browser, version, typed: dict, said: str) -> None:
    response = browser.post(URL, posted_back(browser.get(URL)) | TICKED | {"action": "compare"} | typed)
    page = response.content.decode()
    assert "Nothing was launched yet" in page
    assert said in page
    assert response.context["comparison"].ticked == ["bayesian", "grid"]
    assert response.context["comparison"].seeds == ({**TICKED, **typed})["compare_seeds"]
    assert not Study.objects.exists()


def test_nothing_ticked_is_said(browser, version) -> None:
    data = posted_back(browser.get(URL)) | {"compare_shown": "1", "compare_seeds": "3", "action": "compare"}
    assert "No method is chosen" in browser.post(URL, data).content.decode()
    assert not Study.objects.exists()


def test_a_wrong_comparison_is_in_nobodys_way(browser, version) -> None:
    data = posted_back(browser.get(URL)) | {"compare_shown": "1", "compare_seeds": "x", "action": "launch"}
    assert browser.post(URL, data).status_code == 302


def test_viewers_and_strangers_launch_no_comparison(client_of, vera, charlie, version) -> None:
    assert client_of(vera).post(URL, TICKED | {"action": "compare"}).status_code == 403
    stranger = client_of(charlie)
    make_version(charlie.teams.get(), charlie, rows=60)
    forged = posted_back(stranger.get(URL)) | TICKED | {"dataset_version": str(version.pk), "action": "compare"}
    stranger.post(URL, forged)
    assert not Study.objects.exists()
