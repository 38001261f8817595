"""Draws the pictures of the methods, for the help pages and for docs/methods, from studies.search itself.

    .venv/bin/python docs/draw_methods.py

Run it again when a method changes. It writes templates/help/methods/_<topic>.html and docs/methods/pictures/<name>.svg;
docs/drawing says what is drawn.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.drawing import curve, surface, tree  # noqa: E402
from docs.drawing.svg import Picture  # noqa: E402

HELP = ROOT / "templates" / "help" / "methods"
DOCS = ROOT / "docs" / "methods" / "pictures"

TOPICS: dict[str, tuple[Callable[[], Picture], ...]] = {
    "space": (tree.space,),
    "manual": (partial(surface.trials, "manual"),),
    "grid": (partial(surface.trials, "grid"), surface.grid_order),
    "random": (partial(surface.trials, "random"), surface.random_spread),
    "bayesian": (partial(surface.trials, "bayesian"), curve.model),
    "evolutionary": (partial(surface.trials, "evolutionary"), surface.lineage),
    "recommend": (curve.recommended,),
}


def draw(topic: str) -> list[Picture]:
    return [make() for make in TOPICS[topic]]


def partial_of(pictures: list[Picture]) -> str:
    return f'<div class="drawings">\n{"".join(picture.figure() for picture in pictures)}</div>\n'


def write(topic: str, pictures: list[Picture]) -> None:
    (HELP / f"_{topic}.html").write_text(partial_of(pictures), encoding="utf-8")
    for picture in pictures:
        (DOCS / f"{picture.name}.svg").write_text(picture.file(), encoding="utf-8")


if __name__ == "__main__":
    for topic in TOPICS:
        write(topic, draw(topic))
