"""Takes the pictures of the README and the guide anew, from a fresh demo site.

    script/server --demo                            in one terminal; make the owner, wait for
                                                    "The demo is ready."
    .venv/bin/python manage.py link EMAIL           in another; prints a LINK that signs in once
    .venv/bin/python docs/pictures/take.py LINK

With Pillow installed (we do not pin it) the files become about three times smaller.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
WIDTH = 1440
STUDY, WAITING = "Churn, boosted trees", "Wine, which grower"


def look(page: Page) -> None:
    """Past everything once: charts are drawn when they come into view."""
    for figure in page.locator("figure[id]").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("svg.main-svg").first).to_be_visible(timeout=30_000)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)


def take(page: Page, name: str, height: int, top: float = 0, width: int = WIDTH) -> None:
    page.add_style_tag(content=".topbar, .sections, .dock { position: static !important }")
    clip = {"x": 0, "y": top, "width": width, "height": height}
    page.screenshot(path=HERE / f"{name}.png", full_page=True, clip=clip, animations="disabled")
    shrink(HERE / f"{name}.png")


def shrink(path: Path) -> None:
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(255, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            path, optimize=True
        )


def open_study(page: Page, site: str, name: str) -> str:
    page.goto(f"{site}/?q={name}")
    path = page.locator("#study-list tbody").get_by_role("link", name=name).first.get_attribute("href")
    page.goto(f"{site}{path}")
    return page.url


def top_of(page: Page, selector: str) -> float:
    return page.locator(selector).first.evaluate("e => e.getBoundingClientRect().top + scrollY") - 20


def main(link: str) -> None:
    site = "{0.scheme}://{0.netloc}".format(urlsplit(link))
    with sync_playwright() as playwright:
        program = os.environ.get("TUNINGSITE_CHROMIUM") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(link)
        page.get_by_role("button", name="Sign in as").click()
        page.wait_for_url(f"{site}/")
        page.goto(f"{site}/account/")
        demo = page.get_by_role("row", name="Demo team").get_by_role("button", name="Work here")
        if demo.count():
            demo.click()
            page.wait_for_url(f"{site}/")

        page.goto(site)
        take(page, "list", 900)
        study = open_study(page, site, STUDY)
        look(page)
        take(page, "study", int(top_of(page, "#leaderboard")))
        take(
            page,
            "leaderboard",
            int(top_of(page, "#importance") - top_of(page, "#leaderboard")),
            top_of(page, "#leaderboard"),
        )
        take(page, "charts", int(top_of(page, "#audit") - top_of(page, "#importance")), top_of(page, "#importance"))
        page.locator("#leaderboard tbody a").first.click()
        page.wait_for_selector("h1:has-text('Trial')")
        take(page, "trial", int(top_of(page, "#attempts")))

        page.goto(f"{study}opening/")
        take(page, "opening", 480)
        page.goto(f"{site}/datasets/")
        page.get_by_role("link", name="Customer churn").click()
        page.get_by_role("link", name="New study on this").wait_for()
        take(page, "dataset", int(top_of(page, "#again")))
        page.get_by_role("link", name="New study on this").click()
        page.wait_for_selector("aside :text('timed fits'), aside :text('finished trials')", timeout=60_000)
        take(page, "new-study", 950)
        take(page, "space", 760, top_of(page, "h2:has-text('Search space')"), width=1080)

        page.goto(f"{site}/compare/")
        page.get_by_role("link", name="Wine, which method, methods", exact=True).click()
        page.locator("h1", has_text="Wine, which method").wait_for()
        look(page)
        take(page, "comparison", 1130)
        page.goto(open_study(page, site, WAITING) + "review/")
        take(page, "review", 1130)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
