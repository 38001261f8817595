"""A trial by hand: the space's refusals stand at the fields that they are about."""

import pytest

from studies.forms.trial import TrialForm
from studies.models import Study
from studies.search import Boolean, Categorical, Constant, Float, Space

SPACE = Space(
    [
        Categorical("penalty", ["l1", "l2"]),
        Float("C", 0.1, 10, log=True),
        Categorical("loss", ["hinge", "log"]),
        Boolean("dual", when={"loss": ["hinge"]}),
        Constant("solver", "fast"),
    ],
    forbidden=[{"penalty": ["l1"], "loss": ["hinge"]}, {"solver": ["fast"], "dual": [True]}],
)


def form(**typed: str) -> TrialForm:
    return TrialForm(Study(space=SPACE.to_json()), {f"p.{name}": value for name, value in typed.items()})


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"penalty": '"l1"', "loss": '"hinge"', "dual": "false"}, "loss", "'hinge' is forbidden while penalty is 'l1'"),
        ({"penalty": '"l2"', "loss": '"hinge"', "dual": "true"}, "dual", "True is forbidden while solver is 'fast'"),
        ({"penalty": '"l2"', "loss": '"log"', "C": "11"}, "C", "11 is outside its range"),
    ],
)
def test_a_refusal_stands_at_its_field(typed: dict[str, str], field: str, words: str) -> None:
    refused = form(**({"C": "1"} | typed))
    assert not refused.is_valid()
    assert list(refused.errors) == [f"p.{field}"]
    assert words in refused.errors[f"p.{field}"][0]


def test_what_does_not_count_is_left_out() -> None:
    legal = form(penalty='"l1"', loss='"log"', dual="true", C="1")
    assert legal.is_valid(), legal.errors
    assert legal.config == {"penalty": "l1", "C": 1.0, "loss": "log", "solver": "fast"}
