"""The held-out set while uploads are read: drawn with a first version, carried over by every later one.

A set is changed as columns are corrected: the stored bytes are read again into folders with new names, and the rows of
the versions are pointed to these in one transaction, under conditions. A crash leaves folders that nobody refers to.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studies.models import Column, Dataset, DatasetVersion, HeldOutSet, TableReading, User
from studies.tabular import TableError
from studies.tabular.held_out import AUTO, NONE, SHARES, Wish

from .intake_folder import bring, new_folder
from .store.versions import HELD_OUT, TABLE

CHANGED_MEANWHILE = "The dataset’s held-out set has been changed in the meantime. Do it again."
PLACING = (Column.Role.TARGET, Column.Role.GROUP, Column.Role.TIME)  # roles that say how a set is drawn


@dataclass(frozen=True)
class Holding:
    """What a reading does about the set: draws one as `wish` says, or keeps that of `earlier` versions (paths of table
    and set, and whether it is the same file; the newest first). `set_id`: the dataset's set when the reading began."""

    wish: Wish = NONE
    earlier: tuple[tuple[Path, Path, bool], ...] = ()
    set_id: int | None = None

    @property
    def draws(self) -> bool:
        return not self.earlier and self.wish != NONE


def wish_of(text: str) -> Wish:
    """ "auto", "none", or a share such as "0.2" or "20 %"; ValueError with a sentence."""
    text = text.strip().lower()
    if text in ("", AUTO):
        return AUTO
    if text in (NONE, "off"):
        return NONE
    number = text.removesuffix("%").strip().replace(",", ".")
    try:
        share = float(number) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    low, high = SHARES
    if not low <= share <= high:
        raise ValueError(
            f"“{text[:40]}” is no share; choose auto, none, or a share from {100 * low:.0f} to {100 * high:.0f} %."
        )
    return share


@contextmanager
def holding_for_upload(dataset: Dataset | None, wish: Wish, digest: str = "") -> Iterator[Holding]:
    """A dataset of which nothing has been read draws a set; a later version keeps what there is, and draws none where
    there is none."""
    if dataset is None:
        yield Holding(wish)
        return
    if not dataset.versions.ready().exists():
        found = current_set(dataset.pk)
        yield Holding(wish, set_id=None if found is None else found.pk)
        return
    held = dataset.versions.filter(held_out_rows__gt=0).order_by("-number")
    with carried_from(dataset.pk, list(held), digest) as holding:
        yield holding


@contextmanager
def holding_for_correction(version: DatasetVersion, chosen: Mapping[str, tuple[str, str]]) -> Iterator[Holding]:
    """The same rows; but a set that nobody has launched a study on follows the columns that say how it is drawn."""
    found = current_set(version.dataset_id)
    before = {column.role: column.name for column in version.columns.all() if column.role in PLACING}
    after = {role: name for name, (_, role) in chosen.items() if role in PLACING}
    if found is not None and before != after and is_open(version.dataset, found) and is_alone(version):
        yield Holding(_stored_wish(found), set_id=found.pk)
        return
    held = [version] if version.held_out_rows else []
    with carried_from(version.dataset_id, held, version.content_hash) as holding:
        yield holding


@contextmanager
def holding_for_reread(version: DatasetVersion) -> Iterator[Holding]:
    """The same rows, which other options may make say something else; but a set that nobody has launched a study on is
    drawn anew while the version is the only one."""
    found = current_set(version.dataset_id)
    if found is not None and is_open(version.dataset, found) and is_alone(version):
        yield Holding(_stored_wish(found), set_id=found.pk)
        return
    held = [version] if version.held_out_rows else []
    with carried_from(version.dataset_id, held, version.content_hash) as holding:
        yield holding


@contextmanager
def carried_from(dataset_id: int, versions: Sequence[DatasetVersion], digest: str) -> Iterator[Holding]:
    """The stored rows of these versions on this machine while an upload is read, whose bytes have this SHA-256 ("":
    not known yet). TableError when they are away."""
    found = current_set(dataset_id)
    set_id = None if found is None else found.pk
    with ExitStack() as stack:
        earlier = []
        for version in versions:
            folder = stack.enter_context(new_folder())
            try:
                there = [bring(version.stored_as, name, folder) for name in (TABLE, HELD_OUT)]
            except OSError as error:
                raise TableError(f"{error} Try again, or tell whoever runs the site.") from error
            if not all(there):
                raise TableError(f"The stored rows of version {version.number} are gone. Tell whoever runs the site.")
            earlier.append((folder / TABLE, folder / HELD_OUT, version.content_hash == digest))
        yield Holding(earlier=tuple(earlier), set_id=set_id)


def current_set(dataset_id: int) -> HeldOutSet | None:
    return HeldOutSet.objects.filter(dataset=dataset_id).first()


def is_open(dataset: Dataset, found: HeldOutSet | None) -> bool:
    """Whether the set may still be changed: no study was launched on the dataset."""
    return (found is None or found.fixed_at is None) and dataset.seen_since() is None


def wish_so_far(dataset: Dataset, wish: Wish) -> Wish:
    """What was wished for when the dataset was made, while nothing of it has been read; else nothing new is drawn."""
    said = TableReading.objects.filter(version__dataset=dataset).order_by("version__number").values_list("wish").first()
    return wish if said is None else wish_of(said[0])


def is_alone(version: DatasetVersion) -> bool:
    return not DatasetVersion.objects.filter(dataset=version.dataset_id).exclude(pk=version.pk).exists()


def check_first(dataset: Dataset, holding: Holding) -> None:
    """Under the dataset's lock: what is to draw a set is still the first that has been read. TableError otherwise."""
    if holding.draws and dataset.versions.ready().exists():
        raise TableError(CHANGED_MEANWHILE)


def check_same(dataset: Dataset, holding: Holding) -> None:
    """Under the dataset's lock: the set is that which the reading knew. TableError when it is not."""
    found = current_set(dataset.pk)
    if (None if found is None else found.pk) != holding.set_id:
        raise TableError(CHANGED_MEANWHILE)


def held_out_fields(table: Mapping[str, Any]) -> dict[str, int]:
    """The fields of a version that say how much of it is held out."""
    return {"held_out_rows": table["held_out"]["rows"], "held_out_gone": table["held_out"]["gone"]}


def remember_draw(version: DatasetVersion, wish: Wish, table: Mapping[str, Any], who: User | None) -> HeldOutSet | None:
    """The set that was drawn with this version, in place of the one before; None when none was drawn."""
    told, dataset = table["held_out"], version.dataset
    HeldOutSet.objects.filter(dataset=dataset).delete()
    if not told["rows"]:
        return None
    found = HeldOutSet.objects.create(
        dataset=dataset,
        how=told["how"],
        wish=str(wish),
        rows=told["rows"],
        version_number=version.number,
        why=told["why"][:300],
        drawn_by=who,
    )
    record(dataset, who, f"held {told['rows']:,} of {version.all_rows:,} rows of “{dataset}” out of every study")
    return found


def record(dataset: Dataset, who: User | None, what: str) -> None:
    dataset.team.events.create(who=who, name="" if who else "engine", what=what)


def _stored_wish(found: HeldOutSet) -> Wish:
    return found.wish if found.wish == AUTO else float(found.wish)
