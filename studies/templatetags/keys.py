"""The keys that work, in one place: the dialog of `?` and the help page both list these."""

from dataclasses import dataclass

from django import template

register = template.Library()


@dataclass(frozen=True)
class Key:
    """Keys pressed together or one after the other, what they do, and where else than everywhere they do it."""

    presses: tuple[str, ...]
    does: str
    where: str = ""


KEYS = (
    Key(("/",), "Search", "the page’s own list where it has one, else studies"),
    Key(("?",), "This list"),
    Key(("g", "s"), "Go to studies"),
    Key(("g", "c"), "Go to compare"),
    Key(("g", "d"), "Go to datasets"),
    Key(("g", "r"), "Go to reviews"),
    Key(("g", "w"), "Go to workers"),
    Key(("g", "t"), "Go to the team"),
    Key(("g", "h"), "Go to the help"),
    Key(("Ctrl", "Enter"), "Submit the form", "also while you type; Cmd on a Mac"),
    Key(("Esc",), "Close a menu or dialog"),
)


@register.simple_tag
def keys() -> tuple[Key, ...]:
    return KEYS
