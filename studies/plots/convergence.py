"""Convergence: every trial as a point, the best so far and what it lets expect as lines, baseline and defaults."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.convergence_record import Convergence, prepare
from studies.plots.frame import LABEL_APART, EndLabel, Floats, add_end_labels, frame, plain, time_axis
from studies.plots.label import label
from studies.plots.marks import LEADER, LOOKS
from studies.plots.numbers import count_of, format_duration, format_score, format_uncertain

__all__ = ["Convergence", "draw", "prepare"]

FEW = 8  # so many trials have a tick each
TWO_OF_TWO_LINES = 0.12  # of the plot's height, between labels
EDGE: dict[str, Any] = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
STEPS = {"width": 0, "shape": "hv"}


def draw(record: Convergence) -> go.Figure:
    """The figure of that record."""
    x, x_title = _x(record)
    right = float(np.nanmax(x)) if np.isfinite(x).any() else 1.0
    pad = max(right, 1.0) * 0.015
    least = 1.0 if record.axis == "trial" else pad
    figure = frame(record.metric, x_title, record.y_range, (-pad, max(right, least) + pad))
    if record.axis == "trial" and right <= FEW:
        figure.update_layout(xaxis={"dtick": 1})  # there is no half a trial
    figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})
    if record.leader is None:
        figure.update_layout(yaxis={"showticklabels": False})
    if record.expected:
        _add_expected(figure, record)
    _add_best(figure, record, x)
    _add_points(figure, record, x)
    _add_leader(figure, record, x)
    _add_lines(figure, record)
    _add_hidden_count(figure, record)
    return figure


def _x(record: Convergence) -> tuple[Floats, str]:
    if record.axis == "trial":
        return record.numbers.astype(np.float64), "Trial"
    scaled, unit = time_axis(record.seconds)
    return scaled, f"Wall time, {unit}"


def _add_best(figure: go.Figure, record: Convergence, x: Floats) -> None:
    held = record.holders >= 0
    holders, places = record.holders[held], x[record.order][held]
    best, noise = record.values[holders], np.nan_to_num(record.stderrs[holders])
    if not record.expected:  # two bands would hide each other
        figure.add_scatter(x=plain(places), y=plain(best - noise), name="noise-low", **EDGE, line=STEPS)
        fill = {"fill": "tonexty", "fillcolor": "var(--noise)"}
        figure.add_scatter(x=plain(places), y=plain(best + noise), name="noise", **fill, **EDGE, line=STEPS)
    figure.add_scatter(
        x=plain(places), y=plain(best), name="best", mode="lines", hoverinfo="skip",
        line={"shape": "hv", "width": 1.5, "color": "var(--ink)"},
    )  # fmt: skip


def _add_expected(figure: go.Figure, record: Convergence) -> None:
    """The line of the score to expect, its band, and where it last really rose."""
    curve, x = record.expected, plain(_in_unit(record, record.expected_x))
    fill = {"fill": "tonexty", "fillcolor": "var(--band-4)"}
    figure.add_scatter(x=x, y=plain(curve.low), name="expected-low", **EDGE, line={"width": 0})
    figure.add_scatter(x=x, y=plain(curve.high), name="expected-band", **fill, **EDGE, line={"width": 0})
    texts = [
        f"<b>Expected after trial {number}</b><br>{record.reads(value)}, {record.reads(low)} to {record.reads(high)}"
        for number, value, low, high in zip(curve.numbers, curve.values, curve.low, curve.high, strict=True)
    ]
    figure.add_scatter(
        x=x, y=plain(curve.values), name="expected", mode="lines", hovertext=texts, hoverinfo="text",
        line={"width": 2.25, "color": "var(--accent)"},
    )  # fmt: skip
    _add_last_help(figure, record)


def _add_last_help(figure: go.Figure, record: Convergence) -> None:
    for x in _in_unit(record, record.last_help_x).tolist():
        is_late = x > figure.layout.xaxis.range[1] / 2
        words = {
            "text": f"last real gain, trial {record.expected.last_help}", "yref": "paper", "y": 0.06,
            "yanchor": "bottom", "xanchor": "right" if is_late else "left", "xshift": -4 if is_late else 4,
            "showarrow": False, "font": {"color": "var(--ink-2)"},
        }  # fmt: skip
        line = {"color": "var(--ink-2)", "width": 1, "dash": "dash"}
        figure.add_vline(x=x, line=line, layer="below", name="last-help", annotation=words)


def _in_unit(record: Convergence, seconds: Floats) -> Floats:
    """Places of the axis: trial numbers as they are, seconds in the unit that all of them have."""
    if record.axis == "trial":
        return seconds
    longest = float(np.nanmax(record.seconds))
    scaled, _ = time_axis(np.append(seconds, longest))
    return scaled[:-1]


def _add_leader(figure: go.Figure, record: Convergence, x: Floats) -> None:
    if record.leader is None:
        return
    leader = np.array([record.leader])
    figure.add_scatter(
        x=plain(x[leader]), y=plain(record.values[leader]), name="leader", mode="markers",
        marker=LEADER, **_hover(record, leader),
    )  # fmt: skip


def _hover(record: Convergence, chosen: NDArray[np.int64]) -> dict[str, Any]:
    texts = []
    for i in chosen:
        state = "" if record.states[i] == "complete" else f", {label(record.states[i])}"
        score = "" if np.isnan(record.values[i]) else "<br>" + format_uncertain(record.values[i], record.stderrs[i])
        ended = "" if np.isnan(record.seconds[i]) else f"<br>after {format_duration(record.seconds[i])}"
        texts.append(f"<b>Trial {record.numbers[i]}</b>{state}{score}{ended}")
    return {"hovertext": texts, "hoverinfo": "text", "customdata": [int(n) for n in record.numbers[chosen]]}


def _add_points(figure: go.Figure, record: Convergence, x: Floats) -> None:
    known = np.isfinite(record.values)
    for state, marker in LOOKS.items():
        is_state = np.array([s == state for s in record.states], dtype=bool)
        floor = state == "failed"
        chosen = np.flatnonzero(is_state & np.isfinite(x) & (floor | known))
        if not len(chosen) or (state == "complete" and len(chosen) == 1):
            continue
        y = [0.025] * len(chosen) if floor else plain(record.values[chosen])
        figure.add_scatter(
            x=plain(x[chosen]), y=y, yaxis="y2" if floor else "y", name=state, mode="markers", marker=marker,
            **_hover(record, chosen),
        )  # fmt: skip


def _add_lines(figure: go.Figure, record: Convergence) -> None:
    labels = []
    if record.leader is not None:
        best = float(record.values[record.leader])
        labels.append(
            EndLabel(
                best, f"<b>Best CV {record.reads(best)}</b><br>trial {record.numbers[record.leader]}", "var(--ink)"
            )
        )
    if record.expected:
        value = float(record.expected.values[-1])
        labels.append(EndLabel(value, f"<b>Expected {record.reads(value)}</b><br>on new data", "var(--accent)"))
    for name, value in record.references:
        figure.add_hline(y=value, line={"color": "var(--ink-3)", "width": 1, "dash": "dot"}, layer="below", name=name)
        if not (name == "defaults" and record.numbers[record.leader] == 0):
            labels.append(EndLabel(value, f"{name} {record.reads(value)}", "var(--ink-2)"))
    add_end_labels(figure, labels, record.y_range, TWO_OF_TWO_LINES if record.expected else LABEL_APART)


def _add_hidden_count(figure: go.Figure, record: Convergence) -> None:
    low, high = record.y_range
    known = record.values[np.isfinite(record.values)]
    beyond, side = ((known > high).sum(), "above") if record.direction == "minimize" else ((known < low).sum(), "below")
    if not beyond or record.leader is None:
        return
    edge = format_score(high if side == "above" else low, (high - low) / 10)
    verb = "lies" if beyond == 1 else "lie"
    figure.add_annotation(
        name="hidden", text=f"{count_of(int(beyond), 'trial')} {verb} {side} {edge}", x=0, y=0, xref="paper",
        yref="paper", xanchor="left", yanchor="top", xshift=-36, yshift=-22, showarrow=False,
        font={"color": "var(--ink-3)"},
    )  # fmt: skip
