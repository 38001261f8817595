"""A table whose every name and value is markup, through all pages: shown as text, nothing runs, nothing leads away."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.test_whole_job import Program
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.test_look import drawn
from tests.engine.conftest import wait_until
from tests.site import Site

MALLORY = "mallory@example.org"
COLUMN = "<img src=x onerror=window.__xss=1>"
LINK = "<a href='javascript:window.__xss=1'>here</a>"
LABELS = ("</script><script>window.__xss=1</script>", '=HYPERLINK("http://evil.example","x")')
TARGET = '{{7*7}} \\ \' """ \u05d0'
DATASET = "[a](javascript:window.__xss=1) <b>table</b>"
STUDY = "\"><img src=x onerror=window.__xss=1><a href='http://evil.example'>s</a>"
PAGES = [
    "/", "/datasets/", "/datasets/{dataset}/", "/studies/new/?dataset_version={version}", "/studies/{study}/",
    "/studies/{study}/trials/1/", "/studies/{study}/trials/1/code/", "/studies/{study}/review/",
    "/studies/{study}/review/?open=propose", "/compare/?study={study}&study={other}",
]  # fmt: skip
# Whatever would run or lead away: markup of ours has none of it.
ACTS = """() => [...document.querySelectorAll('*')].flatMap((node) => {
  const found = [...node.attributes].filter((a) => a.name.startsWith('on')).map((a) => a.name);
  const href = node.getAttribute('href') ?? node.getAttribute('xlink:href') ?? '';
  const url = href && new URL(href, location.href);
  const drawn = node.localName === 'image' && href.startsWith('data:image/png;');  // a heat map
  const blob = url && url.protocol === 'blob:';
  const ours = !url || drawn || blob || (url.protocol === location.protocol && url.host === location.host);
  if (!ours) found.push(href);
  if (node.localName === 'img' && node.getAttribute('src') === 'x') found.push('img');
  if (node.localName === 'script' && !node.src && node.type !== 'application/json') found.push('script');
  return found;
}).concat(window.__xss === undefined ? [] : ['it ran'])"""


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def hostile_table() -> str:
    lines = [",".join(map(quoted, (COLUMN, LINK, TARGET)))]
    for i in range(60):
        word = quoted((DATASET, LINK, "plain")[i * i % 3 if i % 2 else i // 2 % 3])
        lines.append(f"{i * 37 % 41},{word},{quoted(LABELS[i * 5 % 7 < 3])}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def ids(site: Site, tmp_path: Path) -> dict[str, Any]:
    """Two finished studies on the table, and a token of their owner."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    site.manage("owner", MALLORY, str(password), "--team", "<b>Team</b>")
    program = Program(site, site.manage("token", MALLORY).splitlines()[-1])
    dataset = program.upload(DATASET, hostile_table(), TARGET)
    version = dataset["version"]["id"]
    studies = [
        program.study(version, name=f"{STUDY} {method}", method=method, budget={"trials": 6}, holdout="off")["id"]
        for method in ("random", "bayesian")
    ]
    for study in studies:
        wait_until(lambda study=study: program("GET", f"/studies/{study}")["state"] == "complete", 90)
    return {"dataset": dataset["id"], "version": version, "study": studies[0], "other": studies[1]}


def hover_over_figures(page: Page) -> str:
    """What the labels at the mouse say."""
    said = ""
    for plot in page.locator("figure[data-rendered=true] .nsewdrag").all():
        plot.scroll_into_view_if_needed()
        if box := plot.bounding_box():
            page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
            page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.4)
        said += " ".join(page.locator(".hoverlayer text").all_text_contents())
    return said


def test_names_that_are_markup_are_text_everywhere(
    visit: Visit, ids: dict[str, Any], chromium: Browser, tmp_path
) -> None:
    page, wrong, said, hovered = visit.page, {}, {}, ""
    visit.sign_in(MALLORY)
    expect(page).to_have_url(f"{visit.site.url}/")
    for path in PAGES:
        visit.go(path.format(**ids))
        drawn(page)
        hovered += hover_over_figures(page)
        if found := page.evaluate(ACTS):
            wrong[path] = found
        said[path] = shown(page)
    assert wrong == {}
    assert "rial" in hovered
    for words in (COLUMN, LINK, DATASET, LABELS[0], LABELS[1], TARGET):
        assert words in said["/datasets/{dataset}/"], words
    assert STUDY[:20] in said["/compare/?study={study}&study={other}"]
    report = tmp_path / "report.html"
    report.write_bytes(page.request.get(f"{visit.site.url}/studies/{ids['study']}/report.html").body())
    context = chromium.new_context(offline=True, bypass_csp=True)
    other = context.new_page()
    other.goto(report.as_uri())
    assert other.evaluate(ACTS) == []
    assert STUDY in shown(other)
    context.close()
    recipe = page.request.get(f"{visit.site.url}/studies/{ids['study']}/trials/1/recipe.py").text()
    tree = ast.parse(recipe)
    assert not re.search("__xss|HYPERLINK", " ".join(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))
    assert {COLUMN, LINK, TARGET, *LABELS} <= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    assert not re.search(r"#.*(__xss|HYPERLINK)", re.sub(r"(['\"]).*?\1", "", recipe))
    table = page.request.get(f"{visit.site.url}/studies/{ids['study']}/trials.csv").text()
    assert not re.search(r"(^|,)\"?[=@]", table, re.MULTILINE)


def shown(page: Page) -> str:
    """All text of the page and of its fields, hidden or not."""
    return page.evaluate(
        "document.body.textContent + [...document.querySelectorAll('input')].map((i) => i.value).join()"
    )
