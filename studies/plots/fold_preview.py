"""A preview of an evaluation plan: which rows each fold learns from and validates, as bars and as a table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.plots.numbers import count_of, format_percent

WIDTH = 180
GAP = 1.0
DAY = re.compile(r"^([0-9]{4}-[0-9]{2})-[0-9]{2}$")
MOST_NAMED = 4  # classes whose share has room in a cell


@dataclass(frozen=True)
class Segment:
    """One fold's rows in a bar, in pixels; part: "learnt", "validated" or "unused"."""

    x: float
    width: float
    part: str


@dataclass(frozen=True)
class FoldLine:
    name: str
    segments: tuple[Segment, ...]
    train: int
    valid: int
    groups: int
    classes: str
    span: str


@dataclass(frozen=True)
class FoldPreview:
    """`said`: what holds for all folds, in sentences. group, time, classes: what the table has columns for."""

    lines: tuple[FoldLine, ...]
    said: tuple[str, ...]
    group: str
    time: str
    classes: bool
    width: int = WIDTH


def fold_preview(facts: Mapping[str, Any], repeats: int = 1) -> FoldPreview | None:
    """From the facts that are kept with a plan; None where there are none."""
    if not facts:
        return None
    blocks, names = facts["folds"], facts["classes"]
    is_time = facts["kind"] == "time"
    sizes = [block["valid"] for block in blocks]
    lines = tuple(
        FoldLine(
            name=f"Fold {index + (not is_time)}",
            segments=_segments(sizes, index, is_time),
            train=block["train"],
            valid=block["valid"],
            groups=block["groups"],
            classes=_shares(block["classes"], names),
            span=span_of(block),
        )
        for index, block in enumerate(blocks)
        if index or not is_time
    )
    return FoldPreview(
        lines, tuple(_said(facts, repeats)), facts["group"], facts["time"] if is_time else "", bool(names)
    )


def fold_spans(facts: Mapping[str, Any], brief: bool = False) -> list[str]:
    """The span of time that each fold of a time plan validates, in brief its first month; empty for other plans."""
    if not facts or facts["kind"] != "time":
        return []
    blocks = facts["folds"][1:]
    return [DAY.sub(r"\1", block["first"]) if brief else span_of(block) for block in blocks]


def span_of(block: Mapping[str, Any]) -> str:
    """2024-03-31 to 2024-06-26; one moment by itself."""
    first, last = block["first"], block["last"]
    return first if first == last else f"{first} to {last}"


def _segments(sizes: Sequence[int], validated: int, is_time: bool) -> tuple[Segment, ...]:
    scale, x, found = WIDTH / max(1, sum(sizes)), 0.0, []
    for index, size in enumerate(sizes):
        part = "validated" if index == validated else "unused" if is_time and index > validated else "learnt"
        found.append(Segment(round(x, 1), round(max(0.5, size * scale - GAP), 1), part))
        x += size * scale
    return tuple(found)


def _shares(counts: Sequence[int], names: Sequence[str]) -> str:
    """no 62 %, yes 38 %; of many classes how many there are, and the rarest."""
    total = sum(counts)
    if not names or not total:
        return ""
    if len(names) <= MOST_NAMED:
        return ", ".join(f"{name} {format_percent(count / total)}" for name, count in zip(names, counts, strict=False))
    present = [(count, name) for count, name in zip(counts, names, strict=False) if count]
    least, rarest = min(present)
    return f"{len(present)} of {len(names)}; least: {rarest}, {count_of(least, 'row')}"


def _said(facts: Mapping[str, Any], repeats: int) -> list[str]:
    kind, blocks = facts["kind"], facts["folds"]
    said = []
    if kind == "time":
        first, rows = blocks[0], count_of(blocks[0]["valid"], "row")
        said.append(
            f"From old to new by {facts['time']}. The first block, {span_of(first)}, {rows}, "
            "only trains; each later one is validated by what was learnt from all before it."
        )
    elif kind == "group":
        groups = count_of(sum(block["groups"] for block in blocks), "group")
        said.append(f"{groups} of {facts['group']}; each is whole in one fold.")
    else:
        drawn = "with the table’s shares of the classes" if kind == "stratified" else "at random"
        said.append(f"Drawn {drawn}, once for this version, so that studies can be compared.")
        if facts["group"]:
            said.append(f"Groups of {facts['group']} are parted: scores may be better than on groups that are new.")
        if facts["time"]:
            said.append(f"Later rows by {facts['time']} teach about earlier ones, which new data cannot.")
    if facts["copies"]:
        said.append(f"{count_of(facts['copies'], 'row')} with equal features are kept together.")
    if repeats > 1:
        said.append(f"This is the first of {repeats} repeats; the others are drawn anew.")
    return said
