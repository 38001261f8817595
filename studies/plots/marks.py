"""How a trial looks as a point, by its state: shape and colour together."""

from typing import Any

LOOKS: dict[str, dict[str, Any]] = {
    "pruned": {"symbol": "line-ew-open", "size": 6, "line": {"width": 1.3}, "color": "var(--pruned)", "opacity": 0.55},
    "complete": {"size": 6, "color": "var(--paper)", "line": {"width": 1.1, "color": "var(--ink-3)"}},
    "failed": {"symbol": "x-thin-open", "size": 7, "line": {"width": 1.6}, "color": "var(--failed)"},
}
LEADER: dict[str, Any] = {"size": 9, "color": "var(--ink)", "line": {"width": 0}}
