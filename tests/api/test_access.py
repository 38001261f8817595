"""Who gets in, and that every refusal has the one shape."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from studies.api.urls import api
from studies.models import ApiToken, Membership, Study
from tests.factories import make_study

PATHS = ["/studies", "/studies/1", "/studies/1/trials", "/datasets", "/datasets/1", "/workers", "/openapi.json"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic abc", "Bearer " + "x" * 5000])
def test_without_a_good_token_nothing_is_told(db, path: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = Client(headers=headers).get(f"/api/v1{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json().keys() == {"detail", "errors"}


def test_a_browser_session_is_no_token(client_of, alice) -> None:
    browser = client_of(alice)
    assert browser.get("/api/v1/studies").status_code == 401
    assert browser.post("/api/v1/studies", {}, content_type="application/json").status_code == 401


def test_openapi_is_for_members(client_of, program_of, alice) -> None:
    for schema in (client_of(alice).get("/api/v1/openapi.json").json(), program_of(alice).get("/openapi.json").json()):
        assert "/api/v1/studies/{study_id}/trials" in schema["paths"]
        assert schema["paths"]["/api/v1/datasets/{dataset_id}/versions/{number}"].keys() == {"get", "patch", "delete"}
        body = schema["paths"]["/api/v1/studies"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert "dataset_version" in body["properties"]


def test_a_revoked_token_and_a_lost_membership(program_of, bob, version) -> None:
    program = program_of(bob)
    assert program.get("/studies").status_code == 200
    Membership.objects.filter(user=bob).update(role="viewer")
    assert program.post("/studies", {"dataset_version": version.pk}).status_code == 403
    ApiToken.objects.update(revoked_at="2026-01-01T00:00Z")
    assert program.get("/studies").status_code == 401


@pytest.mark.parametrize(("method", "path"), [("delete", "/studies"), ("put", "/studies/1"), ("post", "/workers")])
def test_the_wrong_verb(program_of, bob, method: str, path: str) -> None:
    answer = getattr(program_of(bob).client, method)(f"/api/v1{path}")
    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert answer.json().keys() == {"detail", "errors"}


@pytest.mark.parametrize("path", ["/", "/docs", "/study", "/studies/x", "/studies/1/launch/now"])
def test_what_is_no_route(program_of, bob, path: str) -> None:
    answer = program_of(bob).get(path)
    assert answer.status_code == 404
    assert answer.json().keys() == {"detail", "errors"}


def test_every_route_does_its_own_sign_in() -> None:
    resolver = next(found for found in get_resolver().url_patterns if "api/v1" in str(found.pattern))
    assert len(resolver.url_patterns) > 8
    for pattern in resolver.url_patterns:
        assert pattern.callback.login_required is False
        assert pattern.callback.csrf_exempt is True


SCHEMA = api.get_openapi_schema()
WITH_IDS = [(verb, path) for path, verbs in SCHEMA["paths"].items() if "{" in path for verb in verbs]


@pytest.mark.parametrize(("verb", "path"), WITH_IDS)
def test_a_stranger_meets_404_at_every_id(program_of, alice, charlie, version, verb: str, path: str) -> None:
    study = make_study(version, alice)
    values = {"study_id": study.pk, "dataset_id": version.dataset_id, "number": 1, "action": "launch"}
    lacking = set(re.findall(r"{(\w+)}", path)) - values.keys()
    assert not lacking, f"name a row for {lacking}, then this walk covers it"
    address = path.format(**values)
    before = Study.objects.values().get(pk=study.pk)

    def status(person) -> int:
        send = getattr(program_of(person).client, verb)
        body = {} if verb == "get" else {"data": "{}", "content_type": "application/json"}
        return send(address, **body).status_code

    assert status(charlie) == 404
    assert Study.objects.values().get(pk=study.pk) == before
    assert status(alice) != 404


def test_the_walk_finds_the_operations() -> None:
    assert len(WITH_IDS) >= 6
