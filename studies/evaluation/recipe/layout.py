"""Values and calls as Python source, laid out as formatters do: on one line where it fits, else one part to a line."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 120  # as our own code, parts of which a recipe holds
INDENT = 4


@dataclass(frozen=True)
class Group:
    """A call or a display: what opens it, its parts, what closes it. A call may keep its parts together on a line."""

    opening: str
    parts: Sequence["Part"]
    closing: str
    is_call: bool = False

    @property
    def flat(self) -> str:
        lone = "," if self.opening == "(" and len(self.parts) == 1 else ""  # a tuple of one
        return self.opening + ", ".join(part.flat for part in self.parts) + lone + self.closing


@dataclass(frozen=True)
class Part:
    """One part of a group, with what stands before it, such as "name=" or "key: "."""

    body: "Group | str"
    before: str = ""

    @property
    def flat(self) -> str:
        return self.before + (self.body if isinstance(self.body, str) else self.body.flat)


def lay_out(body: Group | str, before: str = "", indent: int = 0, after: str = "") -> str:
    """Source of `before` and the body, whose first line stands at `indent` already."""
    if isinstance(body, str):
        return before + body
    if indent + len(before) + len(body.flat) + len(after) <= WIDTH or not body.parts:
        return before + body.flat
    inner = indent + INDENT
    together = ", ".join(part.flat for part in body.parts)
    if body.is_call and inner + len(together) <= WIDTH:
        lines = [together]
    else:
        comma = "" if body.is_call and len(body.parts) == 1 else ","
        lines = [lay_out(part.body, part.before, inner, comma) + comma for part in body.parts]
    pad = " " * inner
    return f"{before}{body.opening}\n" + "".join(f"{pad}{line}\n" for line in lines) + " " * indent + body.closing


def assign(name: str, body: Group | str) -> str:
    return lay_out(body, f"{name} = ")


def quoted(text: str) -> str:
    """A string literal with double quotes where that escapes no more. Whatever people wrote stays inside of it: quotes,
    line ends and characters that cannot be seen are escaped."""
    plain = repr(text)
    if plain.startswith("'") and '"' not in text:
        return '"' + plain[1:-1].replace("\\'", "'") + '"'
    return plain


def long_text(text: str) -> Group | str:
    """A literal cut into lines, in brackets."""
    room = WIDTH - INDENT - 2
    if len(text) <= room - 10:
        return quoted(text)
    lines = [quoted(text[start : start + room]) for start in range(0, len(text), room)]
    return "(\n" + "".join(f"{' ' * INDENT}{line}\n" for line in lines) + ")"
