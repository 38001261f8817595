"""The main job through the forms alone: from the Ready line to a trial of a finished search."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import EMAIL, PASSWORD, Visit
from tests.factories import csv_text

BRUSH_PIXELS = 60


def become_owner(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.site.first_url)
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Team").fill("Churn lab")
    page.get_by_role("button", name="Make the account").click()
    expect(page).to_have_url(f"{visit.site.url}/")
    expect(page.get_by_role("heading", name="Studies", exact=True)).to_be_visible()


def upload(page: Page, file: Path) -> None:
    page.get_by_role("link", name="Datasets").first.click()
    page.goto(page.url.rstrip("/") + "/new/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Predict outcome from 3 columns")).to_be_visible()
    expect(page.get_by_label("Kind of city")).to_have_value("category")


def launch(page: Page) -> None:
    page.get_by_role("link", name="New study on this").click()
    price = page.get_by_role("complementary", name="What this search costs")
    page.get_by_role("radio", name=re.compile("^Logistic regression")).check()
    page.get_by_role("radio", name=re.compile("^Random Draws")).check()
    page.get_by_label("Trials", exact=True).fill("14")
    expect(price).to_contain_text("70 fits")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/studies/\d+/$"))


def brush_first_axis(page: Page) -> None:
    """Drag along the middle of the first axis, as a hand would; a redraw that comes due meanwhile must not undo it."""
    page.locator("#parallel").scroll_into_view_if_needed()
    box = page.locator("#parallel .axis-brush .background").first.bounding_box()
    assert box is not None
    x, middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    plot = page.locator("#parallel [data-fig-plot]")
    page.mouse.move(x, middle - BRUSH_PIXELS)
    page.mouse.down()
    page.mouse.move(x, middle, steps=5)
    plot.evaluate("node => { node.style.width = `${node.clientWidth - 8}px`; }")
    plot.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.move(x, middle + BRUSH_PIXELS, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("brush="))


def test_from_the_ready_line_to_a_trial(visit: Visit, tmp_path: Path) -> None:
    table = tmp_path / "churn.csv"
    table.write_text(csv_text(rows=300))
    page = visit.page
    become_owner(visit)
    upload(page, table)
    launch(page)

    # Watched live: nobody reloads.
    page.evaluate("document.body.dataset.same = 'page'")
    expect(page.locator(".head .state").first).to_have_text(re.compile("Complete"), timeout=60_000)
    expect(page.locator("body")).to_have_attribute("data-same", "page")
    rows = page.locator("tr[data-trial]")
    expect(rows).to_have_count(14)
    expect(page.locator(".headline")).to_contain_text("balanced accuracy on new data", timeout=60_000)

    # The figures are drawn under the strict policy, and the brush filters the leaderboard.
    parallel = page.locator("#parallel")
    parallel.scroll_into_view_if_needed()
    expect(parallel).to_have_attribute("data-rendered", "true")
    expect(parallel).to_have_attribute("data-axes", "3")
    assert page.locator(".no-webgl").count() == 0
    brush_first_axis(page)
    visible = page.locator("tr[data-trial]:visible")
    expect(visible).not_to_have_count(14)
    left = visible.count()
    assert 0 < left < 14
    page.reload()
    expect(parallel).to_have_attribute("data-rendered", "true")
    expect(visible).to_have_count(left)

    number = visible.first.get_attribute("data-trial")
    visible.first.get_by_role("link", name=number, exact=True).click()
    expect(page).to_have_url(re.compile(rf"/trials/{number}/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
