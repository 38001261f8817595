"""What the effect of a parameter says and shows."""

import numpy as np
import pytest

from studies.plots import model_effect
from studies.plots.model_effect import Curve
from tests.plots.valid_figure import assert_valid


def curve(name, values, predicted, doubt=0.01):
    predicted = np.array(predicted, dtype=np.float64)
    return Curve(name, values, predicted, predicted - doubt, predicted + doubt)


CURVES = (
    curve("C", (0.001, 1.0, 1000.0), [0.70, 0.90, 0.80]),
    curve("gamma", (1e-4, 0.01, 1.0), [0.80, 0.79, 0.70]),
    curve("kernel", ("rbf", "poly"), [0.80, 0.85]),
    curve("degree", (2, 3, 4, 5), [0.800, 0.801, 0.802, 0.801]),
    curve("shrinking", (False, True), [0.8, 0.9]),
)


def shown(parameters, name=None, curves=CURVES, **more):
    values = {"direction": "maximize", "metric": "Accuracy", "trials": 60, "needed": 10, "trusted": True} | more
    return model_effect.prepare(parameters, curves, parameter=name, **values)


@pytest.mark.parametrize(
    ("name", "direction", "title"),
    [
        ("C", "maximize", "The model expects the best scores with C near 1"),
        ("C", "minimize", "The model expects the best scores at the lower end of C"),
        ("gamma", "maximize", "The model expects the best scores at the lower end of gamma"),
        ("kernel", "maximize", "With kernel poly the model expects 0.850 on average, with rbf 0.800"),
        ("degree", "maximize", "On average over all others, degree makes no clear difference"),
        ("shrinking", "maximize", "With shrinking True the model expects 0.900 on average, with False 0.800"),
    ],
)
def test_the_title_is_the_finding(parameters, name, direction, title):
    record = shown(parameters, name, direction=direction)
    assert record.title == title
    assert_valid(record, model_effect.draw(record))


def test_where_the_intervals_overlap_it_does_not_say_that_the_parameter_makes_no_difference(parameters):
    doubtful = (curve("C", (0.001, 1.0, 1000.0), [0.70, 0.90, 0.80], doubt=0.2),)
    assert shown(parameters, "C", curves=doubtful).title == "The model is not sure which C is best on average"


def test_all_parameters_share_one_scale_and_the_first_is_drawn(parameters):
    first, flat = shown(parameters), shown(parameters, "degree")
    assert first.curve.name == "C"
    assert first.y_range == flat.y_range
    assert "where it is active" in flat.subtitle
    sent = assert_valid(flat, model_effect.draw(flat))
    assert sent["notes"] == {"effect": "degree", "choices": [c.name for c in CURVES], "empty": False}
    assert sent["table"]["rows"][0] == pytest.approx([2, 0.8, 0.79, 0.81])


def test_a_model_that_does_not_predict_claims_nothing(parameters):
    assert shown(parameters, trusted=False).title == "What a model that does not predict yet makes of C"


def test_nothing_to_draw(parameters):
    few = shown(parameters, curves=(), trials=6)
    assert few.title == "Too few trials for a model to believe anything: 6 of 10"
    assert assert_valid(few, model_effect.draw(few))["notes"]["empty"]
    assert shown(parameters, curves=()).title == "Every parameter of this study is fixed"
