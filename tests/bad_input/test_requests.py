"""Requests that ask for more than they may: fields that are not theirs, addresses to fetch, endless words."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client, override_settings

from studies.models import Dataset, DatasetVersion, Membership, Role, Study, Team, User
from tests.bad_input.conftest import Door
from tests.bad_input.files import GOOD
from tests.factories import make_person, make_team
from tests.views.uploads import NEW, file_of

ROOT = Path(__file__).parents[2]
FETCHERS = re.compile(
    r"^\s*(?:import|from) (?:urllib\.request|requests|httpx|http\.client|ftplib|urllib3|aiohttp)\b", re.M
)
LONG = "x" * 6000
WORDS = ["' OR 1=1 --", "%' UNION SELECT password FROM studies_user --", "\0", "\ud800", LONG, "{{7*7}}", "../../etc"]


def test_fields_that_are_not_theirs_change_nothing(door: Door, bob: User, charlie: User) -> None:
    """mass_assignment: a team, an owner, a state and a role in the body are refused by name or not looked at."""
    theirs = charlie.teams.get()
    more = {"team": theirs.pk, "created_by": charlie.pk, "is_superuser": "on", "role": "owner", "stored_as": "../../x"}
    door.browser.post(NEW, {"name": "Mine", "file": file_of(GOOD), **more})
    version = DatasetVersion.objects.get()
    assert (version.dataset.team_id, version.created_by, version.stored_as[:2]) != (theirs.pk, charlie, "..")
    assert Dataset.objects.filter(team=theirs).count() == 0
    refused = door.program.post("/api/v1/datasets", {"name": "Other", "file": file_of(GOOD), **more})
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, more.keys())
    spec = {"dataset_version": version.pk, "state": "complete", "team": theirs.pk}
    refused = door.program.post("/api/v1/studies", spec, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, {"state", "team"})
    door.browser.post("/account/", {"name": "Bob", "is_superuser": "on", "is_staff": "on"})
    assert Membership.objects.get(user=bob).role == Role.EDITOR
    assert not User.objects.filter(is_superuser=True).exists()
    assert not Study.objects.exists()


def test_nothing_is_fetched_by_an_address(door: Door) -> None:
    """ssrf: an address is refused as a field and as a file; the one module that opens one waits for our own site."""
    address = "http://169.254.169.254/latest/meta-data/"
    sent = {"name": "x", "url": address, "file": file_of(GOOD)}
    assert door.program.post("/api/v1/datasets", sent).json()["errors"].keys() == {"url"}
    assert "holds 1 row" in door.refused(f"url,name\n{address},x\n")
    importing = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "studies").rglob("*.py")
        if FETCHERS.search(path.read_text(encoding="utf-8"))
    }
    assert importing == {"studies/management/commands/up.py"}


def test_no_words_in_an_address_break_a_page(door: Door) -> None:
    """sql_orm, long_query"""
    names = ("q", "sort", "page", "version", "study", "study__team", "team__name__contains", "state", "method")
    for path in ("/", "/datasets/", "/compare/", "/inbox/"):
        for words in WORDS:
            answer = door.browser.get(path, dict.fromkeys(names, words.encode("utf-8", "surrogatepass")))
            assert answer.status_code in (200, 404), (path, words[:20])
    for words in WORDS:
        for name in ("limit", "before", "state"):
            answer = door.program.get("/api/v1/studies", {name: words.encode("utf-8", "surrogatepass")})
            assert answer.status_code == 422, (name, words[:20])


def test_a_thousand_fields_are_refused_or_read_quickly(door: Door) -> None:
    """form_bomb: more fields than a form can have."""
    answer = door.browser.post(NEW, {f"f{i}": "x" for i in range(6000)})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b" ", "empty", id="body_empty"),
        pytest.param(b"\xff\xfe{}", "UTF-8", id="body_no_utf8"),
        pytest.param(b'{"a": -Infinity}', "Infinity", id="body_infinity"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "digits", id="body_5000_digits"),
        pytest.param(b"[" * 200_000, "", id="body_open_lists"),
        pytest.param(b'{"a":' * 100_000, "", id="body_open_objects"),
        pytest.param(b'"' + b"x" * 100_000, "", id="body_open_text"),
    ],
)
@pytest.mark.parametrize("path", ["/studies", "/comparisons"])
def test_a_body_that_is_no_json_is_refused_in_a_sentence(door: Door, path: str, body: bytes, said: str) -> None:
    answer = door.program.post(f"/api/v1{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_roles_of_another_team_count_for_nothing(client_of: Any, alice: User, version: DatasetVersion) -> None:
    """roles: an owner elsewhere is a stranger here, whatever team the session names."""
    mallory = make_person(make_team("Elsewhere"), Role.OWNER, "mallory@example.org")
    client: Client = client_of(mallory)
    session = client.session
    session["team"] = alice.teams.get().pk
    session.save()
    assert client.get(f"/datasets/{version.dataset_id}/").status_code == 404
    assert client.post(f"/datasets/{version.dataset_id}/delete/").status_code == 404
    assert Team.objects.get(name="Red team").datasets.count() == 1


def test_a_site_with_tls_has_nothing_left_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """deploy_check: Django's own list, on the settings as they are with an https address."""
    monkeypatch.setenv("TUNINGSITE_DATA", str(tmp_path))
    monkeypatch.setenv("TUNINGSITE_URL", "https://tuning.example.org")
    found = runpy.run_path(str(ROOT / "tuningsite" / "settings.py"))
    names = re.compile("SECURE_|SESSION_COOKIE|CSRF_|DEBUG|ALLOWED_HOSTS|SECRET_KEY|X_FRAME|MIDDLEWARE|SILENCED")
    with override_settings(**{name: value for name, value in found.items() if names.match(name)}):
        assert run_checks(include_deployment_checks=True) == []
        assert settings.SILENCED_SYSTEM_CHECKS == []
