"""docs/security.md is true: every test that it names exists, and every case that it names stands in its file."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (?P<cases>.+?) \| .+? \| (?P<path>tests/\S+\.py)::(?P<name>test_\w+) \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_named_test_and_every_named_case_is_there() -> None:
    rows = [match.groupdict() for match in ROW.finditer(PAGE)]
    assert len(rows) == PAGE.count("::test_") > 90
    lacking = []
    for row in rows:
        text = (ROOT / row["path"]).read_text(encoding="utf-8")
        lacking += [row["name"]] * (f"def {row['name']}(" not in text)
        if row["path"].startswith("tests/bad_input/"):
            lacking += [case for case in re.findall(r"`(\w+)`", row["cases"]) if stem(case) not in text]
    assert lacking == []


def stem(case: str) -> str:
    """filename_7 stands for one of a row of numbers."""
    return re.sub(r"^(filename|xss_column)_\d+$", r"\1_", case)
