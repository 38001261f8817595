"""docs/honest says what is so: its simulation runs and shows what the text says of it; the files it names are there."""

import re
from pathlib import Path

import pytest

from docs.honest import simulate
from studies.evaluation import honesty

DOCS = Path(simulate.__file__).parent


def test_the_simulation_shows_what_the_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    simulate.main(["--studies", "8"])
    rows = re.findall(r"^ +100 +(\S+) +(\S+) +(\S+) +\d+ %$", capsys.readouterr().out, re.MULTILINE)
    (seen, expected, truth), differing, climbing = (tuple(map(float, row)) for row in rows)
    assert truth == 50.0
    assert seen > 56.0
    assert expected == pytest.approx(50.0, abs=3.0)
    assert differing[0] - differing[2] > 3.0
    assert differing[1] == pytest.approx(differing[2], abs=3.0)
    assert climbing[0] > climbing[1] > 55.0  # what cannot be corrected, and is said not to be


def test_the_files_to_read_are_there() -> None:
    named = re.findall(r"^\| `(\w+\.py)` \|", (DOCS / "formulas.md").read_text(encoding="utf-8"), re.MULTILINE)
    package = Path(honesty.__file__).parent
    assert {*named, "__init__.py"} == {path.name for path in package.glob("*.py")}
