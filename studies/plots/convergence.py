"""Convergence: every trial as a point, the best so far as a line with its fold noise, baseline and defaults."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.convergence_record import Convergence, prepare
from studies.plots.frame import EndLabel, Floats, add_end_labels, frame, plain, time_axis
from studies.plots.label import label
from studies.plots.marks import LEADER, LOOKS
from studies.plots.numbers import count_of, format_duration, format_score, format_uncertain

__all__ = ["Convergence", "draw", "prepare"]

FEW = 8  # so many trials have a tick each


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
    edge = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=plain(places), y=plain(best - noise), name="noise-low", **edge)
    fill = {"fill": "tonexty", "fillcolor": "var(--noise)"}
    figure.add_scatter(x=plain(places), y=plain(best + noise), name="noise", **fill, **edge)
    figure.add_scatter(
        x=plain(places), y=plain(best), name="best", mode="lines", hoverinfo="skip",
        line={"shape": "hv", "width": 1.5, "color": "var(--ink)"},
    )  # fmt: skip


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
    for name, value in record.references:
        figure.add_hline(y=value, line={"color": "var(--ink-3)", "width": 1, "dash": "dot"}, layer="below", name=name)
        if not (name == "defaults" and record.numbers[record.leader] == 0):
            labels.append(EndLabel(value, f"{name} {record.reads(value)}", "var(--ink-2)"))
    add_end_labels(figure, labels, record.y_range)


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
