"""The help: it has what the code has, and what the pages link to."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from docs import draw_methods
from docs.drawing import surface
from studies.evaluation import catalogue, metrics
from studies.evaluation.splits import KINDS
from studies.models import Method, Reason, StudyState, TrialState
from studies.search import method_options
from studies.templatetags.honest import QUESTIONS
from studies.templatetags.keys import KEYS
from studies.views.help import SUBJECTS
from studies.views.help_plans import plan_pictures
from studies.views.study_charts import STUDY_CHARTS
from tests.views.reading import words_of

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NOT_YET = {TrialState.PRUNED}  # nothing ends a trial early yet


@pytest.fixture
def page(client_of, vera):
    """A help page's text of markup, by its slug."""
    browser = client_of(vera)

    def read(slug):
        response = browser.get(reverse("help_page", args=[slug]))
        assert response.status_code == 200
        return response.content.decode()

    return read


def ids_of(text):
    return set(re.findall(r'\bid="([^"]+)"', text))


def test_the_index_leads_to_every_page(client_of, vera):
    page = client_of(vera).get("/help/").content.decode()
    for slug, subject in SUBJECTS.items():
        assert f'href="/help/{slug}/">{subject.title}</a>' in page


def test_every_method_metric_state_and_reason_is_explained(page):
    assert {method.value for method in Method} <= ids_of(page("methods"))
    assert set(metrics) <= ids_of(page("metrics"))
    assert set(KINDS) <= ids_of(page("plans"))
    assert set(catalogue) <= ids_of(page("models"))
    drawn = {
        kind
        for path in TEMPLATES.rglob("*.html")
        for kind in re.findall(r'"_figure.html" with .*kind="(\w+)"', path.read_text())
    }
    assert {*STUDY_CHARTS, *drawn} <= ids_of(page("charts"))
    states = ids_of(page("states"))
    assert {f"study-{state}" for state in StudyState} <= states
    assert {f"trial-{state}" for state in set(TrialState) - NOT_YET} <= states
    assert {reason.value for reason in Reason} <= states


def test_every_method_has_its_options_and_a_picture(page):
    text = page("methods")
    for method in Method:
        section = text.split(f'id="{method.value}"')[1].split("</section>")[0]
        assert section.count("<svg") >= 1
        assert section.count("Usually ") == len(method_options(method.value))


def test_pictures_of_methods_are_what_the_methods_propose():
    """Those that do no floating-point work on the history, where the last bit may differ between machines."""
    for topic in ("space", "manual", "grid", "random"):
        pictures = draw_methods.draw(topic)
        assert (draw_methods.HELP / f"_{topic}.html").read_text() == draw_methods.partial_of(pictures)
        for picture in pictures:
            assert (draw_methods.DOCS / f"{picture.name}.svg").read_text() == picture.file()
    for topic in ("bayesian", "evolutionary"):
        (first, *_) = re.findall(r"<figure.*?</figure>", (draw_methods.HELP / f"_{topic}.html").read_text(), re.DOTALL)
        assert first.count('r="4"') == surface.TRIALS


def test_pictures_of_plans_keep_their_promises():
    """Cell by cell: a group is never parted, and time trains on the past alone."""
    pictures = plan_pictures()

    def lines(key):
        by_height = {}
        for cell in pictures[key].cells:
            by_height.setdefault(cell.y, []).append(cell.does)
        return list(by_height.values())

    for line in lines("time"):
        assert re.fullmatch("t+v+o*", "".join(does[0] for does in line))
    starts = [i for i, strip in enumerate(pictures["group"].strip) if strip.word] + [24]
    for line in lines("group"):
        assert all(len(set(line[a:b])) == 1 for a, b in pairwise(starts))
    for line in lines("copies"):
        assert all(line[i] == line[i + 1] for i in range(0, 8, 2))
    assert len(lines("repeats")) == 6
    assert sum(does != "out" for does in lines("rows")[0]) == 14


def test_examples_are_scored(page):
    text = re.sub(r"<[^>]+>", " ", page("metrics").split('id="balanced_accuracy"')[1].split("</section>")[0])
    assert re.search(r"0\.500\s+Always the common class", text)
    text = re.sub(r"<[^>]+>", " ", page("metrics").split('id="mae"')[1].split("</section>")[0])
    assert re.search(r"1\.000\s+All exact but one, off by 8", text)


def linked():
    """(page, anchor) of every link into the help that a template has; anchors made of a key are tested above."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text()
        yield from re.findall(r"{% url 'help_page' '([\w-]+)' %}#([\w-]+)\"", text)
        yield from re.findall(r'"_help_mark.html" with page="([\w-]+)" anchor="([\w-]+)"', text)
        yield from (
            (path.stem if path.parent == TEMPLATES / "help" else path.parent.name, anchor)
            for anchor in re.findall(r'href="#([\w-]+)"', text)
            if path.parent == TEMPLATES / "help" or path.parent.parent == TEMPLATES / "help"
        )


def test_every_link_into_the_help_arrives(page, client_of, vera):
    found = sorted(set(linked()))
    assert len(found) > 10
    ids = {slug: ids_of(page(slug)) for slug in SUBJECTS} | {
        "index": ids_of(client_of(vera).get("/help/").content.decode())
    }
    assert [(slug, anchor) for slug, anchor in found if anchor not in ids[slug]] == []


def test_every_honest_figure_is_explained_and_asked_for_by_its_key(page):
    asked = {
        key
        for path in TEMPLATES.rglob("*.html")
        for key in re.findall(r'"honest/_how.html" with about="(\w*)"', path.read_text())
    }
    assert asked <= set(QUESTIONS)
    assert set(QUESTIONS) <= ids_of(page("honest"))
    link = render_to_string("honest/_how.html", {"about": "held_out"})
    assert 'href="/help/honest/#held_out"' in link
    assert 'aria-label="How is the held-out set drawn, and what can it tell?"' in link


def test_the_keys_are_the_same_everywhere_and_go_somewhere(page):
    text = page("keyboard")
    table, dialog = text.split('class="tbl helptext keylist"')[1].split("</table>")[0], text.split('id="keys"')[1]
    for key in KEYS:
        assert key.does in table
        assert key.does in dialog
    going = {key.presses[1] for key in KEYS if key.presses[0] == "g"}
    assert going == set(re.findall(r'data-go="(\w)"', text))


def test_models_have_what_the_form_would_search(page):
    text = page("models").split('id="svm_rbf"')[1].split("</section>")[0]
    assert "at most 10,000" in text
    assert "log loss is not offered" in text
    assert re.search(r'scope="row">gamma_number</th><td>[^<]+, log; while gamma is number</td>', text)


def test_the_routes_are_those_of_the_api(page):
    text = page("api")
    assert "POST /api/v1/studies" in text
    assert "GET /api/v1/workers" in text
    assert "http://testserver/api/v1/datasets" in text


def test_what_is_not_there_and_the_wrong_verb(client_of, vera):
    browser = client_of(vera)
    assert browser.get("/help/nothing/").status_code == 404
    assert browser.post("/help/").status_code == 405
    assert browser.post("/help/methods/").status_code == 405
    assert "Help" in words_of(browser.get("/help/"))
