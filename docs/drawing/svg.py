"""A picture, and its two forms: a figure inside a help page, and a file that stands alone.

Colours are classes of static/css/pictures.css. A page brings that file; a stand-alone picture carries it along, with
the colours of tokens.css for light and dark.
"""

import re
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CSS = ROOT / "static" / "css"
BROAD = 1.1  # width over height from which a picture wants a wider column
LINE, LETTER = 14, 5.4  # height of a line of the caption, and the usual width of a letter


@dataclass(frozen=True)
class Picture:
    """SVG elements in a box of (left, top, width, height); `said` tells it to who cannot see it."""

    name: str
    said: str
    caption: str
    box: tuple[float, float, float, float]
    parts: list[str]

    def figure(self) -> str:
        """For a page: as wide as its column, its caption in HTML."""
        box = " ".join(f"{side:g}" for side in self.box)
        shape = "pic pic--broad" if self.box[2] > BROAD * self.box[3] else "pic"
        return (
            f'<figure class="{shape}">\n<svg class="drawn" viewBox="{box}" role="img" aria-label="{escape(self.said)}">'
            f"{''.join(self.parts)}</svg>\n<figcaption>{escape(self.caption)}</figcaption>\n</figure>\n"
        )

    def file(self, scale: float = 1.6) -> str:
        """A whole SVG file, its caption below the picture."""
        left, top, width, height = self.box
        lines = textwrap.wrap(self.caption, int((width - 12) / LETTER))
        total = height + LINE * len(lines) + 8
        words = [text(left + 6, top + height + LINE * (i + 0.8), line) for i, line in enumerate(lines)]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="drawn" width="{width * scale:.0f}" '
            f'height="{total * scale:.0f}" viewBox="{left:g} {top:g} {width:g} {total:g}" role="img" '
            f'aria-label="{escape(self.said)}">\n<style>{style()}</style>\n'
            f'<rect class="paper" x="{left:g}" y="{top:g}" width="{width:g}" height="{total:g}"/>'
            f"{''.join(self.parts)}{''.join(words)}\n</svg>\n"
        )


def style() -> str:
    """The rules of pictures.css, and the tokens that they name in both themes."""
    rules = re.sub(r"/\*.*?\*/\s*", "", (CSS / "pictures.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    tokens = dict(re.findall(r"(--[\w-]+): ([^;]+);", (CSS / "tokens.css").read_text(encoding="utf-8")))
    light, dark = [], []
    for name in sorted(set(re.findall(r"var\((--[\w-]+)\)", rules))):
        pair = re.fullmatch(r"light-dark\((\S+), (\S+)\)", tokens[name])
        light.append(f"{name}: {pair[1] if pair else tokens[name]}")
        dark += [f"{name}: {pair[2]}"] if pair else []
    return (
        f"\n.drawn {{ {'; '.join(light)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ .drawn {{ {'; '.join(dark)} }} }}\n{rules}"
    )


def text(x: float, y: float, words: str, css: str = "", anchor: str = "") -> str:
    more = (f' class="{css}"' if css else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:g}" y="{y:g}"{more}>{escape(words)}</text>'


def circle(at: tuple[float, float], css: str, radius: float = 4) -> str:
    return f'<circle class="{css}" cx="{at[0]:g}" cy="{at[1]:g}" r="{radius:g}"/>'


def path(points: list[tuple[float, float]], css: str, close: bool = False) -> str:
    """A line through points, as short as one decimal allows."""
    steps = " ".join(f"{x:.1f} {y:.1f}".replace(".0", "") for x, y in points)
    return f'<path class="{css}" d="M{steps}{"z" if close else ""}"/>'
