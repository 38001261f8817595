"""Studies side by side."""

import pytest

from studies.models import Study
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


@pytest.fixture
def pair(version, alice):
    first = make_study(version, alice, name="Random one", state="complete")
    second = make_study(version, alice, name="Bayes one", state="complete", method="bayesian", max_trials=20)
    for number, (low, high) in enumerate(((0.70, 0.70), (0.72, 0.75), (0.71, 0.78))):
        make_trial(first, number, value=low, stderr=0.01)
        make_trial(second, number, value=high, stderr=0.01)
    return first, second


def address(*studies):
    return "/compare/?" + "&".join(f"study={study.pk}" for study in studies)


def test_the_sentence_says_who_leads_and_whether_it_is_sure(client_of, alice, pair):
    words = words_of(client_of(alice).get(address(*pair)))
    assert "Bayes one leads with 0.780 ± 0.010; 6.0 points above Random one" in words
    assert "larger than twice the standard error" in words


def test_a_small_lead_may_be_chance(client_of, alice, pair):
    pair[1].trials.update(stderr=0.04)
    assert "so it may be chance" in words_of(client_of(alice).get(address(*pair)))


def test_level_and_scoreless_studies(client_of, alice, version, pair):
    empty = make_study(version, alice, name="Empty", state="queued")
    browser = client_of(alice)
    pair[1].trials.update(value=0.72)
    pair[0].trials.update(value=0.72)
    assert "are level at 0.720" in words_of(browser.get(address(*pair)))
    assert "Only Random one has a score yet" in words_of(browser.get(address(pair[0], empty)))
    other = make_study(version, alice, name="Empty too", state="queued")
    assert "None of these studies has a score yet" in words_of(browser.get(address(other, empty)))


def test_only_what_differs_is_in_the_table(client_of, alice, pair):
    Study.objects.filter(pk=pair[1].pk).update(
        space={"parameters": [{"name": "C", "type": "float", "low": 0.1, "high": 10.0, "log": True}]}
    )
    context = client_of(alice).get(address(*pair)).context
    differing = {fact.name: fact.values for fact in context["differing"]}
    assert differing["Method"] == ["Random", "Bayesian"]
    assert differing["Trials at most"] == ["10", "20"]
    assert differing["C"] == ["1e−4 to 10,000, log", "0.1 to 10, log"]
    assert differing["l1_ratio"] == ["0 to 1", "–"]
    assert {"Dataset", "Target", "Metric", "Seed"} <= {fact.name for fact in context["same"]}


def test_spaces_with_nothing_in_common_do_not_bury_the_figures(client_of, alice, version, pair):
    space = {"parameters": [{"name": f"p{i}", "type": "float", "low": 0, "high": 1} for i in range(9)]}
    other = make_study(
        version, alice, name="Boosting", state="complete", space=space, estimator="hist_gradient_boosting"
    )
    response = client_of(alice).get(address(pair[0], other))
    assert not any(fact.is_parameter for fact in response.context["differing"])
    assert {"C", "p0", "p8"} <= {fact.name for fact in response.context["folded"]}
    assert "parameters of the search spaces that differ" in words_of(response)
    assert 'id="parallel"' not in response.content.decode()
    assert 'id="parallel"' in client_of(alice).get(address(*pair)).content.decode()


@pytest.mark.parametrize(
    ("change", "word"),
    [({"metric": "roc_auc"}, "metric"), ({"target": "age"}, "target")],
)
def test_what_cannot_be_compared_is_refused_plainly_and_still_shown(client_of, alice, pair, change, word):
    Study.objects.filter(pk=pair[1].pk).update(**change)
    response = client_of(alice).get(address(*pair))
    words = words_of(response)
    assert f"These studies cannot be compared: {word} differs" in words
    assert "0.780 ± 0.010" in words
    assert "data-figure-url" not in response.content.decode()
    assert client_of(alice).get(address(*pair).replace("/compare/", "/compare/charts/best-so-far/")).status_code == 404


def test_other_data_is_refused(client_of, alice, team, pair):
    other = make_study(make_version(team, alice, name="Energy"), alice, name="Other data", state="complete", target="t")
    assert "dataset and target differ" in words_of(client_of(alice).get(address(pair[0], other)))


def test_order_of_colours_is_that_of_the_address(client_of, alice, pair):
    context = client_of(alice).get(address(*reversed(pair))).context
    assert [side.study.name for side in context["ordered"]] == ["Bayes one", "Random one"]
    assert [side.mark for side in context["ordered"]] == [1, 2]


def test_fewer_than_two_offers_the_others(client_of, alice, version, team, pair):
    make_study(version, alice, name="A draft")
    other = make_study(make_version(team, alice), alice, name="Other data", state="complete")
    browser = client_of(alice)
    choices = browser.get("/compare/").context["choices"]
    assert {choice.study.name for choice in choices} == {"Random one", "Bayes one", "Other data"}
    response = browser.get(address(other))
    assert "Choose what to compare “Other data” with" in words_of(response)
    assert f'value="{other.pk}" checked' in response.content.decode()


def test_studies_on_the_same_data_lead_the_offer(client_of, alice, team, pair):
    make_study(make_version(team, alice), alice, name="Newer on other data", state="complete")
    choices = client_of(alice).get(address(pair[0])).context["choices"]
    assert [choice.study.name for choice in choices] == ["Random one", "Bayes one", "Newer on other data"]


def test_archived_studies_are_not_offered_but_can_be_compared(client_of, alice, pair):
    Study.objects.filter(pk=pair[1].pk).archive(alice)
    browser = client_of(alice)
    assert [choice.study.pk for choice in browser.get("/compare/").context["choices"]] == [pair[0].pk]
    assert len(browser.get(f"/compare/?study={pair[0].pk}&study={pair[1].pk}").context["chosen"]) == 2


def test_nothing_to_compare(client_of, alice):
    assert "Nothing to compare yet" in words_of(client_of(alice).get("/compare/"))


def test_twelve_at_most(client_of, alice, version):
    many = [make_study(version, alice, name=f"Study {i}", state="complete") for i in range(14)]
    response = client_of(alice).get(address(*many))
    assert "At most 12 studies can be compared; the first 12 are shown" in words_of(response)
    assert len(response.context["sides"]) == 12


def test_odd_addresses(client_of, alice, pair):
    browser = client_of(alice)
    assert browser.get(f"/compare/?study={pair[0].pk}&study={pair[0].pk}").context["chosen"] == [pair[0]]
    assert browser.get("/compare/?study=x&study=-1&study=").status_code == 200
    assert browser.get("/compare/?study=999999").status_code == 404
    assert browser.get("/compare/?study=" + "9" * 40).status_code == 200


def test_queries_do_not_grow(client_of, alice, version, django_assert_max_num_queries):
    many = [make_study(version, alice, name=f"Study {i}", state="complete") for i in range(10)]
    for study in many:
        make_trial(study, 0)
    browser = client_of(alice)
    with django_assert_max_num_queries(10):
        browser.get(address(*many))


def test_who_may(client_of, vera, charlie, pair):
    assert client_of(vera).get(address(*pair)).status_code == 200
    stranger = client_of(charlie)
    assert stranger.get(address(*pair)).status_code == 404
    assert stranger.get("/compare/").context["choices"] == []
    assert stranger.post("/compare/").status_code == 405


def test_plans_of_another_kind_ask_another_question(client_of, alice, pair):
    first, second = pair
    Study.objects.filter(pk=second.pk).update(plan_spec={"kind": "kfold", "folds": 5, "repeats": 1})
    assert "ask different questions" not in words_of(client_of(alice).get(address(first, second)))
    Study.objects.filter(pk=second.pk).update(plan_spec={"kind": "time", "folds": 5, "repeats": 1})
    page = words_of(client_of(alice).get(address(first, second)))
    assert "The plans ask different questions" in page
    assert "5 blocks of time" in page
