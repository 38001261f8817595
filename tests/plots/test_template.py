"""Figures in a notebook look as on a page."""

import json

import pytest

from studies.plots import convergence
from studies.plots.template import TOKEN, template, themed, tokens
from tests.plots.valid_figure import strings


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_themed_figure_has_template_and_real_colours(theme):
    record = convergence.prepare([0], ["complete"], [0.5], [0.1], [1.0], direction="maximize", metric="Accuracy")
    figure = themed(convergence.draw(record), theme)
    assert figure.layout.template.layout.font.size == 12
    assert not [text for text in strings(json.loads(figure.to_json())["data"]) if TOKEN.search(text)]


def test_template_and_tokens_agree():
    for theme in ("light", "dark"):
        assert template(theme).layout.title.font.color == tokens(theme)["--ink"]
        assert next(iter(template(theme).layout.colorway)) == tokens(theme)["--series-1"]
        ramp = [colour for _, colour in template(theme).data.parcoords[0].line.colorscale]
        assert ramp == [tokens(theme)[f"--ramp-{i}"] for i in range(7)]
