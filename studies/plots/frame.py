"""What line charts share: no template, titles at the ends of the axes, labels at the ends of the lines."""

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.label import label, shortened
from studies.plots.numbers import UNREADABLE
from studies.plots.parameter_axis import ParameterAxis
from studies.plots.ticks import spread

Floats = NDArray[np.float64]
LABEL_APART = 0.095  # of the plot's height: two lines of text
PLOT_HEIGHT = 330
STRIP = 0.5  # width of a category's strip, of the distance to the next


class EndLabel(NamedTuple):
    """A word at the right end of a line, at height y, in a token's colour."""

    y: float
    text: str
    colour: str


def floats(values: object) -> Floats:
    """Numbers with None as NaN, as float64."""
    return np.asarray(values, dtype=object).astype(np.float64)


def plain(values: Floats) -> list[float | None]:
    """For JSON: NaN and infinities become None."""
    return [float(v) if np.isfinite(v) else None for v in values]


def time_axis(seconds: Floats) -> tuple[Floats, str]:
    """Seconds in the unit that keeps the numbers small, and the unit's name."""
    longest = float(np.nanmax(seconds)) if np.isfinite(seconds).any() else 0.0
    if longest < 120:
        return seconds, "seconds"
    return (seconds / 60, "minutes") if longest < 7200 else (seconds / 3600, "hours")


def tick_format(span: tuple[float, float]) -> str:
    """The same number of decimals at every tick, as many as ticks about a sixth of the span apart need."""
    step = max(span[1] / 6 - span[0] / 6, 1e-9)
    if not step < UNREADABLE:
        return ".3~g"
    return f",.{max(0, -math.floor(math.log10(step)))}f"


def frame(y_title: str, x_title: str, y_range: tuple[float, float], x_range: tuple[float, float]) -> go.Figure:
    """An empty chart: y title above its axis, x title under the right end, no template."""
    figure = go.Figure(layout={"template": go.layout.Template()})
    figure.update_layout(
        height=PLOT_HEIGHT,
        margin={"l": 44, "r": 128, "t": 26, "b": 40},
        separators=".,",
        showlegend=False,
        dragmode=False,
        xaxis={"range": list(x_range), "fixedrange": True, "hoverformat": ""},
        yaxis={"range": list(y_range), "fixedrange": True, "tickformat": tick_format(y_range)},
    )
    corner = {"xref": "paper", "yref": "paper", "showarrow": False}
    figure.add_annotation(
        text=label(y_title), x=0, y=1, xshift=-44, yshift=8, xanchor="left", yanchor="bottom", **corner
    )
    figure.add_annotation(text=x_title, x=1, y=0, yshift=-22, xanchor="right", yanchor="top", **corner)
    return figure


def add_end_labels(
    figure: go.Figure, labels: list[EndLabel], y_range: tuple[float, float], apart: float = LABEL_APART
) -> None:
    """Words beside the right edge, moved apart where lines end close together. Narrow screens drop them (chart.js)."""
    height = y_range[1] - y_range[0] or 1.0
    places = spread([(item.y - y_range[0]) / height for item in labels], apart, 1.02)
    for item, place in zip(labels, places, strict=True):
        figure.add_annotation(
            name="end-label", text=item.text, x=1, y=place, xref="paper", yref="paper",
            xanchor="left", yanchor="middle", xshift=8, showarrow=False, align="left", font={"color": item.colour},
        )  # fmt: skip


def frame_along(axis: ParameterAxis, y_title: str, y_range: tuple[float, float]) -> go.Figure:
    """A figure over the values of one parameter."""
    room = STRIP if axis.kind == "choice" else 0.03 * ((axis.high - axis.low) or 1.0)
    scale = f"{axis.name}, log scale" if axis.log else axis.name
    figure = frame(y_title, label(scale), y_range, (axis.low - room, axis.high + room))
    ticks = [(tick, shortened(text, 14)) for tick, text in zip(axis.ticks, axis.texts, strict=True) if text]
    figure.update_layout(
        margin={"l": 44, "r": 14, "t": 26, "b": 40},
        xaxis={"tickvals": [tick for tick, _ in ticks], "ticktext": [label(text) for _, text in ticks]},
    )
    return figure
