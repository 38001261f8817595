"""A decision as three people make it, each in a window of their own: from an invitation to an approved trial."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import PASSWORD, Visit
from tests.factories import csv_text
from tests.site import Site

OWNER, EDITOR, VIEWER = "olga@example.org", "bob@example.org", "vera@example.org"


@pytest.fixture
def windows(site: Site, chromium: Browser) -> Iterator[list[Visit]]:
    """One for the owner, the editor and the viewer each."""
    contexts = [chromium.new_context(viewport={"width": 1280, "height": 900}) for _ in range(3)]
    visits = [Visit(context.new_page(), site) for context in contexts]
    yield visits
    for context in contexts:
        context.close()
    assert [visit.complaints for visit in visits] == [[], [], []]


def join(owner: Visit, newcomer: Visit, role: str, email: str) -> None:
    """The owner makes an invitation; the newcomer follows its link."""
    owner.go("/team/")
    owner.page.get_by_label("Role", exact=True).select_option(role)
    owner.page.get_by_role("button", name="Make an invitation").click()
    link = owner.page.locator("#secret").inner_text()
    newcomer.page.goto(link)
    newcomer.page.get_by_label("E-mail").fill(email)
    newcomer.page.get_by_label("Password").fill(PASSWORD)
    newcomer.page.get_by_role("button", name="Make the account and join").click()
    expect(newcomer.page.get_by_role("heading", name="Studies", exact=True)).to_be_visible()


def launch(editor: Visit, version: int) -> str:
    """The path of a study that the editor launched from the form and that is complete."""
    page = editor.page
    editor.go(f"/studies/new/?dataset_version={version}")
    page.get_by_role("radio", name=re.compile("^Logistic regression")).check()
    page.get_by_role("radio", name=re.compile("^Random Draws")).check()
    page.get_by_label("Trials", exact=True).fill("8")
    expect(page.get_by_role("complementary", name="What this search costs")).to_contain_text("40 fits")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/studies/\d+/$"))
    expect(page.locator(".head .state").first).to_have_text(re.compile("Complete"), timeout=90_000)
    return page.url.removeprefix(editor.site.url)


def headline(visit: Visit) -> Locator:
    return visit.page.locator(".headline__say > p").first


def waits(visit: Visit) -> Locator:
    return visit.page.locator("nav .count")


def propose(editor: Visit, number: str, reason: str) -> None:
    """In the dialog that is open, by the keyboard's short way."""
    dialog = editor.page.get_by_role("dialog", name="Propose a trial")
    expect(dialog.get_by_label("Trial")).to_have_value(number)
    dialog.get_by_label("Why this one").fill(reason)
    editor.page.keyboard.press("Control+Enter")
    expect(headline(editor)).to_contain_text(f"proposed trial {number}; it waits for an owner")


def test_three_people_from_an_invitation_to_an_approved_trial(windows: list[Visit], site: Site, tmp_path: Any) -> None:
    from tests.api.test_whole_job import Program

    owner, editor, viewer = windows
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    site.manage("owner", OWNER, str(password), "--team", "Churn lab")
    program = Program(site, site.manage("token", OWNER).splitlines()[-1])
    version = program.upload("Churn", csv_text(rows=200), "outcome")["version"]["id"]
    owner.sign_in(OWNER)
    join(owner, editor, "editor", EDITOR)
    join(owner, viewer, "viewer", VIEWER)
    study = launch(editor, version)
    review = f"{study}review/"

    # The viewer comments on a chart and has no button that proposes.
    viewer.go(study)
    viewer.page.locator("#convergence").get_by_role("link", name="Comment").click()
    expect(viewer.page.get_by_label("About")).to_have_value("chart-convergence")
    viewer.page.get_by_label("Comment", exact=True).fill("Is it **flat** already? <img src=x onerror=alert(1)>")
    viewer.page.keyboard.press("Control+Enter")
    said = viewer.page.locator("article.comment")
    expect(said.locator("strong")).to_have_text("flat")
    expect(said).to_contain_text("<img src=x onerror=alert(1)>")
    expect(viewer.page.get_by_role("link", name="Propose")).to_have_count(0)

    # The editor proposes the best trial from the study's page.
    editor.page.get_by_role("link", name="Propose for review").click()
    best = editor.page.get_by_role("dialog").get_by_label("Trial").input_value()
    propose(editor, best, "The best by far.")
    expect(editor.page.get_by_role("link", name="Approve")).to_have_count(0)
    expect(waits(editor)).to_have_count(0)

    # The owner finds it by the count in the top bar and asks for changes.
    owner.go("/")
    expect(waits(owner)).to_contain_text("1")
    owner.page.keyboard.press("g")
    owner.page.keyboard.press("r")
    expect(owner.page.get_by_role("heading", level=1)).to_have_text("1 decision waits for you")
    owner.page.locator("td.name a").first.click()
    expect(headline(owner)).to_contain_text("it waits for you")
    owner.page.get_by_role("link", name="Ask for changes").click()
    dialog = owner.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ask for changes").click()
    expect(dialog).to_contain_text("This field is required")
    dialog.get_by_label("Why").fill("Answer Vera first.")
    dialog.get_by_role("button", name="Ask for changes").click()
    expect(headline(owner)).to_contain_text(f"asked for changes to trial {best}; it waits for {EDITOR}")
    expect(waits(owner)).to_have_count(0)

    # It waits for the editor now, who proposes again; the owner approves.
    editor.go(review)
    expect(waits(editor)).to_contain_text("1")
    expect(editor.page.locator(".headline")).to_contain_text("Answer Vera first.")
    editor.page.get_by_role("link", name="Propose again").click()
    propose(editor, best, "Flat since trial 3, and tied with nothing.")
    owner.go(review)
    owner.page.get_by_role("link", name="Approve").click()
    owner.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(owner.page.get_by_role("heading", level=1)).to_contain_text(f"We stand behind trial {best}")

    # Everybody sees it, wherever the study is.
    for path in ("/", study):
        viewer.go(path)
        expect(viewer.page.get_by_text(f"Trial {best} approved").first).to_be_visible()
    viewer.go(review)
    history = viewer.page.locator(".log")
    for words in (
        "commented",
        f"proposed trial {best}",
        f"asked for changes to trial {best}",
        f"approved trial {best}",
    ):
        expect(history).to_contain_text(words)
