"""What operations need to know is written down: every setting and every command."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SETTINGS = ["tuningsite/settings.py", "studies/management/site/gunicorn_conf.py"]
READ = re.compile(r"""env(?:iron)?\.(?:str|int|float|bool|get)\(\s*"([A-Z_]+)\"""")


@pytest.mark.parametrize("path", SETTINGS)
def test_every_setting_has_its_row(path: str) -> None:
    names = READ.findall((ROOT / path).read_text(encoding="utf-8"))
    assert names
    table = OPERATIONS[OPERATIONS.index("## Settings") :]
    rows = set(re.findall(r"`([A-Z_]+)`", "\n".join(line.split(" | ")[0] for line in table.splitlines())))
    assert set(names) - rows == set()


def test_every_command_is_named() -> None:
    commands = [path.stem for path in (ROOT / "studies" / "management" / "commands").glob("[a-z]*.py")]
    assert [name for name in commands if f"manage.py {name}" not in OPERATIONS] == []


def test_every_linked_file_is_there() -> None:
    links = re.findall(r"\]\((operations/[^)]+)\)", OPERATIONS)
    assert {ROOT / "docs" / link for link in links} == set((ROOT / "docs" / "operations").iterdir())
