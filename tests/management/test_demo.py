"""`manage.py up --demo`: a newcomer's first minute, with studies that the real engine has made."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from studies.management.demo.content import COMPARED, COMPARED_METHODS, COMPARED_SEEDS, STUDIES
from studies.management.demo.people import TEAM
from tests.engine.conftest import wait_until
from tests.site import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("demo-site"), 2, "--demo") as site:
        yield site


@pytest.fixture(scope="module")
def owner(site: Site) -> OpenerDirector:
    """A newcomer's browser: the Ready link made their account."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = browser.open(site.first_url).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    values = {"csrfmiddlewaretoken": token, "email": "nina@example.org", "password": "correct horse", "team": "Nina’s"}
    browser.open(Request(site.first_url, urlencode(values).encode(), {"Referer": site.first_url}))
    return browser


@pytest.fixture(scope="module")
def whole(site: Site, owner: OpenerDirector) -> Site:
    """When the newcomer has been in for a while: the demo has made all there is."""
    log = Path(site.environment["TUNINGSITE_DATA"]) / "up.log"
    wait_until(lambda: "The demo is ready." in log.read_text(), 300)
    return site


def test_the_newcomer_lands_in_the_demo_and_has_a_team_of_their_own(site: Site, owner: OpenerDirector) -> None:
    assert TEAM in owner.open(f"{site.url}/").read().decode()
    team = owner.open(f"{site.url}/team/").read().decode()
    assert "Nina’s" in team


def test_its_studies_end_as_they_should(site: Site, whole: Site, owner: OpenerDirector) -> None:
    page = owner.open(f"{site.url}/").read().decode()
    assert all(study.name in page for study in STUDIES)
    secret = site.manage("token", "nina@example.org", "--team", TEAM).splitlines()[-1]

    def ask(path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        return json.load(build_opener().open(Request(f"{site.url}/api/v1{path}", headers=headers, method=method)))

    studies = ask("/studies")
    states = {study["name"]: study["state"] for study in studies}
    compared = [name for name in states if name.startswith(COMPARED.name)]
    assert len(compared) == len(COMPARED_METHODS) * COMPARED_SEEDS
    assert {study.name: study.ends for study in STUDIES} | dict.fromkeys(compared, "complete") == states
    for study in studies:
        if study["state"] == "running":  # a laptop has seen enough
            ask(f"/studies/{study['id']}/stop", "POST")


def test_one_study_is_approved_on_its_held_out_set_and_another_waits_for_the_newcomer(
    site: Site, whole: Site, owner: OpenerDirector
) -> None:
    found = (
        "from studies.models import *\n"
        "one = Opening.objects.get(); p = Proposal.objects.get(state='approved')\n"
        "print(one.state, one.claim['of'] != 'cv', one.trial_id == p.trial_id, one.study_id)\n"
        "print(*Proposal.objects.order_by('pk').values_list('state', flat=True))"
    )
    opening, proposals = site.manage("shell", "--no-imports", "-c", found).splitlines()
    assert proposals.split() == ["changes_asked", "approved", "open"]
    *said, study = opening.split()
    assert said == ["complete", "True", "True"]
    page = owner.open(f"{site.url}/studies/{study}/").read().decode()
    assert "Held-out set 120 rows, opened once, by ada@demo.invalid" in page
    assert "The held-out set gave" in page


def test_a_second_time_it_changes_nothing(site: Site, whole: Site) -> None:
    tables = ("study", "proposal", "team", "dataset")
    at_rest = "(SELECT count(*) FROM studies_trial JOIN studies_study s ON s.id = study_id WHERE s.state = 'complete')"
    counted = f"SELECT {at_rest}, {', '.join(f'(SELECT count(*) FROM studies_{table})' for table in tables)}"  # noqa: S608 (ours)

    def count() -> tuple[int, ...]:
        with closing(sqlite3.connect(Path(site.environment["TUNINGSITE_DATA"]) / "tuningsite.sqlite3")) as database:
            return database.execute(counted).fetchone()

    before = count()
    assert site.manage("demo").splitlines() == ["The demo is ready."]
    assert count() == before


def test_a_token_without_a_team_is_for_the_persons_own(site: Site) -> None:
    assert "Nina’s" in site.manage("token", "nina@example.org")
