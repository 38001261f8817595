"""Tags: put on and taken off, one study or several."""

import pytest
from django.db import IntegrityError

from studies.models import Study, Tag, tag_words
from studies.models.tag import BadTag
from tests.factories import make_study, make_version
from tests.views.reading import page_of, words_of


@pytest.fixture
def study(team, alice):
    return make_study(make_version(team, alice), alice, name="Boosting", state="complete")


def tags_of(study):
    return list(study.tags.values_list("name", flat=True))


def test_words():
    assert tag_words(" baseline ,for  the paper,BASELINE,,") == ["baseline", "for the paper"]
    for bad, why in (("", "Type a tag"), (" , ", "Type a tag"), ("a\u200bb", "invisible"), ("x" * 31, "at most 30")):
        with pytest.raises(BadTag, match=why):
            tag_words(bad)


def test_put_on_and_take_off(client_of, bob, study):
    browser = client_of(bob)
    before = study.change
    browser.post(f"/studies/{study.pk}/tags/", {"tags": "baseline, <b>bold</b>"})
    assert tags_of(study) == ["<b>bold</b>", "baseline"]
    assert Study.objects.get(pk=study.pk).change > before  # lists of colleagues hear of it
    page = page_of(browser, study).content.decode()
    assert "<b>bold" not in page
    assert 'href="/?tag=%3Cb%3Ebold%3C%2Fb%3E"' in page
    assert [row.tags for row in browser.get("/?tag=baseline").context["rows"]] == [
        [("<b>bold</b>", "/?tag=%3Cb%3Ebold%3C%2Fb%3E"), ("baseline", "/?tag=baseline")]
    ]
    browser.post(f"/studies/{study.pk}/tags/", {"remove": "baseline"})
    assert tags_of(study) == ["<b>bold</b>"]
    assert not Tag.objects.filter(name="baseline").exists()


def test_a_refused_tag_comes_back_as_typed(client_of, bob, study):
    answer = client_of(bob).post(f"/studies/{study.pk}/tags/", {"tags": "x" * 31})
    assert 'value="' + "x" * 31 in answer.content.decode()
    assert "at most 30 characters" in words_of(answer)
    assert tags_of(study) == []


def test_ten_at_most(client_of, bob, study):
    browser = client_of(bob)
    browser.post(f"/studies/{study.pk}/tags/", {"tags": ",".join("abcdefghij")})
    browser.post(f"/studies/{study.pk}/tags/", {"tags": "k"})
    assert tags_of(study) == list("abcdefghij")
    assert "at most 10 tags" in words_of(page_of(browser, study))
    assert not Tag.objects.filter(name="k").exists()


def test_several_studies_at_once(client_of, bob, team, alice, study):
    other = make_study(study.dataset_version, alice, name="Other")
    both = {"study": [study.pk, other.pk], "next": "/?sort=name"}
    browser = client_of(bob)
    answer = browser.post("/studies/selected/", both | {"action": "tag", "tags": "paper"})
    assert answer["Location"] == "/?sort=name"
    assert "Tagged 2 studies “paper”." in words_of(browser.get("/"))
    assert tags_of(study) == tags_of(other) == ["paper"]
    browser.post("/studies/selected/", {"study": study.pk, "action": "untag", "tags": "PAPER"})
    assert (tags_of(study), tags_of(other)) == ([], ["paper"])


def test_a_tag_refused_for_several_keeps_the_ticks_and_the_filters(client_of, bob, study):
    data = {"study": study.pk, "action": "tag", "tags": "y" * 40, "next": "/?q=boost&sort=name"}
    answer = client_of(bob).post("/studies/selected/", data)
    page = answer.content.decode()
    assert f'value="{"y" * 40}"' in page
    assert "at most 30 characters" in words_of(answer)
    assert answer.context["filter"].here == "/?q=boost&sort=name"
    assert f'id="tick-{study.pk}" form="selection" aria-label="Select Boosting" checked' in page


def test_a_tag_is_the_same_in_whatever_case(team, study):
    Tag.objects.put_on(Study.objects.all(), team, ["Paper"])
    Tag.objects.put_on(Study.objects.all(), team, ["paper"])
    assert tags_of(study) == ["Paper"]
    with pytest.raises(IntegrityError):
        Tag.objects.create(team=team, name="PAPER")


def test_two_teams_may_use_the_same_word(team, charlie, study):
    theirs = make_study(make_version(charlie.teams.get(), charlie), charlie)
    for owner in (team, charlie.teams.get()):
        Tag.objects.put_on(Study.objects.all(), owner, ["paper"])
    assert Tag.objects.count() == 2
    Tag.objects.take_off(Study.objects.all(), team, ["paper"])
    assert (tags_of(study), tags_of(theirs)) == ([], ["paper"])


def test_the_stranger_the_viewer_the_wrong_verb(client_of, charlie, vera, bob, study):
    path = f"/studies/{study.pk}/tags/"
    assert client_of(charlie).post(path, {"tags": "x"}).status_code == 404
    assert client_of(vera).post(path, {"tags": "x"}).status_code == 403
    assert client_of(bob).get(path).status_code == 405
    assert tags_of(study) == []
    assert "Add a tag" not in words_of(page_of(client_of(vera), study))


@pytest.mark.parametrize("words", ["ß, ẞ", "İ, i", "é, É"])
def test_letters_on_whose_case_databases_differ(client_of, bob, study, words):
    browser = client_of(bob)
    assert browser.post(f"/studies/{study.pk}/tags/", {"tags": words}).status_code == 302
    for tag in words.split(", "):
        browser.post(f"/studies/{study.pk}/tags/", {"remove": tag})
    assert tags_of(study) == []


def test_taking_off_what_no_tag_can_be(client_of, bob, study):
    browser = client_of(bob)
    browser.post(f"/studies/{study.pk}/tags/", {"tags": "baseline"})
    for word in ("x" * 100_000, "%", "_aseline", "", "\0"):
        assert browser.post(f"/studies/{study.pk}/tags/", {"remove": word}).status_code == 302
    assert tags_of(study) == ["baseline"]
