"""The misbehaving estimator: out of the product's reach, and a pure function."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from studies.engine.spec import SpecError, resolve
from studies.evaluation import Table, catalogue, evaluate, make_plan
from studies.models import Team, User
from tests.factories import make_version
from tests.faults.estimator import DESTROYED, KEY, calm, registered


def test_the_product_s_settings_offer_no_such_estimator(team: Team, alice: User) -> None:
    told = "from studies.evaluation import catalogue; print(sorted(catalogue))"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", told]
    offered = {}
    for module in ("tuningsite.settings", "tests.faults.settings"):
        environment = {"DJANGO_SETTINGS_MODULE": module, "TUNINGSITE_DATA": str(settings.DATA), "PATH": "/usr/bin:/bin"}
        offered[module] = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True
        ).stdout
    assert KEY not in offered["tuningsite.settings"]
    assert KEY in offered["tests.faults.settings"]
    assert KEY not in catalogue
    with pytest.raises(SpecError, match=KEY):
        resolve(team, {"dataset_version": make_version(team, alice).pk, "estimator": KEY})


@pytest.mark.parametrize("folder", ["studies", "tuningsite", "script", "manage.py"])
def test_nothing_of_the_product_knows_the_tests(folder: str) -> None:
    path = Path(settings.BASE_DIR) / folder
    files = [path] if path.is_file() else [found for found in path.rglob("*.py") if found.is_file()]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] in {"tests", "benchmarks"} for name in names), file
            assert not (isinstance(node, ast.Constant) and node.value == "tests.faults.settings"), file


def test_the_score_rests_on_configuration_folds_and_seed_alone() -> None:
    X = [[float(i % 7), float(i % 5)] for i in range(60)]
    table = Table.from_arrays(X, ["yes" if (i % 7) > 2 else "no" for i in range(60)], "classification")
    plan = make_plan(table, "stratified", 5)
    with registered(), calm():

        def scores(config: dict, seed: int) -> list[float]:
            return evaluate(table, plan, KEY, config, metric="log_loss", seed=seed).fold_scores

        first = scores({"x": 0.3}, 1)
        assert len(set(first)) == 5
        assert first == scores({"x": 0.3}, 1)
        assert not {*first} & {*scores({"x": 0.4}, 1)}
        assert not {*first} & {*scores({"x": 0.3}, 2)}
        assert all(scores({"x": 0.3, "fault": fault}, 1) == first for fault in DESTROYED)
