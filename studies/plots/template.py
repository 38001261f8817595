"""The look of every figure, read from the files that the browser uses, for a person with a figure in a notebook.

Figures carry no template and name their colours as tokens, `var(--ink)`: on a page chart.js fills in light or dark.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import plotly.graph_objects as go

Theme = Literal["light", "dark"]
STATIC = Path(__file__).resolve().parents[2] / "static"
TOKEN = re.compile(r"var\((--[\w-]+)\)")


@cache
def template(theme: Theme) -> go.layout.Template:
    """The Plotly template of that theme."""
    themes = json.loads((STATIC / "plotly-template.json").read_text(encoding="utf-8"))
    return go.layout.Template(themes[theme])


@cache
def tokens(theme: Theme) -> dict[str, str]:
    """The colours of tokens.css by name: {"--ink": "#1c1d1f", ...}."""
    css = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    pairs = re.findall(r"(--[\w-]+):\s*light-dark\((#\w+),\s*(#\w+)\)", css)
    return {name: (light if theme == "light" else dark) for name, light, dark in pairs}


def _resolve(node: Any, colours: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _resolve(value, colours) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolve(value, colours) for value in node]
    match = TOKEN.fullmatch(node) if isinstance(node, str) else None
    return colours[match[1]] if match else node


def themed(figure: go.Figure, theme: Theme = "light") -> go.Figure:
    """A copy of the figure with template and colours, as a page shows it."""
    plain = json.loads(figure.to_json())
    plain["layout"].pop("template", None)
    copy = go.Figure(_resolve(plain, tokens(theme)))
    copy.update_layout(template=template(theme))
    return copy
