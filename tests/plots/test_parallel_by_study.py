"""Lines of several studies over what their spaces share."""

import pytest

from studies.plots import parallel_by_study
from studies.plots.parallel_by_study import shared_parameters
from tests.plots.valid_figure import assert_valid

C = {"name": "C", "type": "float", "low": 0.01, "high": 10, "log": True}
WIDE = C | {"low": 1e-4}
KERNEL = {"name": "kernel", "type": "categorical", "choices": ["rbf", "poly"]}


def record(spaces, trials, names=("Red", "Blue"), direction="maximize"):
    """Trials as (study's index, number, configuration, value)."""
    return parallel_by_study.prepare(
        names,
        spaces,
        [(10 + trial[0], trial[1]) for trial in trials],
        [trial[0] for trial in trials],
        [trial[2] for trial in trials],
        [trial[3] for trial in trials],
        direction=direction,
        metric="Accuracy",
    )


def test_axes_are_what_all_spaces_have_each_over_all_that_any_allows():
    depth = {"name": "depth", "type": "int", "low": 1, "high": 9}
    fixed = {"name": "kernel", "type": "constant", "value": "linear"}
    merged = shared_parameters([[C, KERNEL, depth], [WIDE, fixed]])
    assert [(entry["name"], entry.get("low"), entry.get("choices")) for entry in merged] == [
        ("C", 1e-4, None),
        ("kernel", None, ["rbf", "poly"]),
    ]
    assert shared_parameters([[depth], [depth | {"type": "categorical", "choices": ["deep"]}]]) == []
    assert shared_parameters([]) == []


def test_each_line_has_its_study_colour_place_and_row():
    trials = [(0, 0, {"C": 1.0}, 0.7), (0, 3, {"C": 0.1}, 0.9), (1, 0, {"C": 1e-3}, 0.8), (1, 1, {"C": 1.0}, None)]
    shown = record([[C], [WIDE]], trials)
    line = parallel_by_study.draw(shown).data[0].line
    assert list(line.color) == [0, 1, 0]
    assert [step[1] for step in line.colorscale] == ["var(--series-1)"] * 2 + ["var(--series-2)"] * 2
    assert shown.notes()["places"] == [[10, 0], [11, 0], [10, 3]]
    assert shown.table().rows == (("Red", 3, 0.9, 0.1), ("Blue", 0, 0.8, 1e-3), ("Red", 0, 0.7, 1.0))
    assert shown.title == "3 complete trials of 2 studies, one line each"
    assert [key.word for key in shown.keys] == ["Red", "Blue"]


def test_of_very_many_a_sample_of_each_study_is_drawn():
    shown = record([[C], [C]], [(i % 2, i, {"C": 1.0}, i / 3000) for i in range(2400)])
    assert len(shown.lines) == 800
    assert "an even sample" in shown.subtitle


def test_studies_without_a_parameter_in_common_say_so():
    shown = record([[C], [KERNEL]], [(0, 0, {"C": 1.0}, 0.7), (1, 0, {"kernel": "rbf"}, 0.8)])
    assert shown.title == "These studies have no parameter in common to draw"
    assert shown.notes()["empty"]


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("trials", [[], [(0, 0, {}, 0.5)], [(1, 2, {"C": 1e9}, -1e9), (0, 1, {"C": "a<b"}, 0.1)]])
def test_any_trials_give_a_valid_figure(trials, direction):
    shown = record([[C, KERNEL], [KERNEL, C]], trials, direction=direction)
    assert_valid(shown, parallel_by_study.draw(shown))
