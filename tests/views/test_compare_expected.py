"""Studies and methods held against one another by their expected scores."""

import numpy as np
import pytest

from studies.models import ExpectedScore, Study
from tests.factories import make_comparison, make_expected_score, make_study, make_trial, make_version
from tests.views.reading import words_of

SPREAD = np.random.default_rng(3).normal(0, 0.01, 500)


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


def told(study, mean, wobble=0.0, **row):
    """Two trials and figures whose resamples wobble by so much around the common spread."""
    for number in range(2):
        make_trial(study, number, value=mean + 0.02 - 0.01 * number, stderr=0.01)
    own = np.random.default_rng(study.pk + 100).normal(0, 1, 500) * wobble
    values = {"draws": (mean + SPREAD + own).astype("<f8").tobytes(), "resampling": "r1"} | row
    low, high = sorted((mean - 0.03, mean + 0.03))
    make_expected_score(study, values, expected=mean, low=low, high=high, best=mean + 0.02)
    return study


@pytest.fixture
def named(version, alice):
    """Makes studies with figures: named(("A", 0.80, 0.01), ...)."""

    def make(*rows, **fields):
        return [told(make_study(version, alice, name=n, state="complete", **fields), m, w) for n, m, w in rows]

    return make


def compare(client_of, person, studies, more=""):
    return client_of(person).get("/compare/?" + "&".join(f"study={study.pk}" for study in studies) + more)


def test_the_sentence_tells_better_same_and_worse(client_of, alice, named, django_assert_max_num_queries):
    studies = named(("Random", 0.80, 0.004), ("Bayes", 0.802, 0.004), ("Grid", 0.75, 0.004))
    browser = client_of(alice)
    with django_assert_max_num_queries(10):
        response = browser.get("/compare/?" + "&".join(f"study={study.pk}" for study in studies))
    words = words_of(response)
    assert "Bayes is probably the same as Random:" in words
    assert "Expected on new data: 0.802 [0.772, 0.832] against 0.800 [0.770, 0.830]; difference +0." in words
    assert "It is surely better than 1 of the 2 others" in words
    assert "This compares winners, not methods" in words
    assert "Within 0.5 points counts as the same" in words
    assert [side.name for side in response.context["sides"]] == ["Bayes", "Random", "Grid"]
    for pair in response.context["pairs"].against:
        assert pair.shares.better + pair.shares.same + pair.shares.worse == pytest.approx(1)
    assert response.context["pairs"].table[0][1][0] is None
    first, second = response.context["pairs"].table[0][1][1].shares, response.context["pairs"].table[1][1][0].shares
    assert (first.better, first.worse) == pytest.approx((second.worse, second.better))


def test_colour_only_above_95_percent(client_of, alice, named):
    studies = named(("Random", 0.80, 0.004), ("Bayes", 0.84, 0.004), ("Grid", 0.8401, 0.0))
    sure = compare(client_of, alice, studies[:2]).content.decode()
    assert 'is better than Random: <b class="n">&gt; 99 %</b>' in sure
    assert 'class="sure"' in sure
    same = compare(client_of, alice, [studies[1], studies[1], studies[2]], "&within=20")
    assert "are the same in practice" in words_of(same)
    unsure = compare(client_of, alice, named(("A", 0.80, 0.01), ("B", 0.803, 0.01))).content.decode()
    assert 'class="sure"' not in unsure


def test_the_zone_stands_in_the_address(client_of, alice, named):
    studies = named(("A", 0.80, 0.01), ("B", 0.803, 0.01))
    for typed, zone, error in (
        ("2", 2.0, ""), ("0", 0.0, ""), ("", 0.5, ""), ("-1", 0.5, "A difference has no sign here"),
        ("nan", 0.5, "Write a number"), ("1e9", 0.5, "At most 50"),
    ):  # fmt: skip
        response = compare(client_of, alice, studies, f"&within={typed}")
        assert response.context["pairs"].zone.within == zone
        assert error in words_of(response)
        assert f'value="{typed or "0.5"}"' in response.content.decode()


def test_for_errors_the_zone_is_a_percentage_and_lower_is_better(client_of, alice, named):
    studies = named(("A", 2.0, 0.001), ("B", 2.2, 0.001), metric="rmse", direction="minimize")
    response = compare(client_of, alice, studies)
    assert "A is better than B" in words_of(response)
    assert response.context["pairs"].zone.size == pytest.approx(0.02)
    assert "Within 1 % counts as the same" in words_of(response)


def test_what_has_no_figures_or_other_resamples_is_refused_with_the_reason(client_of, alice, version, named):
    one, other = named(("A", 0.80, 0.01), ("B", 0.81, 0.01))
    late = make_study(version, alice, name="Late", state="complete")
    make_trial(late, 0)
    make_trial(late, 1)
    assert "Late, it has not been worked out yet" in words_of(compare(client_of, alice, [one, late]))
    row = make_expected_score(late, {"state": "running"})
    ExpectedScore.objects.filter(pk=row.pk).update(figures=None)
    assert "Late, it is being worked out" in words_of(compare(client_of, alice, [one, late]))
    ExpectedScore.objects.filter(pk=row.pk).update(state="failed", error="Out of memory.")
    assert "Late, working it out failed: Out of memory" in words_of(compare(client_of, alice, [one, late]))
    ExpectedScore.objects.filter(study=other).update(resampling="r2")
    words = words_of(compare(client_of, alice, [one, other]))
    assert "A and B, their resamples are not the same" in words or "B and A, their resamples are not the same" in words
    figures = ExpectedScore.objects.get(study=other).figures | {"rows": 40}
    ExpectedScore.objects.filter(study=other).update(figures=figures)
    assert "scored on other rows (40 against 60)" in words_of(compare(client_of, alice, [one, other]))
    Study.objects.filter(pk=other.pk).update(metric="roc_auc")
    response = compare(client_of, alice, [one, other])
    assert response.context["pairs"] is None
    assert "cannot be compared: metric differs" in words_of(response)


@pytest.fixture
def methods(version, alice):
    def make(**finals):
        studies = []
        for method, values in finals.items():
            for seed, value in enumerate(values):
                study = make_study(version, alice, name=f"{method} {seed}", method=method, seed=seed, state="complete")
                studies.append(told(study, value))
        return make_comparison(studies, alice, kind="method")

    return make


def test_methods_are_tested_over_their_seeds(client_of, alice, version, methods):
    comparison = methods(random=[0.70, 0.71, 0.72, 0.70], bayesian=[0.78, 0.80, 0.79, 0.78])
    response = client_of(alice).get(f"/compare/{comparison.pk}/")
    words = words_of(response)
    assert "Bayesian is better than Random: > 99 %" in words.replace("&gt;", ">")
    assert "Mean expected score on new data over 4 seeds, paired by seed: 0.788 against 0.708" in words
    assert "over seeds, on these rows" in words
    pair = response.context["pairs"].first
    assert pair.shares.low < 0.08 < pair.shares.high
    assert len(response.context["intervals"].rows[0].dots) == 4
    assert "Trials to" in words
    assert response.context["pairs"].leader.name == "Bayesian"
    lone = told(make_study(version, alice, name="grid 0", method="grid", state="complete"), 0.95)
    with_grid = make_comparison([*comparison.in_order(), lone], alice, "With a grid", kind="method")
    words = words_of(client_of(alice).get(f"/compare/{with_grid.pk}/"))
    assert "Bayesian is better than Random" in words
    assert "Not comparable: 1 seed, and it takes 3 of each" in words
    Study.objects.filter(name="random 0").update(state="running")
    words = words_of(client_of(alice).get(f"/compare/{comparison.pk}/"))
    assert "Random, not all of its runs have ended" in words
    assert "Mean expected score on new data over" not in words


def test_two_seeds_tell_nothing_of_methods(client_of, alice, methods):
    comparison = methods(random=[0.70, 0.71], bayesian=[0.78, 0.80])
    words = words_of(client_of(alice).get(f"/compare/{comparison.pk}/"))
    assert "2 seeds, and it takes 3 of each to tell methods apart" in words
    assert "0.790" in words  # the mean is told all the same
