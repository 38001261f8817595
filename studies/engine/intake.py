"""Uploads: from bytes to a dataset version, whole or not at all; and its schema corrected."""

from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from studies.models import Column, Dataset, DatasetVersion, Team, User
from studies.tabular import TableError, content_hash
from studies.tabular.held_out import AUTO, Wish
from studies.tabular.samples import SAMPLES, write_sample

from .intake_folder import (
    MAX_FILE_NAME,
    keep,
    new_folder,
    read_options,
    refused_when_away,
    removed_on_failure,
    share_upload,
    write_options,
    write_upload,
)
from .intake_held_out import (
    Holding,
    holding_for_correction,
    holding_for_upload,
    remember_draw,
    wish_so_far,
)
from .intake_reading import (
    Pace,
    corrected,
    first_reading,
    read,
    remember_first_reading,
    with_earlier_corrections,
)
from .intake_rows import Gone, add_version, free_name, make_dataset
from .intake_schema import Schema, with_said_schema
from .intake_unread import is_large_upload, store_unread
from .quota import refuse_without_room
from .remade import CORRECTED_MEANWHILE, ReadAgain, put_in_place
from .store import versions
from .twins import refuse_newer_twin, refuse_twin

READING_OPTIONS = ("separator", "decimal", "encoding", "header", "missing_words", "read_as")


def store_upload(
    team: Team,
    user: User,
    file: File,
    name: str,
    target: str | None = None,
    dataset: Dataset | None = None,
    options: Mapping[str, Any] | None = None,
    held_out: Wish = AUTO,
    schema: Schema | None = None,
) -> DatasetVersion:
    """Stores an upload as a new dataset, or as the next version of `dataset` (then `name` is not looked at).

    `options` say how to read what should not be detected: separator, decimal, encoding, missing_words. `held_out`: the
    set that a new dataset is to have; a later version keeps what there is. `schema`: kinds and roles to begin with. A
    large file is not read yet: its version is `reading`, and a worker does it. Raises TableError when the file is
    refused, NameRefused when the name is, SameBytes when `dataset` has such a version, OverQuota when there is no room,
    Gone when `dataset` was deleted meanwhile; nothing is stored then.
    """
    if dataset is None:
        name = free_name(team, name)
    else:
        held_out = wish_so_far(dataset, held_out)
    said = _with_earlier_words(dataset, options_said(options or {}))
    if is_large_upload(file):
        return store_unread(team, user, file, name, target or "", dataset, said, held_out, schema or Schema())
    with holding_for_upload(dataset, held_out) as holding, new_folder() as folder:
        digest, size = write_upload(file, folder)
        write_options(said, folder)
        refuse_without_room(team.pk, size)
        same = set() if dataset is None else refuse_twin(dataset, digest, said)
        table = first_reading(folder, said, target or None, holding)
        if dataset is not None and not target:
            table = with_earlier_corrections(folder, said, table, dataset.latest, holding)
        if schema:
            table = with_said_schema(folder, said, table, schema, holding)
        stored = keep(folder)
    file_name = (file.name or "upload")[:MAX_FILE_NAME]
    values = {"file_name": file_name, "file_bytes": size, "content_hash": digest} | stored
    with removed_on_failure(stored["stored_as"]), transaction.atomic():
        version = add_version(dataset or make_dataset(team, user, name), user, values, table, holding)
        refuse_newer_twin(version.dataset, digest, {*same, version.pk})
        if holding.draws:
            remember_draw(version, holding.wish, table, user)
        return version


def _with_earlier_words(dataset: Dataset | None, said: dict[str, Any]) -> dict[str, Any]:
    """What words of single columns mean was said of the dataset: it holds for its next version too."""
    latest = dataset and dataset.latest
    if latest is None:
        return said
    with refused_when_away():
        earlier = versions.reading_options(latest).get("read_as", {})
    return said | {"read_as": earlier} if earlier else said


def options_said(options: Mapping[str, Any]) -> dict[str, Any]:
    return {option: value for option, value in options.items() if option in READING_OPTIONS and value}


def store_sample(team: Team, user: User, key: str, held_out: Wish = AUTO) -> DatasetVersion:
    """One of the ready-made tables as a dataset; a second time under a numbered name. KeyError names the keys."""
    with new_folder() as folder:
        path = folder / "sample.csv"
        write_sample(key, path)
        sample = SAMPLES[key]
        taken = set(Dataset.objects.filter(team=team, name__startswith=sample.name).values_list("name", flat=True))
        names = chain([sample.name], (f"{sample.name} {number}" for number in count(2)))
        name = next(name for name in names if name not in taken)
        with path.open("rb") as file:
            upload = File(file, name=f"{key}.csv")
            version = store_upload(team, user, upload, name, target=sample.target, held_out=held_out)
    return correct_schema(version, user, roles=sample.roles) if sample.roles else version


def sample_at_hand(team: Team, user: User, key: str) -> DatasetVersion:
    """The team's newest version with a sample's bytes and its target, whatever it is called now; stored if none is."""
    with new_folder() as folder:
        path = folder / "sample.csv"
        write_sample(key, path)
        digest = content_hash(path)
    ready = DatasetVersion.objects.of_team(team).ready().filter(content_hash=digest)
    named = ready.filter(columns__name=SAMPLES[key].target, columns__role=Column.Role.TARGET)
    return named.order_by("-pk").first() or store_sample(team, user, key)


def correct_schema(
    version: DatasetVersion, user: User, kinds: Mapping[str, str] | None = None, roles: Mapping[str, str] | None = None
) -> DatasetVersion:
    """Reads the stored bytes again with other kinds or roles, by column name; what is not named stays.

    A version that a launched study rests on is left alone: then the same bytes become a new version. Raises TableError,
    with the column, when one does not fit, and Gone when the dataset was deleted meanwhile.
    """
    chosen = corrected(version.columns.all(), kinds or {}, roles or {})
    if is_so(version, chosen):
        return version
    return put_in_place(read_corrected(version, chosen), user)


def is_so(version: DatasetVersion, chosen: Mapping[str, tuple[str, str]]) -> bool:
    return all((column.kind, column.role) == chosen[column.name] for column in version.columns.all())


def read_corrected(
    version: DatasetVersion, chosen: Mapping[str, tuple[str, str]], pace: Pace | None = None
) -> ReadAgain:
    """The version's bytes with kind and role of each column as chosen; not yet in its place."""
    with holding_for_correction(version, chosen) as holding, new_folder() as folder:
        table = upload_again(version, folder, holding, chosen, pace)
        # A new name each time: what readers keep in memory by path cannot be out of date.
        return ReadAgain(version, table, holding, keep(folder), "correcting a role")


def upload_again(
    version: DatasetVersion,
    folder: Path,
    holding: Holding,
    chosen: Mapping[str, tuple[str, str]] | None = None,
    pace: Pace | None = None,
) -> dict[str, Any]:
    """Reads the version's stored bytes into `folder`, with kind and role of each column as chosen, else as they are."""
    columns = list(version.columns.all())
    chosen = chosen or {column.name: (column.kind, column.role) for column in columns}
    if not shared(version, folder):
        raise TableError(CORRECTED_MEANWHILE) if DatasetVersion.objects.filter(pk=version.pk).exists() else Gone
    # All of them, also what nobody touched: a later release may guess otherwise.
    forced = {
        "kinds": {name: kind for name, (kind, _) in chosen.items()},
        "roles": {name: role for name, (_, role) in chosen.items()},
    }
    table = read(folder, read_options(folder) | forced, holding, pace)
    remember_first_reading(table, {column.name: column.profile for column in columns})
    return table


def shared(version: DatasetVersion, folder: Path) -> bool:
    with refused_when_away():
        return share_upload(version.stored_as, folder)


def words_in(text: str) -> list[str]:
    """Words that mean missing, as people write them: separated by commas."""
    return [word.strip() for word in text.split(",") if word.strip()]
