"""Parents and children on the page of an evolutionary trial."""

import pytest

from studies.models import Study
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def study(team, alice):
    study = make_study(make_version(team, alice), alice, state="running", method="evolutionary")
    make_trial(study, 0, value=0.71, stderr=0.01, config={"C": 1.0, "l1_ratio": 0.0})
    make_trial(study, 1, value=0.74, stderr=0.01, config={"C": 0.5, "l1_ratio": 0.25})
    make_trial(study, 2, value=0.76, stderr=0.01, config={"C": 1.0, "l1_ratio": 0.3},
               origin={"kind": "child", "parents": [1, 0]})  # fmt: skip
    return study


def page(browser, study, number):
    return browser.get(f"/studies/{study.pk}/trials/{number}/")


def test_a_child_names_its_parents_and_what_differs_from_its_mother(client_of, alice, study):
    response = page(client_of(alice), study, 2)
    words = words_of(response)
    assert "Child of trial 1 (0.740) and trial 0 (0.710)" in words
    assert "It is better than both." in words
    assert f'href="/studies/{study.pk}/trials/1/"' in response.content.decode()
    changes = {change.name: change for change in response.context["lineage"].changes}
    assert (changes["C"].mother, changes["C"].here, changes["C"].is_inherited) == ("0.5", "1", True)
    assert (changes["l1_ratio"].here, changes["l1_ratio"].is_inherited) == ("0.3", False)


def test_a_single_parent_and_trials_without_a_score(client_of, alice, study):
    one_parent = {"kind": "child", "parents": [2]}
    make_trial(study, 3, value=0.7, config={"C": 2.0}, origin=one_parent)
    make_trial(study, 4, value=None, stderr=None, state="running", config={"C": 3.0}, origin=one_parent)
    make_trial(study, 5, value=None, stderr=None, state="failed", config={"C": 4.0}, origin=one_parent)
    browser = client_of(alice)
    first = page(browser, study, 3)
    assert "Child of trial 2 (0.760)" in words_of(first)
    assert "It is not better than its parent." in words_of(first)
    assert {change.name: change.here for change in first.context["lineage"].changes} == {"C": "2", "l1_ratio": "–"}
    assert "It has no score yet." in words_of(page(browser, study, 4))
    assert "It has no score to compare." in words_of(page(browser, study, 5))


def test_a_parent_lists_its_children_best_first_and_few_of_many(client_of, alice, study):
    for number in range(3, 15):
        make_trial(study, number, value=0.7 + number / 1000, origin={"kind": "child", "parents": [number - 1, 1]})
    lineage = page(client_of(alice), study, 1).context["lineage"]
    assert (lineage.n_children, lineage.n_better) == (13, 1)
    assert [child.number for child in lineage.children] == [2, *range(14, 7, -1)]
    words = words_of(page(client_of(alice), study, 1))
    assert "13 children, 1 better than this trial" in words
    assert "The best 8." in words


def test_other_methods_and_trials_without_kin_have_no_such_part(client_of, alice, study):
    make_trial(study, 3, value=0.7, origin={"kind": "random"})
    assert page(client_of(alice), study, 3).context["lineage"] is None
    Study.objects.filter(pk=study.pk).update(method="bayesian")
    assert page(client_of(alice), study, 2).context["lineage"] is None


def test_queries(client_of, alice, study, django_assert_max_num_queries):
    for number in range(3, 15):
        make_trial(study, number, origin={"kind": "child", "parents": [2, 1]})
    browser = client_of(alice)
    with django_assert_max_num_queries(19):
        page(browser, study, 2)
