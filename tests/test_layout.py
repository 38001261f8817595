"""The arrows of DESIGN section 2, read off the syntax tree."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import JSONField

from studies.models.json_field import OrderedJSONField

ROOT = Path(__file__).parent.parent
PURE = ("search", "evaluation", "tabular", "plots")


def imported_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_know_neither_django_nor_one_another(package: str) -> None:
    files = list((ROOT / "studies" / package).rglob("*.py"))
    assert files
    for path in files:
        for module in imported_modules(path):
            assert module.split(".")[0] not in {"django", "rq", "redis"}, f"{path} imports {module}"
            if module.startswith("studies."):
                assert module.split(".")[1] == package, f"{path} imports {module}"


def test_the_product_knows_neither_its_benchmarks_nor_its_tests() -> None:
    for package in ("studies", "tuningsite"):
        for path in (ROOT / package).rglob("*.py"):
            found = {module.split(".")[0] for module in imported_modules(path)}
            assert not found & {"benchmarks", "tests"}, path


def test_the_app_package_is_empty() -> None:
    assert (ROOT / "studies" / "__init__.py").read_text() == ""


def test_json_is_kept_as_it_was_written_on_every_database() -> None:
    """PostgreSQL's jsonb would sort keys: use studies.models.json_field.OrderedJSONField, in migrations too."""
    fields = [field for model in apps.get_app_config("studies").get_models() for field in model._meta.get_fields()]
    plain = [field for field in fields if isinstance(field, JSONField) and not isinstance(field, OrderedJSONField)]
    assert plain == []
    for path in (ROOT / "studies" / "migrations").glob("*.py"):
        assert "models.JSONField" not in path.read_text(), path
