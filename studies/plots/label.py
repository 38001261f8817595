"""Names that people gave, safe inside a figure."""

from html import escape


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis if some are missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def label(text: object, limit: int = 60) -> str:
    """Text that Plotly shows literally: it would read <b>, <a href> and entities in a label, so they are escaped."""
    return escape(shortened(str(text), limit), quote=False)
