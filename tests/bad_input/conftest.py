"""The doors through which files come in: the form and the API, with the reading in this process instead of a child."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from studies.models import ApiToken, Column, Dataset, DatasetVersion, User
from studies.tabular import child
from tests.views.uploads import NEW, file_of

# What a person has typed beside the file: it must stand there again after a refusal.
TYPED = {"name": 'My "people" <b>', "decimal": "point", "missing_words": "unknown, 999"}


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is carried out here, all else as ever: the child's own limits have tests of their own."""

    def here(order: dict[str, Any], *more: Any) -> dict[str, Any]:
        return json.loads(json.dumps(child._answer(order), allow_nan=False))

    monkeypatch.setattr(child, "_ask_child", here)


class Door:
    """Sends a file as a browser and as a program do, and looks at what is stored afterwards."""

    def __init__(self, browser: Client, program: Client) -> None:
        self.browser, self.program = browser, program

    def refused(self, content: str | bytes, name: str = "people.csv", **fields: str) -> str:
        """The sentence that both doors answer; the form keeps what was typed, and nothing is stored."""
        before = stored()
        answer = self.browser.post(NEW, TYPED | fields | {"file": file_of(content, name)})
        assert answer.status_code == 200
        form = answer.context["form"]
        (sentence,) = form.errors["file"]
        assert {field: form[field].value() for field in TYPED} == TYPED
        assert f'value="{TYPED["name"]}"' not in answer.content.decode()  # as text, not as markup
        again = self.program.post("/api/v1/datasets", {"name": "x", "file": file_of(content, name), **fields})
        if name == "people.csv" and content:  # a form says its own word on an empty file
            assert (again.status_code, again.json()["errors"]) == (422, {"file": [sentence]})
        assert 400 <= again.status_code < 500
        assert stored() == before
        return sentence

    def accepted(self, content: str | bytes, name: str = "people.csv", **fields: str) -> dict[str, Any]:
        """The version that the API tells of; its bytes lie under a name of ours, exactly as they came."""
        answer = self.program.post("/api/v1/datasets", {"name": "Table", "file": file_of(content, name), **fields})
        assert answer.status_code == 201, answer.json()
        version = DatasetVersion.objects.get(pk=answer.json()["version"]["id"])
        assert re.fullmatch("[0-9a-f]{32}", version.stored_as)
        assert version.upload_path.parent.parent == Path(settings.DATASETS)
        assert version.upload_path.read_bytes() == (content.encode() if isinstance(content, str) else content)
        return answer.json()["version"]


def stored() -> tuple[int, int, int, set[str]]:
    """Rows, and everything that lies in the data folder but the database."""
    files = {str(path) for path in Path(settings.DATASETS).rglob("*")} | set(os.listdir(settings.DATA))
    counts = (Dataset.objects.count(), DatasetVersion.objects.count(), Column.objects.count())
    return *counts, {path for path in files if "sqlite3" not in path and path != "datasets"}


def warned(version: dict[str, Any]) -> dict[str, str]:
    """The warnings' sentences by their codes."""
    return {item["code"]: item["message"] for item in version["warnings"]}


def kinds(version: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: column["kind"] for column in version["columns"]}


@pytest.fixture
def door(client_of: Callable[[User], Client], bob: User) -> Door:
    token = ApiToken.make(bob.memberships.get(), "a script")
    return Door(client_of(bob), Client(headers={"Authorization": f"Bearer {token}"}))
