"""What is written down: every setting, command and dependency; and links and pictures that lead somewhere."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
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


def anchors(page: Path) -> set[str]:
    """Of its headings, as the readers of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_picture_is_shown_and_small() -> None:
    shown = {Path(name).name for page in PAGES for name in re.findall(r"!\[[^]]+\]\((\S+)\)", page.read_text())}
    pictures = [*(ROOT / "docs").rglob("*.png"), *(ROOT / "docs").rglob("*.svg")]
    assert {picture.name for picture in pictures} == shown
    most = {".png": 250_000, ".svg": 30_000}
    assert [picture.name for picture in pictures if picture.stat().st_size > most[picture.suffix]] == []


def test_every_decision_and_every_chapter_is_listed() -> None:
    for folder in ("decisions", "guide", "methods"):
        index = (ROOT / "docs" / folder / "README.md").read_text(encoding="utf-8")
        names = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
        assert names
        assert [name for name in names if f"({name})" not in index] == []


def test_the_example_of_the_methods_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "methods" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^ {4}.*\n(?:(?: {4}.*)?\n)+", text[: text.index("\n## ")], re.MULTILINE)
    found: dict[str, Any] = {}
    exec(textwrap.dedent(example), found)  # noqa: S102
    assert len(found["history"]) == len(capsys.readouterr().out.splitlines()) == 15
    assert all(found["space"].contains(observation.config) for observation in found["history"])


def test_the_files_to_read_are_there() -> None:
    text = (ROOT / "docs" / "methods" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", text[text.index("## Read the code") :], re.MULTILINE)
    search = ROOT / "studies" / "search"
    named = [search / name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert named
    assert [path for path in named if not path.exists() and not (search / "bayesian" / path.name).exists()] == []


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    pins = [line for path in ROOT.glob("requirements*.txt") for line in path.read_text().splitlines() if "==" in line]
    assert pins
    names = [re.split(r"[\[=]", pin)[0].lower() for pin in pins]
    assert [name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)] == []


def test_every_linked_file_is_there() -> None:
    links = re.findall(r"\]\((operations/[^)]+)\)", OPERATIONS)
    assert {ROOT / "docs" / link for link in links} == set((ROOT / "docs" / "operations").iterdir())
