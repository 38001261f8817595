"""What the check of the model says and shows."""

import numpy as np
import pytest

from studies.plots import model_check
from tests.plots.valid_figure import assert_valid


def shown(n=4, verdict="predicts", correlation=0.824, **more):
    told = np.linspace(0.6, 0.9, n) if n else np.empty(0)
    held = np.arange(n) != 1
    values = {"direction": "maximize", "metric": "Accuracy", "trials": n, "needed": 10} | more
    return model_check.prepare(
        list(range(7, 7 + n)), told, told + 0.01, told - 0.05, told + 0.07, held,
        correlation=correlation, verdict=verdict, **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "correlation", "title"),
    [
        ("predicts", 0.824, "The model predicts trials it has not seen well: rank correlation 0.82"),
        ("roughly", 0.5, "The model predicts trials it has not seen roughly: rank correlation 0.50"),
        ("does not", -0.1, "The model does not predict trials it has not seen: rank correlation −0.10"),
    ],
)
def test_the_title_is_the_verdict_with_its_figures(verdict, correlation, title):
    record = shown(verdict=verdict, correlation=correlation)
    assert record.title == f"{title}, 75 % of 95 % intervals hold"
    sent = assert_valid(record, model_check.draw(record))
    assert sent["trials"] == [7, 8, 9, 10]
    assert [row[-1] for row in sent["table"]["rows"]] == ["yes", "no", "yes", "yes"]
    assert [key["word"] for key in sent["keys"]] == ["within its interval", "outside", "predicted as told"]


def test_far_scores_stay_in_the_picture():
    record = shown(40)
    record.told[0] = -1e9
    assert "1 far score at the edge." in record.subtitle
    figure = model_check.draw(record)
    low, high = figure.layout.yaxis.range
    drawn = [v for trace in figure.data for v in (*trace.x, *trace.y)]
    assert low <= min(drawn) <= max(drawn) <= high
    assert_valid(record, figure)


def test_nothing_to_draw():
    few = shown(0, trials=6)
    assert few.title == "Too few trials to check a model on: 6 of 10"
    assert assert_valid(few, model_check.draw(few))["notes"]["empty"]
    assert shown(0, trials=60).title == "Every parameter of this study is fixed"
