"""What nobody refers to: left by a crash in the midst of an upload, a removal, a model, a backup or a restore."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from studies.engine.store import versions
from studies.models import DatasetVersion

AGE_SECONDS = 24 * 3600.0  # far longer than an upload may take


@dataclass(frozen=True)
class Leftover:
    path: Path  # on disk, or the name of a version in a storage that is no folder
    bytes: int
    in_storage: bool = False


def leftovers(now: float | None = None) -> list[Leftover]:
    """Folders older than a day that no dataset version names, and models of that age that are not whole."""
    places = [(Path(settings.DATASETS), "*"), (Path(settings.DATA), "backup-*"), (Path(settings.DATA), "restore-*")]
    found = [path for place, names in places for path in sorted(place.glob(names)) if path.is_dir()]
    found += sorted(Path(settings.MODELS).glob("*.part"))
    now = time.time() if now is None else now
    old = [path for path in found if now - path.stat().st_mtime > AGE_SECONDS]
    in_storage = leftovers_in_storage(now)
    # Asked after the look at the disk: a folder is there before its row is.
    named = set(DatasetVersion.objects.values_list("stored_as", flat=True))
    here = [Leftover(path, size_of(path)) for path in old if path.name not in named]
    return here + [leftover for leftover in in_storage if leftover.path.name not in named]


def leftovers_in_storage(now: float) -> list[Leftover]:
    """Versions in a storage that is no folder whose files are all older than a day; StorageAway."""
    if versions.folder_of("any") is not None:
        return []
    found = []
    with versions.said():
        storage = versions.storage()
        for name in storage.listdir("")[0]:
            files = [f"{name}/{file}" for file in storage.listdir(name)[1]]
            newest = max((storage.get_modified_time(file).timestamp() for file in files), default=now)
            if now - newest > AGE_SECONDS:
                found.append(Leftover(Path(name), sum(storage.size(file) for file in files), in_storage=True))
    return found


def size_of(place: Path) -> int:
    return sum(path.stat().st_size for path in (place, *place.rglob("*")) if path.is_file())


def remove(found: list[Leftover]) -> None:
    for leftover in found:
        if leftover.in_storage:
            versions.remove(leftover.path.name)
        elif leftover.path.is_dir():
            shutil.rmtree(leftover.path)
        else:
            leftover.path.unlink()
