"""The nested audit on the study's page, and that its searches are in no list."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from studies.engine import actions, audits
from studies.models import ApiToken, AuditScoring, NestedAudit, Study, Trial, User
from tests.factories import make_expected_score, make_study, make_trial, make_version

FOLD = {"trials": 3, "number": 1, "best": 0.8, "score": 0.75, "rows": 12, "seconds": 0.1, "error": ""}
RESULT = {"score": 0.7513, "low": 0.612, "high": 0.893, "by": "rows", "optimism": 0.05, "rows": 24}


@pytest.fixture
def study(alice: User) -> Study:
    """Complete, with three trials."""
    study = make_study(make_version(alice.teams.get(), alice), alice, name="Boosting", max_trials=3, parallel=1)
    actions.launch(study, alice)
    for number in (1, 2):
        make_trial(study, number)
    Trial.objects.filter(number=0).update(state="complete", value=0.7)
    Study.objects.filter(pk=study.pk).update(state="complete", next_number=3)
    study.refresh_from_db()
    return study


def section(browser: Client, study: Study) -> str:
    page = browser.get(f"/studies/{study.pk}/").content.decode()
    inside = page.partition('id="audit"')[2].partition("</section>")[0]
    return " ".join(inside.split())


def told_by_api(person: User, path: str) -> Any:
    token = ApiToken.make(person.memberships.get(), "a script")
    return Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/v1{path}")


def ended(study: Study, **fields: object) -> NestedAudit:
    """Its searches have ended, and its scoring as the fields say."""
    audit = NestedAudit.objects.get(study=study)
    Study.objects.filter(audit=audit).update(state="complete")
    AuditScoring.objects.create(audit=audit, asked_at=timezone.now(), finished_at=timezone.now(), **fields)
    return audit


def test_it_says_its_cost_before_and_begins_cancels_and_goes(study: Study, bob: User, client_of) -> None:
    browser, page = client_of(bob), f"/studies/{study.pk}/audit/"
    assert "Audit the search" in section(browser, study)
    offer = browser.get(page)
    assert [(price.folds, price.trials, price.fits) for price in offer.context["form"].prices] == [
        (3, 9, 3 * (3 * 5 + 1)), (5, 15, 5 * (3 * 5 + 1)),
    ]  # fmt: skip
    words = offer.content.decode()
    assert "5 searches × 3 trials × 5 folds, and 5 fits to score what they choose" in words
    assert "on 1 worker, once one runs" in words
    assert browser.post(page, {"folds": "7"}).context["form"].errors["folds"]
    assert browser.post(page, {"folds": "3"}).url == f"/studies/{study.pk}/#audit"

    shown = section(browser, study)
    assert '<b class="n">0 of 9</b> trials' in shown
    assert "3 searches of 3 trials, 0 ended; no worker takes work" in shown
    search = Study.objects.filter(audit__isnull=False).first()
    make_trial(search, 1)
    part = f"/studies/{study.pk}/audit/part/"
    renewed = browser.get(f"{part}?seen=searching.0.0.0.0")
    assert '<b class="n">1 of 9</b> trials, about' in renewed.content.decode()
    assert browser.get(f"{part}?seen={renewed.context['audit'].cursor}").status_code == 204
    assert "An audit of this study is under way" in browser.get(page).content.decode()
    browser.post(f"/studies/{study.pk}/audit/delete/")
    assert NestedAudit.objects.exists()
    browser.post(f"/studies/{study.pk}/audit/cancel/")
    assert "Cancelled" in section(browser, study)
    assert "hx-get" not in section(browser, study)
    browser.post(f"/studies/{study.pk}/audit/delete/")
    assert "Audit the search" in section(browser, study)
    assert list(Study.objects.all()) == [study]


def test_the_answer_stands_beside_the_expected_score(study: Study, bob: User, client_of) -> None:
    browser, make = client_of(bob), make_expected_score(study)
    audits.start(study, bob, 3)
    lost = FOLD | {"fold": 2, "score": None, "error": "The first 10 trials all failed."}
    audit = ended(study, state="complete", result=RESULT | {"folds": [FOLD | {"fold": 0}, FOLD | {"fold": 1}, lost]})
    shown = section(browser, study)
    assert 'Nested audit: <b class="n">0.75</b> <span class="interval n">[0.61, 0.89]</span>' in shown
    assert f'the expected score said <span class="n">{make.figures["expected"]:.2f}' in shown
    assert "The two agree within their intervals" in shown
    assert 'Over-fitting found: <b class="n">+5.0 points</b>' in shown
    assert "1 of 3 outer folds has no score.</b> The figures rest on the others" in shown
    assert "The first 10 trials all failed." in shown
    make_trial(study, 3)
    assert "It replayed 3 trials; the study has run 4 by now." in section(browser, study)
    told = told_by_api(bob, f"/studies/{study.pk}").json()["audit"]
    assert (told["stage"], told["score"], told["optimism"], told["folds"]) == ("complete", 0.7513, 0.05, 3)
    AuditScoring.objects.filter(audit=audit).update(state="failed", result=None, error="No search could be scored.")
    assert "No search could be scored." in section(browser, study)


def test_viewers_look_and_others_are_told_why_not(study: Study, vera: User, bob: User, client_of) -> None:
    viewer = client_of(vera)
    assert "An editor can" in section(viewer, study)
    assert "do-begin" not in viewer.get(f"/studies/{study.pk}/audit/").content.decode()
    for act in ("", "cancel/", "delete/"):
        assert viewer.post(f"/studies/{study.pk}/audit/{act}", {"folds": "3"}).status_code == 403
    Study.objects.filter(pk=study.pk).update(method="manual")
    browser = client_of(bob)
    assert "by hand cannot be replayed" in section(browser, study)
    assert browser.get(f"/studies/{study.pk}/audit/").status_code == 302
    browser.post(f"/studies/{study.pk}/audit/", {"folds": "3"})
    assert not NestedAudit.objects.exists()


def test_no_list_count_or_picker_shows_its_searches(study: Study, alice: User, client_of) -> None:
    audits.start(study, alice, 3)
    searches = list(Study.objects.exclude(audit=None))
    for search in searches:
        make_trial(search, 1)
    team, browser = alice.teams.get(), client_of(alice)
    doors = [rows(person) for rows, person in (
        (Study.objects.visible_to, alice), (Study.objects.editable_by, alice), (Study.objects.owned_by, alice),
        (Study.objects.of_team, team),
    )]  # fmt: skip
    assert all(list(door) == [study] for door in doors)
    dataset = study.dataset_version.dataset_id
    for path in ("/", "/?q=audit", f"/compare/?study={study.pk}", f"/datasets/{dataset}/", "/inbox/", "/studies-live/"):
        assert "audit without fold" not in browser.get(path).content.decode(), path
    assert browser.get(f"/datasets/{dataset}/").context["n_studies"] == 1
    assert [found["id"] for found in told_by_api(alice, "/studies").json()] == [study.pk]
    waiting = browser.get("/workers/").content.decode()
    assert "audit without fold" not in waiting
    assert f'nested audit of</span> <a href="/studies/{study.pk}/#audit">Boosting</a>' in waiting
    for path in ("", "live/", "trials/1/", "trials.csv", "report.html", "study.json", "review/"):
        assert browser.get(f"/studies/{searches[0].pk}/{path}").status_code == 404, path
    for verb in ("limits/", "stop/", "add/", "archive/"):
        assert browser.post(f"/studies/{searches[0].pk}/{verb}", {"max_trials": 99}).status_code == 404
    assert told_by_api(alice, f"/studies/{searches[0].pk}/trials").status_code == 404
