"""The main job by programs alone: a table in, four searches on two workers, trials out, nothing left behind.

On the PostgreSQL leg the site has a database there and an outside Redis with a password.
"""

import json
import os
import signal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.engine.conftest import is_running, wait_until
from tests.factories import csv_text
from tests.management.test_up import descendants
from tests.outside import outside_services
from tests.postgresql import on_postgresql
from tests.site import Site, running_site

METHODS = ["random", "grid", "bayesian", "evolutionary"]


class Program:
    """A client with a token."""

    def __init__(self, site: Site, token: str) -> None:
        self.base = f"{site.url}/api/v1"
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = self.headers | {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.base + path, data=data, headers=headers, method=method), timeout=30) as answer:
            return json.loads(answer.read())

    def upload(self, name: str, content: str, target: str) -> Any:
        boundary = "a-boundary"
        fields = f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'
        fields += f'--{boundary}\r\nContent-Disposition: form-data; name="target"\r\n\r\n{target}\r\n'
        file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\n\r\n{content}\r\n'
        headers = self.headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        data = (fields + file + f"--{boundary}--\r\n").encode()
        with urlopen(Request(f"{self.base}/datasets", data=data, headers=headers), timeout=30) as answer:
            assert answer.status == 201
            return json.loads(answer.read())

    def study(self, version: int, **spec: Any) -> dict[str, Any]:
        study = self("POST", "/studies", {"dataset_version": version, "estimator": "logistic_regression", **spec})
        assert study["state"] == "draft"
        return self("POST", f"/studies/{study['id']}/launch")

    def state(self, study: dict[str, Any]) -> str:
        return self("GET", f"/studies/{study['id']}")["state"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with outside_services() as variables, running_site(tmp_path_factory.mktemp("site"), **variables) as site:
        yield site


@pytest.fixture(scope="module")
def program(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Program:
    password = tmp_path_factory.mktemp("secret") / "password"
    password.write_text("correct horse battery")
    site.manage("owner", "ada@example.org", str(password))
    return Program(site, site.manage("token").splitlines()[-1])


def test_four_searches_finish_with_every_number_once(program: Program) -> None:
    version = program.upload("Table", csv_text(rows=200), "outcome")["version"]["id"]
    studies = [program.study(version, method=method, budget={"trials": 24}) for method in METHODS]
    for study in studies:
        wait_until(lambda study=study: program.state(study) == "complete", 90)
        items = program("GET", f"/studies/{study['id']}/trials?limit=500")["items"]
        assert [trial["number"] for trial in items] == list(range(24))
        assert {trial["state"] for trial in items} == {"complete"}
        assert all(len(trial["fold_scores"]) == 5 for trial in items)
        found = program("GET", f"/studies/{study['id']}")
        assert found["counts"]["complete"] == 24
        assert found["best"]["value"] == max(trial["value"] for trial in items)


def test_a_worker_killed_in_mid_study_loses_and_doubles_nothing(program: Program) -> None:
    version = program.upload("Larger table", csv_text(rows=1500), "outcome")["version"]["id"]
    study = program.study(version, estimator="random_forest", method="random", budget={"trials": 8})

    def busy() -> list[dict[str, Any]]:
        return [worker for worker in program("GET", "/workers") if worker["trial"] is not None]

    wait_until(busy)
    os.kill(busy()[0]["pid"], signal.SIGKILL)
    wait_until(lambda: program.state(study) == "complete", 120)
    items = program("GET", f"/studies/{study['id']}/trials")["items"]
    assert [trial["number"] for trial in items] == list(range(8))
    assert [trial["state"] for trial in items] == ["complete"] * 8
    ends = [[attempt["outcome"] for attempt in trial["attempts"]] for trial in items]
    assert all(outcomes[-1] == "complete" for outcomes in ends)
    assert sum(outcomes.count("complete") for outcomes in ends) == 8
    assert sum(outcomes.count("lost") for outcomes in ends) == 1


def test_on_stop_no_process_is_left(tmp_path: Path) -> None:
    with outside_services() as variables, running_site(tmp_path, **variables) as site:
        password = tmp_path / "password"
        password.write_text("correct horse battery")
        site.manage("owner", "ada@example.org", str(password))
        program = Program(site, site.manage("token").splitlines()[-1])
        version = program.upload("Table", csv_text(rows=1500), "outcome")["version"]["id"]
        program.study(version, estimator="random_forest", method="random", budget={"trials": 500})
        wait_until(lambda: any(worker["trial"] is not None for worker in program("GET", "/workers")))
        family = descendants(site.pid)
        assert len(family) >= (5 if on_postgresql() else 6)  # the outside Redis is no child of ours
    assert not any(is_running(pid) for pid in family)
