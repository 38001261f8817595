"""Every page at two widths and in two themes: nothing sticks out, nothing complains, nothing keeps anybody out."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import EMAIL, PASSWORD, Visit
from tests.engine.conftest import wait_until
from tests.factories import csv_text
from tests.site import Site, running_site

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
PAGES = [
    "/",
    "/?q=nothing&sort=name",
    "/studies/new/",
    "/studies/{study}/",
    "/studies/{study}/trials/1/",
    "/studies/{study}/review/",
    "/studies/{study}/review/?open=propose",
    "/inbox/",
    "/studies/{study}/trials/1/code/",
    "/compare/",
    "/compare/?study={study}&study={other}",
    "/compare/{comparison}/",
    "/compare/{comparison}/?open=name",
    "/datasets/",
    "/datasets/new/",
    "/datasets/{dataset}/",
    "/datasets/{dataset}/splits/",
    "/workers/",
    "/team/",
    "/account/",
    "/help/",
    "/help/methods/",
    "/help/models/",
    "/help/charts/",
    "/help/plans/",
    "/help/metrics/",
    "/help/scores/",
    "/help/honest/",
    "/help/states/",
    "/help/keyboard/",
    "/help/api/",
    "/nowhere/",
]

COMPARISON = """
from studies.models import Comparison, Study
studies = list(Study.objects.filter(pk__in={studies}))
print(Comparison.make(studies[0].team, "Methods", studies, kind="method", by=None).pk)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_site(tmp_path_factory.mktemp("look-site")) as site:
        yield site


@pytest.fixture(scope="module")
def ids(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """An owner, a dataset and two finished studies, made through the API."""
    from tests.api.test_whole_job import Program

    password = tmp_path_factory.mktemp("secret") / "password"
    password.write_text(PASSWORD)
    site.manage("owner", EMAIL, str(password))
    program = Program(site, site.manage("token").splitlines()[-1])
    dataset = program.upload("Churn", csv_text(rows=200), "outcome")
    made = [
        program.study(dataset["version"]["id"], method=method, budget={"trials": 12}) for method in ("random", "grid")
    ]
    for study in made:
        wait_until(lambda study=study: program.state(study) == "complete")
    studies = [study["id"] for study in made]
    comparison = int(site.manage("shell", "-v", "0", "-c", COMPARISON.format(studies=studies)))
    return {"dataset": dataset["id"], "study": studies[0], "other": studies[1], "comparison": comparison}


@pytest.fixture(scope="module")
def signed_in(site: Site, ids: dict[str, int], chromium: Browser) -> Any:
    """The owner's browser by its width: signed in once, with what it keeps of a page for the next."""
    contexts: dict[int, BrowserContext] = {}

    def of_width(width: int) -> BrowserContext:
        if width not in contexts:
            size = {"width": width, "height": 900}
            # No colour half-way.
            contexts[width] = chromium.new_context(viewport=size, color_scheme="light", reduced_motion="reduce")
            visit = Visit(contexts[width].new_page(), site)
            visit.sign_in()
            expect(visit.page).to_have_url(f"{site.url}/")
            visit.page.close()
            assert visit.complaints == []
        return contexts[width]

    yield of_width
    for context in contexts.values():
        context.close()


@pytest.fixture(params=[1440, 390])
def visit(request: pytest.FixtureRequest, site: Site, signed_in: Callable[[int], BrowserContext]) -> Any:
    visit = Visit(signed_in(request.param).new_page(), site)
    yield visit
    visit.page.close()
    assert [text for text in visit.complaints if "404" not in text] == []  # one page is nowhere on purpose


def drawn(page: Page) -> None:
    """Wait until every figure of the page is drawn."""
    for figure in page.locator("figure[data-figure-url]").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-rendered", "true")


def violations(page: Page) -> list[str]:
    """In the light and in the dark: the system's setting is switched, as the evening does it to an open page."""
    page.evaluate(AXE)
    page.emulate_media(color_scheme="light")
    found = violations_now(page, "{resultTypes: ['violations']}")
    page.emulate_media(color_scheme="dark")  # colours are all that changes
    return found + [f"dark: {fault}" for fault in violations_now(page, "{runOnly: ['color-contrast']}")]


def violations_now(page: Page, options: str) -> list[str]:
    found = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def test_every_page_fits_and_lets_everybody_in(visit: Visit, ids: dict[str, int]) -> None:
    page, wrong = visit.page, {}
    for path in PAGES:
        page.emulate_media(color_scheme="light")
        visit.go(path.format(**ids))
        if "open=" not in path:  # the same page behind a dialog
            drawn(page)
        faults = violations(page)
        if page.locator("h1").count() != 1:
            faults.append("there is no title, or more than one")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append("the page scrolls sideways")
        if faults:
            wrong[path] = faults
    assert not wrong, json.dumps(wrong, indent=1)


def test_a_column_is_corrected_beside_the_first_rows_and_taken_back(visit: Visit, ids: dict[str, int]) -> None:
    page = visit.page
    visit.go(f"/datasets/{ids['dataset']}/")
    kind, said = page.get_by_label("Kind of city"), page.locator("[data-said]")
    kind.focus()
    kind.select_option("number")
    expect(said).to_contain_text(
        "1 column changed, not saved yet. city: 50 of the first 50 cells cannot be read as number"
    )
    for place in (kind, page.get_by_label("Role of city"), page.get_by_role("region", name="First rows")):
        expect(place).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Undo: Category for city").click()
    expect(said).to_be_empty()
    expect(kind).to_have_value("category")


def test_the_keyboard_reaches_studies_datasets_workers_and_the_list_of_keys(visit: Visit) -> None:
    page = visit.page
    visit.go("/help/")
    for key, path in (("d", "/datasets/"), ("w", "/workers/"), ("s", "/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page).to_have_url(visit.site.url + path)
        page.wait_for_load_state()  # the address changes before the new page listens to keys
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name=re.compile("keys", re.IGNORECASE))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Name, dataset or tag contains")).to_be_focused()
    if page.viewport_size["width"] > 1000:
        visit.go("/help/")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox", name="Search studies")).to_be_focused()


def test_a_report_opens_offline_and_asks_for_nothing(
    visit: Visit, ids: dict[str, int], chromium: Browser, tmp_path: Path
) -> None:
    answer = visit.page.request.get(f"{visit.site.url}/studies/{ids['study']}/report.html")
    report = tmp_path / "report.html"
    report.write_bytes(answer.body())
    context = chromium.new_context(
        viewport=visit.page.viewport_size, offline=True, bypass_csp=True
    )  # past its own policy, for axe alone is a script
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(report.as_uri())
    assert page.locator("circle.best").count() >= 1
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert (asked, said) == ([report.as_uri()], [])
    context.close()


@pytest.mark.parametrize("visit", [1440], indirect=True)
def test_a_page_with_a_refused_form_can_be_loaded_again(visit: Visit, ids: dict[str, int]) -> None:
    page, path = visit.page, f"/compare/?study={ids['study']}&study={ids['other']}"
    visit.go(path)
    page.get_by_role("link", name="Save").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text("Give it a name.")
    expect(page).to_have_url(visit.site.url + path)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 studies side by side")


@pytest.mark.parametrize("visit", [1440], indirect=True)
def test_a_point_of_a_comparison_opens_its_trial(visit: Visit, ids: dict[str, int]) -> None:
    page = visit.page
    visit.go(f"/compare/?study={ids['study']}&study={ids['other']}")
    drawn(page)
    page.locator("#distribution").scroll_into_view_if_needed()
    best = page.locator("#distribution .trace:last-child .point").bounding_box()
    page.mouse.click(best["x"] + best["width"] / 2, best["y"] + best["height"] / 2)
    expect(page).to_have_url(re.compile(rf"/studies/{ids['other']}/trials/\d+/$"))


@pytest.mark.parametrize("visit", [1440], indirect=True)
def test_the_list_is_filtered_in_place_and_what_was_archived_comes_back(visit: Visit, ids: dict[str, int]) -> None:
    page, url = visit.page, visit.site.url
    visit.go("/")
    name = page.locator(f"#study-{ids['study']}").inner_text()
    page.locator(f"#tick-{ids['study']}").check()
    page.get_by_label("Method", exact=True).select_option("random")
    expect(page).to_have_url(f"{url}/?method=random")
    expect(page.locator("#study-rows tbody tr")).to_have_count(1)
    expect(page.locator(f"#tick-{ids['study']}")).to_be_checked()
    expect(page.locator("[data-ticks-hint]")).to_contain_text("1 selected")
    page.get_by_label("Name, dataset or tag contains").press_sequentially("nothing")
    expect(page.get_by_role("heading", name="No study matches")).to_be_visible()
    page.get_by_role("link", name="Remove the filter: contains “nothing”").click()
    expect(page).to_have_url(f"{url}/?method=random")
    page.get_by_label(f"Menu of {name}").press("Enter")
    page.get_by_role("button", name="Archive").last.press("Enter")
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(f"{url}/?method=random")
    expect(page.locator(f"#study-{ids['study']}")).to_be_visible()


@pytest.mark.parametrize("visit", [390], indirect=True)
def test_an_address_opens_the_part_that_it_names(visit: Visit, ids: dict[str, int]) -> None:
    visit.go("/studies/new/#paste")
    expect(visit.page.get_by_label("Spec, or a part of it")).to_be_in_viewport()


def test_without_script_menus_and_dialogs_are_within_reach(site: Site, ids: dict[str, int], chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, java_script_enabled=False)
    visit = Visit(context.new_page(), site)
    visit.sign_in()
    visit.go("/team/")
    visit.page.get_by_label("Name of the team").fill("Renamed")
    visit.page.get_by_role("button", name="Rename", exact=True).click()
    expect(visit.page.get_by_role("heading", name="Renamed", exact=True)).to_be_visible()
    visit.page.locator("summary.avatar").click()
    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page).to_have_url(f"{site.url}/accounts/login/")
    context.close()
