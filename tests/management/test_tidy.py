"""`manage.py tidy`: only what nobody refers to, only when old, only when told to."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.factories import make_team, make_version

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("tidy", *words, stdout=out)
    return out.getvalue()


def aged(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "upload").write_bytes(b"x" * 2**20)
    os.utime(folder, (time.time() - 2 * 24 * 3600,) * 2)
    return folder


def test_only_old_folders_that_nobody_refers_to_go(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.DATASETS = tmp_path, tmp_path / "datasets"
    settings.DATASETS.mkdir()
    used = aged(make_version(make_team(), rows=30).upload_path.parent)
    partial, orphan = aged(settings.DATASETS / "aa.partial"), aged(settings.DATASETS / "bb")
    (fresh := settings.DATASETS / "cc.partial").mkdir()
    backup, replaced = aged(tmp_path / "backup-x1"), aged(tmp_path / "replaced-20261126")
    settings.MODELS = aged(tmp_path / "models")
    whole, part = settings.MODELS / "trial-1.skops", settings.MODELS / "trial-2.77.part"
    for file in (whole, part):
        file.write_bytes(b"x")
        os.utime(file, (time.time() - 2 * 24 * 3600,) * 2)
    said = run()
    assert f"{partial}  1.0 MB" in said
    assert "4 left over" in said
    assert partial.exists()
    assert "Removed 4." in run("--remove")
    assert not partial.exists()
    assert not orphan.exists()
    assert not part.exists()
    assert whole.exists()
    assert not backup.exists()
    assert replaced.exists()
    assert used.exists()
    assert fresh.exists()
    assert run() == "Nothing is left over.\n"
