"""Names that are markup: text on every page that shows them (tests/browser/test_names_as_text.py looks in Chromium)."""

from html import unescape
from html.parser import HTMLParser

import pytest

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door
from tests.bad_input.files import CLASSES, NOISE, N

NAMES = [
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "</script><script>window.__xss=1</script>",
    '" onmouseover=window.__xss=1 x="',
    "{{7*7}}{% csrf_token %}",
    "<svg/onload=window.__xss=1>",
    "javascript:window.__xss=1",
    "[a](javascript:window.__xss=1) <a href='javascript:window.__xss=1'>b</a>",
]


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


class Acts(HTMLParser):
    """What of a page would run or lead away: scripts of its own, handlers, addresses that are no paths of ours."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in ("script", "img", "iframe") and not given.get("src", "").startswith("/static/"):
            self.found.append(f"<{tag} {given}>")
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        paths = [given[name] for name in ("href", "action", "src", "formaction") if name in given]
        self.found += [path for path in paths if path[:1] not in ("/", "?", "#", "")]


def pages(door: Door) -> str:
    """All that shows the only dataset: its page, the list, a new study on it and its check."""
    version = DatasetVersion.objects.get()
    paths = [f"/datasets/{version.dataset_id}/", "/datasets/", f"/studies/new/?version={version.pk}"]
    answers = [door.browser.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("number", range(len(NAMES)), ids=lambda number: f"xss_column_{number}")
def test_a_column_s_name_is_text(door: Door, number: int) -> None:
    name = NAMES[number]
    lines = [f"{NOISE[i]},{i % 5},{CLASSES[i]}" for i in range(N)]
    door.accepted("\n".join([f"{quoted(name)},x,y", *lines]), target="y")
    assert DatasetVersion.objects.get().columns.get(position=0).name == name
    page = pages(door)
    assert Acts(page).found == []
    assert name in unescape(page)


def test_class_labels_are_text(door: Door) -> None:
    """xss_class_labels"""
    labels = [quoted(NAMES[i % 3]) for i in range(N)]
    lines = [f"{NOISE[i]},{labels[i]}" for i in range(N)]
    door.accepted("\n".join(["x,y", *lines]), target="y")
    page = pages(door)
    assert "&lt;img src=x onerror=window.__xss=1&gt;" in page
    assert Acts(page).found == []
