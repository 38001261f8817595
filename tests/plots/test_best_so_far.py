"""Several studies' best so far."""

import itertools

from studies.plots import best_so_far
from tests.plots.valid_figure import assert_valid


def test_a_line_has_a_point_where_the_best_moved_and_one_at_its_end():
    run = best_so_far.trace("A", [0, 1, 2, 3, 4], [0.5, None, 0.7, 0.6, None], [1.0, 2.0, 3.0, 4.0, 5.0], "maximize")
    assert run.trials.tolist() == [0, 2, 4]
    assert run.values.tolist() == [0.5, 0.7, 0.7]
    assert run.seconds.tolist() == [1.0, 6.0, 15.0]


def test_minimising_keeps_the_lowest():
    run = best_so_far.trace("A", [0, 1, 2], [3.0, 1.0, 2.0], [1.0] * 3, "minimize")
    assert run.values.tolist() == [3.0, 1.0, 1.0]


def test_a_study_without_a_score_has_no_line():
    run = best_so_far.trace("A", [0, 1], [None, None], [1.0, 1.0], "maximize")
    assert run.last is None
    record = best_so_far.prepare([run], direction="maximize", metric="Accuracy")
    assert record.title == "No study has a score yet"
    assert_valid(record, best_so_far.draw(record))


def test_the_title_names_the_leader_unless_two_are_equal():
    runs = [
        best_so_far.trace("A", [0, 1], [0.5, 0.8], [1, 1], "maximize"),
        best_so_far.trace("B", [0, 1], [0.6, 0.7], [1, 1], "maximize"),
    ]
    assert best_so_far.prepare(runs, direction="maximize", metric="Accuracy").title == "A has the best CV so far, 0.800"
    assert (
        best_so_far.prepare(runs[:1] * 2, direction="maximize", metric="Accuracy").title
        == "Best CV of each study by trials"
    )


def test_by_time_the_lines_run_over_worker_time():
    runs = [best_so_far.trace("A", [0, 1], [0.5, 0.8], [600, 600], "maximize")]
    record = best_so_far.prepare(runs, direction="maximize", metric="Accuracy", axis="seconds")
    figure = best_so_far.draw(record)
    assert list(figure.data[0].x) == [10, 20]
    assert any("Worker time, minutes" in note.text for note in figure.layout.annotations)


def test_names_are_escaped_in_the_figure_and_plain_in_key_and_table():
    name = "<b>S</b> & T"
    record = best_so_far.prepare(
        [best_so_far.trace(name, [0], [0.5], [1.0], "maximize")], direction="maximize", metric="Accuracy"
    )
    figure = best_so_far.draw(record)
    sent = assert_valid(record, figure)
    assert figure.data[0].name == "&lt;b&gt;S&lt;/b&gt; &amp; T"
    assert "&lt;b&gt;S" in figure.data[0].hovertext[0]
    assert sent["keys"][0]["word"] == name
    assert sent["table"]["rows"][0][0] == name


def test_labels_at_the_ends_leave_out_what_all_names_begin_with():
    names = ["Churn, SVM, random", "Churn, SVM, bayesian", "Churn, SVM, grid"]
    runs = [best_so_far.trace(name, [0], [0.1 * i], [1], "maximize") for i, name in enumerate(names)]
    figure = best_so_far.draw(best_so_far.prepare(runs, direction="maximize", metric="Accuracy"))
    ends = {note.text for note in figure.layout.annotations if note.name == "end-label"}
    assert ends == {"<b>random</b>", "<b>bayesian</b>", "<b>grid</b>"}


def test_twelve_studies_have_twelve_looks():
    runs = [best_so_far.trace(f"S{i}", [0], [0.1], [1], "maximize") for i in range(12)]
    record = best_so_far.prepare(runs, direction="maximize", metric="Accuracy")
    looks = {(trace.line.color, trace.line.dash) for trace in best_so_far.draw(record).data}
    assert len(looks) == len({key.mark for key in record.keys}) == 12


def test_labels_at_the_ends_do_not_overlap():
    runs = [best_so_far.trace(f"S{i}", [0, 1], [0.1, 0.9 + i * 1e-4], [1, 1], "maximize") for i in range(4)]
    figure = best_so_far.draw(best_so_far.prepare(runs, direction="maximize", metric="Accuracy"))
    heights = sorted(note.y for note in figure.layout.annotations if note.name == "end-label")
    assert len(heights) == 4
    assert min(b - a for a, b in itertools.pairwise(heights)) > 0.05


def test_by_time_the_title_says_who_led_when_the_shortest_had_spent_its_time():
    runs = [
        best_so_far.trace("Slow", [0, 1], [0.5, 0.9], [10, 10], "maximize"),
        best_so_far.trace("Quick", [0, 1], [0.6, 0.7], [5, 5], "maximize"),
    ]
    record = best_so_far.prepare(runs, direction="maximize", metric="Accuracy", axis="seconds")
    assert record.title == "After 10 s of worker time each, Quick leads with 0.700"
    twice = best_so_far.prepare(runs[:1] * 2, direction="maximize", metric="Accuracy", axis="seconds")
    assert twice.title == "After 20 s of worker time each, 2 are level at 0.900"


def test_lines_with_long_alike_names_are_told_apart_by_their_ends():
    names = ["houses, Gradient boosting, bayesian", "houses, Gradient boosting, bayesian (copy)", "houses, Ridge, grid"]
    runs = [best_so_far.trace(name, [0], [0.5 + i / 10], [1], "maximize") for i, name in enumerate(names)]
    figure = best_so_far.draw(best_so_far.prepare(runs, direction="maximize", metric="Accuracy"))
    ends = [note.text for note in figure.layout.annotations if note.name == "end-label"]
    assert ends == ["<b>…oosting, bayesian</b>", "<b>…, bayesian (copy)</b>", "<b>Ridge, grid</b>"]
