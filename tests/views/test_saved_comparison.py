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


def query(studies):
    return "&".join(f"study={study.pk}" for study in studies)


def test_a_choice_is_saved_under_a_name_and_listed(client_of, bob, vera, pair):
    response = client_of(bob).post(f"/compare/save/?{query(pair)}", {"name": " Before Easter "})
    saved = Comparison.objects.get()
    assert response["Location"] == f"/compare/{saved.pk}/"
    assert (saved.name, saved.kind, saved.created_by) == ("Before Easter", "saved", bob)
    assert list(saved.in_order()) == pair
    page = client_of(vera).get("/compare/")
    assert [(row.name, row.n) for row in page.context["saved"]] == [("Before Easter", 2)]
    assert "Rename" not in words_of(page)
    assert "Rename" in words_of(client_of(bob).get("/compare/"))


def test_a_refused_name_comes_back_at_the_field(client_of, bob, pair):
    make_comparison(pair, bob, "Taken")
    browser = client_of(bob)
    for name, error in (
        ("Taken", "has a comparison of this name"),
        (" ", "Give it a name"),
        ("x" * 121, "at most 120"),
    ):
        response = browser.post(f"/compare/save/?{query(pair)}", {"name": name})
        page = response.content.decode()
        assert error in page
        assert response.context["opened"] == "name"
        assert f'value="{name.strip() or name}"' in page
        assert [side.study for side in response.context["ordered"]] == pair
    assert Comparison.objects.count() == 1


def test_fewer_than_two_studies_are_not_saved(client_of, bob, pair):
    assert client_of(bob).post(f"/compare/save/?{query(pair[:1])}", {"name": "One"}).status_code == 200
    assert Comparison.objects.count() == 0


def test_another_team_may_use_the_same_name(client_of, charlie, alice, pair):
    make_comparison(pair, alice, "Ours")
    version = make_version(charlie.teams.get(), charlie)
    own = [make_study(version, charlie, name=f"Study {i}") for i in range(2)]
    assert client_of(charlie).post(f"/compare/save/?{query(own)}", {"name": "Ours"}).status_code == 302


def test_rename(client_of, bob, pair):
    saved, other = make_comparison(pair, bob, "Before"), make_comparison(pair, bob, "Other")
    browser = client_of(bob)
    assert browser.post(f"/compare/{saved.pk}/rename/", {"name": "After"})["Location"] == f"/compare/{saved.pk}/"
    refused = browser.post(f"/compare/{saved.pk}/rename/", {"name": "Other"})
    assert "has a comparison of this name" in refused.content.decode()
    assert browser.post(f"/compare/{other.pk}/rename/", {"name": "Other"}).status_code == 302
    assert set(Comparison.objects.values_list("name", flat=True)) == {"After", "Other"}


def test_delete_asks_and_keeps_the_studies(client_of, bob, pair):
    saved = make_comparison(pair, bob, "Before")
    browser = client_of(bob)
    assert "Delete “Before”?" in words_of(browser.get(f"/compare/{saved.pk}/?open=delete"))
    assert browser.post(f"/compare/{saved.pk}/delete/")["Location"] == "/compare/"
    assert not Comparison.objects.exists()
    assert [type(study).objects.filter(pk=study.pk).exists() for study in pair] == [True, True]
    assert browser.post(f"/compare/{saved.pk}/delete/").status_code == 404


def test_a_saved_comparison_follows_its_running_studies(client_of, vera, alice, pair):
    saved = make_comparison(pair, alice)
    browser = client_of(vera)
    assert "/live/" not in browser.get(f"/compare/{saved.pk}/").content.decode()
    type(pair[0]).objects.filter(pk=pair[0].pk).update(state="running", change=4)
    page = browser.get(f"/compare/{saved.pk}/")
    assert f"/compare/{saved.pk}/live/?since={page.context['since']}" in page.content.decode()
    assert browser.get(f"/compare/{saved.pk}/live/?since={page.context['since']}").status_code == 204
    assert 'id="compare-headline"' in browser.get(f"/compare/{saved.pk}/live/?since=0.0").content.decode()


def test_its_figure_has_a_line_for_each_study(client_of, alice, charlie, pair):
    path = f"/compare/{make_comparison(pair, alice).pk}/charts/best-so-far/"
    assert {row[0] for row in client_of(alice).get(path).json()["table"]["rows"]} == {"Random one", "Bayes one"}
    assert client_of(charlie).get(path).status_code == 404


def test_who_may_change(client_of, vera, charlie, alice, pair):
    saved = make_comparison(pair, alice)
    paths = [f"/compare/save/?{query(pair)}", f"/compare/{saved.pk}/rename/", f"/compare/{saved.pk}/delete/"]
    viewer, stranger = client_of(vera), client_of(charlie)
    for path in paths:
        assert viewer.post(path, {"name": "Mine"}).status_code == 403
        assert stranger.post(path, {"name": "Mine"}).status_code == 404
        assert client_of(alice).get(path).status_code == 405
    assert list(Comparison.objects.values_list("name", flat=True)) == ["A comparison"]


def test_who_may(client_of, alice, charlie, pair):
    saved = make_comparison(pair, alice)
    assert client_of(charlie).get(f"/compare/{saved.pk}/").status_code == 404
    assert client_of(alice).post(f"/compare/{saved.pk}/").status_code == 405
    assert client_of(alice).get(f"/compare/{saved.pk + 1}/").status_code == 404
