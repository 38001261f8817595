"""A dataset's held-out set changed, settled at a launch, and fixed by it.

Until a study is launched on the dataset an editor may draw, change or dissolve the set; from the first launch on it is
what it is for ever, since a row that a study has seen can no longer tell anything new.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from studies.models import Dataset, DatasetVersion, HeldOutSet, Study, User
from studies.tabular import TableError
from studies.tabular.held_out import Wish, what_it_tells

from . import intake_held_out as holding
from .intake import upload_again
from .intake_folder import keep, new_folder
from .intake_held_out import Holding, held_out_fields
from .intake_reading import Pace, in_time
from .intake_rows import still_there, write_schema
from .refused import Refused
from .remade import CORRECTED_MEANWHILE, put_in_place, remove_unnamed
from .store.versions import HELD_OUT, TABLE

ON, OFF = "on", "off"
MOVED = "The dataset’s held-out set has just been changed. Look at the study, then launch it again."


@dataclass(frozen=True)
class Reread:
    """A version read again, in a folder that waits to be kept."""

    version: DatasetVersion
    folder: Path
    table: dict[str, Any]


@dataclass(frozen=True)
class Redrawn:
    """All versions of a dataset, the newest first, read again for another set; `kept`: fields that name the files of
    each; `set_id`: the dataset's set when it began."""

    dataset: Dataset
    wish: Wish
    made: Sequence[Reread]
    kept: Sequence[dict[str, Any]]
    set_id: int | None

    @property
    def folders(self) -> list[str]:
        return [*(one.version.stored_as for one in self.made), *(fields["stored_as"] for fields in self.kept)]

    def write(self, who: User | None) -> HeldOutSet | None:
        """The set that there is now."""
        dataset = still_there(Dataset.objects.filter(pk=self.dataset.pk))
        # A launch locks its version: it is done, and seen below, or begins after this transaction and finds new files.
        rows = DatasetVersion.objects.ready().select_for_update().filter(dataset=dataset)
        now = {row.pk: row for row in rows.order_by("pk")}
        read = {one.version.pk: one.version.stored_as for one in self.made}
        if {row.pk: row.stored_as for row in now.values()} != read:
            raise TableError(CORRECTED_MEANWHILE)
        refuse_seen(dataset)
        holding.check_same(dataset, Holding(set_id=self.set_id))
        for one, fields in zip(self.made, self.kept, strict=True):
            row = now[one.version.pk]
            for name, value in (fields | held_out_fields(one.table) | {"held_out_gone": 0}).items():
                setattr(row, name, value)
            write_schema(row, one.table)
        newest = self.made[0]
        found = holding.remember_draw(now[newest.version.pk], self.wish, newest.table, who)
        if found is None and self.set_id is not None:
            holding.record(dataset, who, f"dissolved the held-out set of “{dataset}”")
        return found


def told_by(version: DatasetVersion, task: str) -> str:
    """How well a version's held-out rows tell a score, in words; empty where none of them is in the version."""
    if not version.held_out_rows:
        return ""
    return what_it_tells(version.held_out_rows, task, version.dataset.held_out_set.in_groups)


def why_not(dataset: Dataset, wants: str) -> str:
    """Why a study cannot have the rows held out ("on") or see all of them ("off"); "" where it can."""
    found = holding.current_set(dataset.pk)
    if (found is not None) == (wants == ON) or holding.is_open(dataset, found):
        return ""
    since = found.fixed_at if found is not None and found.fixed_at else dataset.seen_since()
    when = f"{since:%-d %B %Y}" if since else "its first launch"
    if found is not None:
        return (
            f"The held-out set of “{dataset}” is fixed since {when}, when a study was first launched on it: every "
            "study leaves its rows out. Choose “on”, or upload the table as a dataset of its own without one."
        )
    return (
        f"Studies have seen all rows of “{dataset}” since {when}, so none can be held out any more. Upload rows that "
        "no study has seen as a dataset of their own."
    )


def change(dataset: Dataset, who: User | None, wish: Wish) -> HeldOutSet | None:
    """Draw the set anew, or dissolve it ("none"): every version is read again. None when there is none afterwards.

    Raises Refused once a study was launched on the dataset, and TableError where no such set can be had.
    """
    return put_in_place(redraw(dataset, wish), who)


def redraw(dataset: Dataset, wish: Wish, pace: Pace | None = None) -> Redrawn:
    """Every version read again for another set; not yet in their places. Raises as `change` does."""
    refuse_seen(dataset)
    rows = list(dataset.versions.ready().prefetch_related("columns").order_by("-number"))
    if not rows:
        raise Refused(f"“{dataset}” has not been read yet.")
    before = holding.current_set(dataset.pk)
    pace = pace or in_time()
    with ExitStack() as stack:
        made: list[Reread] = []
        for place, version in enumerate(rows):
            folder = stack.enter_context(new_folder())
            part = pace.between(place / len(rows), (place + 1) / len(rows))
            made.append(Reread(version, folder, _read_again(version, folder, wish, made, part)))
        kept: list[dict[str, Any]] = []
        try:
            kept.extend(keep(one.folder) for one in made)
        except BaseException:
            remove_unnamed(fields["stored_as"] for fields in kept)
            raise
    return Redrawn(dataset, wish, made, kept, None if before is None else before.pk)


def fix(study: Study) -> None:
    """At a launch, in its transaction and under the version's lock: from now on the set is what it is."""
    dataset = study.dataset_version.dataset_id
    found = HeldOutSet.objects.filter(dataset=dataset)
    if found.exists() != (study.holdout == ON):
        raise Refused(MOVED)
    found.filter(fixed_at=None).update(fixed_at=timezone.now())


def refuse_seen(dataset: Dataset) -> None:
    found = holding.current_set(dataset.pk)
    if not holding.is_open(dataset, found):
        raise Refused(why_not(dataset, OFF if found is not None else ON))


def _read_again(
    version: DatasetVersion, folder: Path, wish: Wish, made: Sequence[Reread], pace: Pace
) -> dict[str, Any]:
    """The newest version draws the set, each older one has the rows that it shares with it."""
    kept = Holding(wish)
    if made:
        newest = made[0]
        same_bytes = newest.version.content_hash == version.content_hash
        pair = (newest.folder / TABLE, newest.folder / HELD_OUT, same_bytes)
        kept = Holding(earlier=(pair,)) if newest.table["held_out"]["rows"] else Holding()
    try:
        return upload_again(version, folder, kept, pace=pace)
    except TableError as error:
        raise TableError(f"Version {version.number}: {error.message}", line=error.line, column=error.column) from error
