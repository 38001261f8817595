"""What each version of a dataset changed, in a sentence."""

from collections.abc import Sequence
from itertools import pairwise

from studies.models import DatasetVersion
from studies.plots.numbers import count_of

NAMED = 3
UNREAD = {DatasetVersion.State.READING: "Being read", DatasetVersion.State.REFUSED: "Refused"}


def version_changes(versions: Sequence[DatasetVersion]) -> list[tuple[DatasetVersion, str]]:
    """Newest first; `versions` come oldest first, with their columns."""
    ready = [version for version in versions if version.is_ready]
    said = {version.pk: change(before, version) for before, version in pairwise(ready)}
    said |= {version.pk: UNREAD[version.state] for version in versions if not version.is_ready}
    return [(version, said.get(version.pk, "First upload")) for version in reversed(versions)]


def change(before: DatasetVersion, version: DatasetVersion) -> str:
    old = {column.name: column for column in before.columns.all()}
    new = {column.name: column for column in version.columns.all()}
    parts = []
    if version.content_hash == before.content_hash:
        parts.append("Same rows")
    elif version.rows != before.rows:
        more = version.rows - before.rows
        parts.append(f"{count_of(abs(more), 'row')} {'more' if more > 0 else 'fewer'}")
    else:
        parts.append("Other values in as many rows")
    parts += named("new", [name for name in new if name not in old])
    parts += named("gone", [name for name in old if name not in new])
    both = [name for name in new if name in old]
    parts += [f"{name} is {new[name].kind} now" for name in both if new[name].kind != old[name].kind][:NAMED]
    parts += [f"{name} is {new[name].role} now" for name in both if new[name].role != old[name].role][:NAMED]
    return ", ".join(parts)


def named(word: str, names: list[str]) -> list[str]:
    if not names:
        return []
    if len(names) > NAMED:
        return [f"{count_of(len(names), 'column')} {word}"]
    return [f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {word}"]
