"""The health cards: each passes, warns or fails by numbers and offers what can be done."""

import numpy as np
import pytest
from django.urls import reverse

from studies.views.findings import FAIL, PASS, WARN, failed_words, touched
from studies.views.health_data import few_rows, too_good
from studies.views.health_trials import duplicates, edge, failures, folds
from tests.factories import make_expected_score, make_study, make_trial, make_version
from tests.views.reading import words_of

ENTRIES = [
    {"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": True},
    {"name": "share", "type": "float", "low": 0.0, "high": 1.0},
    {"name": "depth", "type": "int", "low": 1, "high": 30},
]
NAMES = [f"Fold {i + 1}" for i in range(5)]
COPY = {"left_on": "Column left_on says exactly what the target says."}


def follows(card):
    return [remedy.follow for remedy in card.remedies if remedy.follow]


def test_an_edge_counts_where_something_can_be_beyond_it():
    config = {"C": 900.0, "share": 1.0, "depth": 30}
    assert [touch.name for touch in touched(ENTRIES, config)] == ["C", "share", "depth"]
    bounds = {"share": (0.0, 1.0), "depth": (1, None)}
    found = touched(ENTRIES, config, bounds)
    assert [(touch.name, touch.end) for touch in found] == [("C", "high"), ("depth", "high")]
    card = edge(found)
    assert card.mark == WARN
    assert card.title == "The best is on the edge of C, depth"
    assert "C 900 of at most 1,000; depth 30 of at most 30. Better values may lie beyond." in card.words
    assert follows(card) == ["widen=1"]
    assert edge(touched(ENTRIES, {"C": 1.0, "depth": 1}, bounds)).mark == PASS


@pytest.mark.parametrize(("failed", "mark"), [(0, PASS), (2, PASS), (6, WARN), (30, FAIL)])
def test_failures_are_counted_and_the_commonest_reason_named(failed, mark):
    card = failures(failed, 60, "ran out of time." if failed else "")
    assert card.mark == mark
    assert ("Most often: ran out of time." in card.words) == bool(failed)
    assert failed_words(6, 60) == "6 failed (10 %)"


def test_a_fold_that_stands_apart_is_named_with_its_size():
    luck = np.random.default_rng(0)
    even = 0.77 + luck.normal(0, 0.005, 5) + luck.normal(0, 0.004, (40, 5))
    assert folds(even, NAMES, 0.002, True, True).mark == PASS
    apart = even + np.array([0, 0.06, 0, 0, 0])
    card = folds(apart, NAMES, 0.01, True, True)
    assert card.mark == WARN
    assert card.words.startswith("Fold 2 scores 5.9 points above")
    assert follows(card) == ["repeats=5"]
    assert follows(folds(apart, NAMES, 0.01, True, False)) == []
    assert folds(apart, NAMES, 0.2, True, True).mark == PASS  # less than the noise of a trial
    assert folds(apart[:3], NAMES, 0.01, True, True) is None
    assert folds(np.full((9, 5), 0.8), NAMES, 0.0, True, True).mark == PASS


def test_folds_of_one_kind_seldom_seem_to_disagree():
    draws = np.random.default_rng(1)
    found = [
        folds(draws.normal(0, 0.03, 5) + draws.normal(0, 0.01, (30, 5)), NAMES, 0.01, True, True) for _ in range(300)
    ]
    assert sum(card.mark == WARN for card in found) <= 25  # 5 % of 300 and three standard errors


def test_configurations_that_ran_again():
    some = [{"C": float(i), "share": 0.5} for i in range(20)]
    assert duplicates(some).mark == PASS
    assert duplicates([*some, {"share": 0.5, "C": 3.0}]).mark == PASS
    assert duplicates(some[:5] * 3).mark == WARN


def test_too_good_to_be_true_names_the_suspect():
    fair = (0.8, 0.5, "accuracy", True)
    assert too_good(*fair, {}, "/datasets/1/").mark == PASS
    assert too_good(*fair, COPY, "/datasets/1/").mark == WARN
    assert too_good(0.995, 0.5, "accuracy", True, {}, "/datasets/1/").mark == WARN
    card = too_good(0.999, 0.5, "accuracy", True, COPY, "/datasets/1/")
    assert card.mark == FAIL
    assert [(r.label, r.href) for r in card.remedies] == [("Look at left_on", "/datasets/1/#columns")]
    kept = ["The column “left_on” is kept by ann: “Known before.”."]
    card = too_good(*fair, {}, "/datasets/1/", kept)
    assert (card.mark, "Known before." in card.words) == (PASS, True)
    assert too_good(0.999, 0.5, "accuracy", True, {}, "/datasets/1/", kept).mark == WARN
    assert too_good(0.985, 0.98, "accuracy", True, {}, "").mark == PASS  # guessing is nearly as good
    assert too_good(0.5, 10.0, "rmse", False, {}, "").mark == WARN
    assert too_good(2.0, 10.0, "rmse", False, {}, "").mark == PASS
    assert too_good(None, None, "accuracy", True, {}, "").mark == PASS


def test_few_rows_go_by_the_over_fitting_that_was_found():
    assert few_rows(944, 68, "1.6 points", beyond_noise=True).mark == WARN
    assert few_rows(944, 68, "0.2 points", beyond_noise=False).mark == PASS
    assert few_rows(944, 68) is None
    assert follows(few_rows(120, 60)) == ["repeats=5"]


@pytest.fixture
def study(team, alice):
    """Better with a larger C, to its end; l1_ratio does nothing, a fifth of the trials fail."""
    version = make_version(team, alice, rows=60)
    study = make_study(version, alice, state="complete", launched_at=version.created_at, baseline={"value": 0.5})
    places = np.random.default_rng(0).uniform(0, 1, (32, 2))
    places[31] = 1.0, 0.5
    for number, (u, v) in enumerate(places.tolist()):
        value = 0.6 + 0.2 * u
        config = {"C": 10 ** (8 * u - 4), "l1_ratio": v}
        make_trial(
            study,
            number,
            config=config,
            value=value,
            stderr=0.001,
            fold_scores=[value + d for d in (-0.01, 0, 0.01, 0, 0)],
        )
    for number in range(32, 40):
        make_trial(
            study,
            number,
            state="failed",
            reason="timed_out",
            error="Ran 2 s",
            value=None,
            stderr=None,
            fold_scores=[],
            config={"C": 1.0, "l1_ratio": number / 40},
        )
    return study


def test_the_section_has_the_cards_with_remedies_for_who_may_act(
    client_of, alice, vera, charlie, study, django_assert_max_num_queries
):
    make_expected_score(study, optimism=0.03)
    address = reverse("study_health", args=[study.pk])
    client = client_of(alice)
    page = client.get(reverse("study", args=[study.pk])).content.decode()
    assert f'id="health" hx-get="{address}"' in page
    whole = client.get(address)
    words = words_of(whole)
    assert (
        "The best is on the edge of C. C 10,000 of at most 10,000. Better values may lie beyond. Widen and search again"
        in words
    )
    assert "l1_ratio has no visible effect." in words
    assert "Hold l1_ratio at its default" in words
    assert (
        "Many trials failed. 8 failed (20 %) of 40. Most often: ran out of time. Ran 2 s. See the failed trials"
        in words
    )
    assert "over-fitting to validation is " in words
    assert "The model predicts. Rank correlation" in words
    assert f'href="/studies/new/?follow={study.pk}&amp;hold=l1_ratio"' in whole.content.decode()
    assert "</html>" in whole.content.decode()
    with django_assert_max_num_queries(9):  # all is known now, and only looked up
        fragment = client.get(address, headers={"HX-Request": "true"})
    text = fragment.content.decode()
    assert text.count("state--complete") == int(words_of(fragment).split("Health: ")[1].split()[0])
    assert "</html>" not in text
    key = fragment.context["health"].key
    assert client.get(f"{address}?seen={key}").status_code == 204
    assert "Widen and search again" not in words_of(client_of(vera).get(address))
    assert client_of(charlie).get(address).status_code == 404


def test_a_study_without_trials_says_when_it_is_checked(client_of, alice, team):
    study = make_study(make_version(team, alice), alice, state="running")
    words = words_of(client_of(alice).get(reverse("study_health", args=[study.pk])))
    assert "Checked once the first trial has ended." in words
