"""The archive: out of sight, not out of reach."""

import re

import pytest

from studies.engine import moves
from studies.models import Event, Study
from tests.factories import make_study, make_version
from tests.views.reading import page_of, words_of


@pytest.fixture
def version(team, alice):
    return make_version(team, alice)


@pytest.fixture
def study(version, alice):
    return make_study(version, alice, name="Boosting", state="complete")


def is_archived(study):
    return Study.objects.get(pk=study.pk).archived_at is not None


def test_archive_and_back(client_of, bob, study):
    browser = client_of(bob)
    assert browser.post(f"/studies/{study.pk}/archive/", {"next": "/"})["Location"] == "/"
    assert is_archived(study)
    page = browser.get("/")
    assert "Archived “Boosting”." in words_of(page)
    assert page.context["rows"] == []
    page = words_of(page_of(browser, study))
    assert "This study is archived" in page
    assert "Unarchive" in page
    browser.post(f"/studies/{study.pk}/unarchive/")
    assert not is_archived(study)
    assert list(Event.objects.values_list("verb", "name")) == [
        ("took out of the archive", bob.email),
        ("archived", bob.email),
    ]


def test_undo_is_a_form_in_the_toast(client_of, bob, study):
    browser = client_of(bob)
    browser.post(f"/studies/{study.pk}/archive/", {"next": "/?sort=name"})
    toast = re.search(r'class="toast show".*?</form>', browser.get("/?sort=name").content.decode(), re.DOTALL)[0]
    fields = dict(re.findall(r'name="(next|study|action)" value="([^"]*)"', toast))
    answer = browser.post("/studies/selected/", fields)
    assert answer["Location"] == "/?sort=name"
    assert not is_archived(study)


@pytest.mark.parametrize("state", ["queued", "running", "pausing", "stopping"])
def test_what_is_in_progress_stays(client_of, bob, version, state):
    study = make_study(version, bob, state=state, name="Busy")
    browser = client_of(bob)
    browser.post(f"/studies/{study.pk}/archive/", {"next": "/"})
    assert not is_archived(study)
    assert "“Busy” cannot be archived while in progress. Stop it first." in words_of(browser.get("/"))
    assert not Event.objects.exists()


def test_several_at_once(client_of, bob, version, study):
    busy = make_study(version, bob, state="running", name="Busy")
    done = make_study(version, bob, state="stopped", name="Done")
    browser = client_of(bob)
    browser.post("/studies/selected/", {"action": "archive", "study": [study.pk, busy.pk, done.pk]})
    page = browser.get("/")
    assert "Archived 2 studies." in words_of(page)
    assert "“Busy” cannot be archived" in words_of(page)
    assert [row.study.name for row in page.context["rows"]] == ["Busy"]
    browser.post("/studies/selected/", {"action": "unarchive", "study": [study.pk, busy.pk, done.pk]})
    assert "Took 2 studies out of the archive." in words_of(browser.get("/"))
    assert not Study.objects.exclude(archived_at=None).exists()


def test_twice_says_nothing_new(client_of, bob, study):
    browser = client_of(bob)
    for _ in range(2):
        browser.post(f"/studies/{study.pk}/archive/")
    assert Event.objects.count() == 1


def test_what_works_again_comes_out_of_the_archive(bob, version):
    study = make_study(version, bob, state="stopped")
    Study.objects.archive(bob)
    moves.move_study(study.pk, ["stopped"], "queued")
    assert not is_archived(study)


def test_none_ticked(client_of, bob, study):
    browser = client_of(bob)
    browser.post("/studies/selected/", {"action": "archive"})
    assert "No study is ticked" in words_of(browser.get("/"))


def test_the_stranger_the_viewer_the_wrong_verb(client_of, charlie, vera, bob, study):
    single = [f"/studies/{study.pk}/archive/", f"/studies/{study.pk}/unarchive/"]
    for path in single:
        assert client_of(charlie).post(path).status_code == 404
        assert client_of(vera).post(path).status_code == 403
        assert client_of(bob).get(path).status_code == 405
    for action in ("archive", "unarchive", "tag", "untag", "compare"):
        data = {"action": action, "study": study.pk, "tags": "x"}
        assert client_of(charlie).post("/studies/selected/", data).status_code == 404 or action != "compare"
        if action != "compare":
            assert client_of(vera).post("/studies/selected/", data).status_code == 403
    assert client_of(bob).post("/studies/selected/", {"action": "erase", "study": study.pk}).status_code == 404
    assert client_of(bob).post("/studies/selected/", {"action": "archive", "study": "x"}).status_code == 404
    assert client_of(bob).get("/studies/selected/").status_code == 405
    assert not is_archived(study)
