"""What holds for every figure."""

import json
from typing import Any

import plotly.graph_objects as go

from studies.plots.payload import Record, payload
from studies.plots.template import TOKEN, tokens


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for child in children for text in strings(child)]


def assert_valid(record: Record, figure: go.Figure) -> dict[str, Any]:
    """Plotly accepts it, it is strict JSON without NaN, carries no template, and names only colours that exist."""
    sent = payload(record, figure)
    text = json.dumps(sent, allow_nan=False)
    back = json.loads(text, parse_constant=refuse)
    go.Figure(back["figure"])
    assert "template" not in back["figure"]["layout"]
    for theme in ("light", "dark"):
        used = {match[1] for word in strings(back["figure"]) if (match := TOKEN.fullmatch(word))}
        assert used <= set(tokens(theme))
    assert all(len(row) == len(back["table"]["header"]) for row in back["table"]["rows"])
    assert back["title"]
    return back
