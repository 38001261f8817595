"""How pytest-xdist's processes share the tests: a file goes to one of them, so that its fixtures are made once.

Of files with long tests that need nothing from each other each test goes where there is room. The longest come first,
so that in the end no process is left alone with one.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import prepared

ROOT = Path(__file__).parent
LONG = ["browser", "management/test_demo.py", "api/test_whole_job.py", "engine/test_workers.py", "faults", "management"]
APART = ["engine/test_workers.py"]
TOGETHER = ["browser"]  # one site and one Chromium for the folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Sharing(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::")[0]
            path = file.removeprefix("tests/")
            if path in APART or path.startswith("faults/"):
                return nodeid
            return next((folder for folder in TOGETHER if path.startswith(f"{folder}/")), file)

    return Sharing(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # in a process of pytest-xdist
        items.sort(key=lambda item: how_late(item.path.relative_to(ROOT)))


def how_late(path: Path) -> int:
    return next((place for place, start in enumerate(LONG) if path.is_relative_to(start)), len(LONG))


def pytest_unconfigure(config: pytest.Config) -> None:
    """What a run has made beside its tests goes with it."""
    shutil.rmtree(settings.DATA, ignore_errors=True)
    if not hasattr(config, "workerinput"):
        prepared.clear_up()
