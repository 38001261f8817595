"""Programs that speak for the people with names."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from studies.models import ApiToken, DatasetVersion, Membership, Team, User
from tests.factories import make_version

Send = Callable[..., Any]


class Program:
    """An HTTP client with a bearer token; bodies are JSON unless said otherwise."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        return self.client.post(f"/api/v1{path}", {} if body is None else body, content_type=content_type)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1{path}", body, content_type="application/json")

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}")

    def upload(self, **fields: Any) -> Any:
        return self.client.post("/api/v1/datasets", fields)


@pytest.fixture
def program_of() -> Callable[[User], Program]:
    def make(person: User) -> Program:
        return Program(ApiToken.make(Membership.objects.get(user=person), "a script"))

    return make


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    return make_version(team, alice, rows=60)
