"""Names that people gave, safe inside a figure."""

from html import escape


def label(text: object, limit: int = 60) -> str:
    """Text that Plotly shows literally: it would read <b>, <a href> and entities in a label, so they are escaped."""
    shown = str(text)
    if len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return escape(shown, quote=False)
