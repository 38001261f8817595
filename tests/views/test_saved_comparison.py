"""Comparisons kept under a name and opened by link."""

import pytest
from django.db import IntegrityError, transaction

from studies.models import Comparison
from tests.factories import make_comparison, make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


@pytest.fixture
def pair(version, alice):
    found = [make_study(version, alice, name=name, state="complete") for name in ("Random one", "Bayes one")]
    for number, study in enumerate(found):
        make_trial(study, 0, value=0.7 + 0.05 * number, stderr=0.01)
    return found


def test_a_link_opens_the_studies_in_their_order(client_of, vera, alice, pair):
    saved = make_comparison(pair[::-1], alice, "Before Easter")
    response = client_of(vera).get(f"/compare/{saved.pk}/")
    assert [side.study.name for side in response.context["ordered"]] == ["Bayes one", "Random one"]
    assert "Before Easter" in words_of(response)


def test_a_deleted_study_leaves_the_comparison(client_of, alice, version, pair):
    saved = make_comparison([*pair, make_study(version, alice, name="Third", state="complete")], alice)
    pair[0].delete()
    browser = client_of(alice)
    assert [s.study.name for s in browser.get(f"/compare/{saved.pk}/").context["ordered"]] == ["Bayes one", "Third"]
    pair[1].delete()
    assert "Too little is left of “A comparison”" in words_of(browser.get(f"/compare/{saved.pk}/"))


def test_what_cannot_be_kept(alice, charlie, version, pair):
    other = make_study(make_version(charlie.teams.get(), charlie), charlie)
    many = [make_study(version, alice, name=f"Study {i}") for i in range(13)]
    for studies in (pair[:1], [pair[0], pair[0]], many, [pair[0], other]):
        with pytest.raises(ValueError, match="A comparison holds"):
            make_comparison(studies, alice)
    make_comparison(many, alice, "Methods", kind="method")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_comparison(pair, alice, "Methods")
    assert Comparison.objects.count() == 1


def test_a_free_name(alice, team, pair):
    names = []
    for _ in range(3):
        names.append(Comparison.objects.of_team(team).free_name("Methods"))
        make_comparison(pair, alice, names[-1])
    assert names == ["Methods", "Methods 2", "Methods 3"]
    long = "x" * 120
    make_comparison(pair, alice, long)
    assert len(Comparison.objects.of_team(team).free_name(long)) <= 120


def test_who_may(client_of, alice, charlie, pair):
    saved = make_comparison(pair, alice)
    assert client_of(charlie).get(f"/compare/{saved.pk}/").status_code == 404
    assert client_of(alice).post(f"/compare/{saved.pk}/").status_code == 405
    assert client_of(alice).get(f"/compare/{saved.pk + 1}/").status_code == 404
