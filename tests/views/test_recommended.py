"""The study page and the API name the trial that is believed best, where it is not the one with the best score."""

import re

import numpy as np
import pytest
from django.urls import reverse

from tests.factories import make_expected_score, make_study, make_trial, make_version
from tests.views.reading import words_of

WORSE, BETTER = {"C": 100.0, "l1_ratio": 0.9}, {"C": 1.0, "l1_ratio": 0.1}


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


@pytest.fixture
def lucky(version, alice):
    """Two configurations, tried again and again; the best score, at trial 24, is a lucky one of the worse. There is no
    expected score: it would make its own recommendation."""
    study = make_study(version, alice, state="complete")
    luck = np.random.default_rng(0).normal(0, 0.02, 24)
    for number in range(24):
        config, worth = (WORSE, 0.70) if number % 2 else (BETTER, 0.75)
        make_trial(study, number, config=config, value=worth + luck[number], fold_scores=[], source="method")
    make_trial(study, 24, config=WORSE, value=0.85, fold_scores=[])
    make_expected_score(study, available=False, why="Rows in the order of time cannot be resampled.")
    return study


def test_the_page_says_who_is_believed_better_and_why(client_of, alice, lucky):
    client, address = client_of(alice), reverse("study_recommended", args=[lucky.pk])
    page = reverse("study", args=[lucky.pk])
    assert f'hx-get="{address}"' in client.get(page).content.decode()
    fragment = client.get(address)
    words = words_of(fragment)
    assert "is believed better: expected 0.7" in words
    assert "the trials around trial 24 say that it had more of it" in words
    assert "#believed" in fragment.content.decode()
    again = client.get(page)  # worked out: it stands in the page at once
    assert f'hx-get="{address}"' not in again.content.decode()
    assert "is believed better" in words_of(again)


def test_it_says_nothing_where_the_best_score_is_believed_best(client_of, alice, version):
    study = make_study(version, alice, state="complete")
    for number in range(12):
        make_trial(study, number, value=0.7 + 0.01 * number, config={"C": 10.0 ** (number / 6), "l1_ratio": 0.5})
    address = reverse("study_recommended", args=[study.pk])
    assert not client_of(alice).get(address).content.decode().strip()


def test_a_better_score_since_then_takes_the_word_back(client_of, alice, lucky):
    lucky.state = "running"
    lucky.save()
    client, address = client_of(alice), reverse("study_recommended", args=[lucky.pk])
    assert "believed better" in client.get(address).content.decode()
    make_trial(lucky, 25, config=BETTER, value=0.95, fold_scores=[])
    assert "believed better" not in client.get(address).content.decode()


def test_a_stranger_finds_nothing(client_of, charlie, lucky):
    assert client_of(charlie).get(reverse("study_recommended", args=[lucky.pk])).status_code == 404


def test_where_lower_is_better_less_is_expected(client_of, alice, lucky):
    for trial in lucky.trials.all():
        trial.value = 1 - trial.value
        trial.save()
    lucky.metric, lucky.direction = "log_loss", "minimize"
    lucky.save()
    words = words_of(client_of(alice).get(reverse("study_recommended", args=[lucky.pk])))
    expected, against = map(float, re.search(r"expected ([\d.]+) against ([\d.]+), since luck", words).groups())
    assert expected < against
