"""Lines, axes and the sentence of parallel coordinates."""

import math

import pytest

from studies.plots import parallel_coordinates
from tests.plots.valid_figure import assert_valid


@pytest.fixture
def record(parameters, configurations):
    return parallel_coordinates.prepare(
        parameters, [0, 4, 7], configurations, [0.8, 0.9, 0.7], direction="maximize", metric="Accuracy"
    )


def dimension(record, name):
    figure = parallel_coordinates.draw(record)
    return next(d for d in figure.data[0].dimensions if d.label == name)


def axis(record, name):
    return next(a for a in record.axes if a.name == name)


def test_lines_go_from_worst_to_best_and_keep_their_trial_numbers(record):
    assert record.trials == (7, 0, 4)
    assert record.lines == (7, 0, 4)
    assert list(dimension(record, "Accuracy").values) == [0.7, 0.8, 0.9]


def test_constants_have_no_axis_and_the_value_is_the_last(record):
    labels = [d.label for d in parallel_coordinates.draw(record).data[0].dimensions]
    assert labels == ["C", "gamma", "kernel", "degree", "shrinking", "Accuracy"]


def test_a_log_axis_lies_in_powers_of_ten_and_reads_in_numbers(record):
    shown = dimension(record, "C")
    assert list(shown.values) == pytest.approx([-2, 0, 2])
    read = dict(zip(shown.tickvals, shown.ticktext, strict=True))
    assert read[0.0] == "1"
    assert read[-3.0] == "0.001"
    assert list(shown.range) == [-3, 3]


def test_choices_and_booleans_have_a_tick_each(record):
    kernel = dimension(record, "kernel")
    assert list(kernel.ticktext) == ["rbf", "poly"]
    assert list(kernel.values) == [0, 0, 1]
    assert list(dimension(record, "shrinking").ticktext) == ["False", "True"]


def test_an_inactive_parameter_lies_on_a_dash_below_the_scale(record):
    degree = axis(record, "degree")
    texts = dict(zip(degree.ticks, degree.texts, strict=True))
    assert texts[degree.positions[0]] == "–"
    assert degree.positions[0] < degree.scale_low == 2
    assert degree.positions[2] == 3


def test_a_default_off_the_space_has_its_own_tick(record):
    gamma = axis(record, "gamma")
    texts = dict(zip(gamma.ticks, gamma.texts, strict=True))
    assert texts[gamma.positions[1]] == "scale"
    assert gamma.low == gamma.positions[1] < gamma.scale_low == -4


def test_zero_on_a_log_axis_has_its_own_tick_and_a_near_number_stretches_the_scale():
    space = [{"name": "alpha", "type": "float", "low": 1e-4, "high": 1.0, "log": True}]
    shown = parallel_coordinates.prepare(
        space,
        [0, 1, 2],
        [{"alpha": 0.0}, {"alpha": 0.01}, {"alpha": 10.0}],
        [0.1, 0.2, 0.3],
        direction="maximize",
        metric="R²",
    )
    alpha = axis(shown, "alpha")
    texts = dict(zip(alpha.ticks, alpha.texts, strict=True))
    assert texts[alpha.positions[0]] == "0"
    assert alpha.high == 1.0


def test_absent_and_none_are_told_apart():
    space = [{"name": "depth", "type": "int", "low": 1, "high": 9}]
    shown = parallel_coordinates.prepare(
        space, [0, 1, 2], [{"depth": None}, {}, {"depth": 4}], [0.1, 0.2, 0.3], direction="maximize", metric="R²"
    )
    depth = axis(shown, "depth")
    texts = dict(zip(depth.ticks, depth.texts, strict=True))
    assert [texts[p] for p in depth.positions[:2]] == ["None", "–"]
    assert depth.positions[1] < depth.positions[0] < 1


def test_trials_without_a_finite_value_are_left_out(parameters, configurations):
    shown = parallel_coordinates.prepare(
        parameters, [0, 1, 2], configurations, [None, 0.9, math.nan], direction="maximize", metric="Accuracy"
    )
    assert shown.trials == (1,)


def test_texts_of_ticks_differ_so_that_plotly_finds_each_place(record):
    for shown in parallel_coordinates.draw(record).data[0].dimensions:
        assert len(set(shown.ticktext)) == len(shown.tickvals)
        assert list(shown.tickvals) == sorted(shown.tickvals)


def test_minimising_puts_the_low_values_on_top_and_in_strong_colour(parameters, configurations):
    shown = parallel_coordinates.prepare(
        parameters, [0, 1, 2], configurations, [3.0, 1.0, 2.0], direction="minimize", metric="MAE"
    )
    assert shown.trials == (0, 2, 1)
    figure = parallel_coordinates.draw(shown)
    assert list(figure.data[0].dimensions[-1].range) == [3.0, 1.0]
    assert figure.data[0].line.reversescale is True


def test_a_far_outlier_is_drawn_at_the_end_of_the_axis_but_keeps_its_value_in_the_table():
    space = [{"name": "a", "type": "float", "low": 0, "high": 1}]
    values = [0.9 + 0.001 * i for i in range(20)] + [-50.0]
    shown = parallel_coordinates.prepare(
        space, range(21), [{"a": i / 20} for i in range(21)], values, direction="maximize", metric="R²"
    )
    drawn = dimension(shown, "R²")
    assert min(drawn.values) == shown.value_range[0] > 0.8
    assert shown.table().rows[-1][:2] == (20, -50.0)


def test_the_title_names_where_the_best_fifth_lies():
    space = [{"name": "a", "type": "float", "low": 0, "high": 1}, {"name": "b", "type": "float", "low": 0, "high": 1}]
    trials = [{"a": i / 49, "b": (i * 17 % 50) / 49} for i in range(50)]
    values = [-abs(trial["a"] - 0.5) for trial in trials]
    shown = parallel_coordinates.prepare(space, range(50), trials, values, direction="maximize", metric="R²")
    assert shown.title.startswith("The best fifth of trials have a 0.4")


def test_the_title_names_the_choice_that_the_best_fifth_share():
    space = [{"name": "kernel", "type": "categorical", "choices": ["rbf", "poly"]}]
    trials = [{"kernel": "rbf" if i % 2 else "poly"} for i in range(40)]
    values = [float(i % 2) for i in range(40)]
    shown = parallel_coordinates.prepare(space, range(40), trials, values, direction="maximize", metric="R²")
    assert shown.title == "The best fifth of trials all have kernel rbf"


def test_few_or_no_trials_make_no_claim(record, parameters):
    assert record.title == "3 complete trials, one line each"
    empty = parallel_coordinates.prepare(parameters, [], [], [], direction="maximize", metric="Accuracy")
    assert empty.title == "No complete trial to draw yet"
    assert_valid(empty, parallel_coordinates.draw(empty))


def test_names_are_shown_literally():
    name = '<a href="javascript:alert(1)">C</a>'
    space = [{"name": name, "type": "categorical", "choices": ["<b>&", "x"]}]
    shown = parallel_coordinates.prepare(space, [0], [{name: "<b>&"}], [0.5], direction="maximize", metric="A < B")
    first, last = parallel_coordinates.draw(shown).data[0].dimensions
    assert "<" not in first.label
    assert last.label == "A &lt; B"
    assert first.ticktext[0] == "<b>&"  # ticks are plain text in Plotly, labels are not


def test_every_record_gives_a_valid_figure_and_says_how_its_axes_read(record):
    sent = assert_valid(record, parallel_coordinates.draw(record))
    assert [a["name"] for a in sent["notes"]["axes"]] == ["C", "gamma", "kernel", "degree", "shrinking", "Accuracy"]
    assert sent["trials"] == [7, 0, 4]
    assert sent["table"]["rows"][0] == [4, 0.9, 100.0, 0.01, "poly", 3, "False"]


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5, 0.5], [1e-12, 1e12, 0.0]])
def test_degenerate_values_still_draw(parameters, configurations, values):
    count = len(values)
    shown = parallel_coordinates.prepare(
        parameters, range(count), configurations[:count], values, direction="maximize", metric="Accuracy"
    )
    assert_valid(shown, parallel_coordinates.draw(shown))


def test_axes_carry_the_share_that_they_explain(parameters, configurations):
    shown = parallel_coordinates.prepare(
        parameters, [0, 1, 2], configurations, [0.7, 0.8, 0.9], direction="maximize", metric="A", shares={"gamma": 0.4}
    )
    assert [axis.get("share") for axis in shown.notes()["axes"]] == [None, 0.4, None, None, None, None]
    assert "order of importance" in shown.subtitle


def test_categories_have_no_range():
    space = [{"name": "kernel", "type": "categorical", "choices": ["a", "b", "c", "d"]}]
    configs = [{"kernel": "abcd"[i % 4]} for i in range(40)]

    def title(good):
        values = [1.0 if config["kernel"] in good else 0.0 for config in configs]
        shown = parallel_coordinates.prepare(space, range(40), configs, values, direction="maximize", metric="A")
        return shown.title

    assert title("ad") == "The best fifth of trials have kernel a or d"
    assert title("c") == "The best fifth of trials all have kernel c"
    assert title("abcd") == "40 complete trials, one line each"
