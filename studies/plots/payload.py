"""What the browser gets for one figure: the figure itself, its sentence, its key and its table."""

import json
from typing import Any, NamedTuple, Protocol

import plotly.graph_objects as go

from studies.plots.table import Table


class Key(NamedTuple):
    """One entry of a figure's key: css classes of the mark (theme.css .keyed) and its word."""

    mark: str
    word: str


class Record(Protocol):
    """What every plot's record can say about itself."""

    @property
    def title(self) -> str: ...
    @property
    def subtitle(self) -> str: ...
    @property
    def keys(self) -> tuple[Key, ...]: ...
    @property
    def lines(self) -> tuple[int, ...]: ...
    def table(self) -> Table: ...
    def notes(self) -> dict[str, Any]: ...


def payload(record: Record, figure: go.Figure) -> dict[str, Any]:
    """Plain JSON. `trials`: the number of each line or point; `notes`: what only this kind of figure needs."""
    table = record.table()
    drawn = json.loads(figure.to_json())
    drawn["layout"].pop("template", None)
    return {
        "figure": {"data": drawn["data"], "layout": drawn["layout"]},
        "title": record.title,
        "subtitle": record.subtitle,
        "keys": [{"mark": key.mark, "word": key.word} for key in record.keys],
        "table": {"header": list(table.header), "rows": [list(row) for row in table.rows]},
        "trials": list(record.lines),
        "notes": record.notes(),
    }
