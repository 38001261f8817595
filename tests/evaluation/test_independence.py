"""The package stands alone: a notebook, or a worker without Django, can use it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import studies.evaluation

FORBIDDEN = {"django", "pandas", "plotly", "ninja", "rq", "redis"}
ROOT = Path(studies.evaluation.__file__).parent


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
    return names


def test_sources_import_neither_django_nor_other_rooms():
    paths = list(ROOT.rglob("*.py"))
    assert len(paths) > 10
    for path in paths:
        for name in imported(path):
            assert name.split(".")[0] not in FORBIDDEN, (path, name)
            assert not name.startswith("studies") or name.startswith("studies.evaluation"), (path, name)


def test_it_works_where_the_forbidden_packages_do_not_exist():
    # scikit-learn takes pandas when it is there, so it must not be.
    program = f"""
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {sorted(FORBIDDEN)}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refusing())
from studies.evaluation import Table, baseline, catalogue, evaluate, make_plan
table = Table.from_arrays([[float(i), float(i % 3)] for i in range(30)], [i % 2 for i in range(30)],
                          "classification", categorical=[1])
plan = make_plan(table, "stratified", 3)
served = catalogue.for_task("classification")
states = {{evaluate(table, plan, entry.key, {{}}).state for entry in served}}
states |= {{baseline(table, plan, "accuracy").state}}
assert states == {{"complete"}}, states
assert not [name for name in sys.modules if name.split(".")[0] == "matplotlib"]
"""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT.parent.parent, env=environment, check=True, timeout=60)
