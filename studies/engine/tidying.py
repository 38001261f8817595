"""What nobody refers to: left by a crash in the midst of an upload, a removal, a model, a backup or a restore."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from studies.models import DatasetVersion

AGE_SECONDS = 24 * 3600.0  # far longer than an upload may take


@dataclass(frozen=True)
class Leftover:
    path: Path
    bytes: int


def leftovers(now: float | None = None) -> list[Leftover]:
    """Folders older than a day that no dataset version names, and models of that age that are not whole."""
    places = [(Path(settings.DATASETS), "*"), (Path(settings.DATA), "backup-*"), (Path(settings.DATA), "restore-*")]
    found = [path for place, names in places for path in sorted(place.glob(names)) if path.is_dir()]
    found += sorted(Path(settings.MODELS).glob("*.part"))
    old = [path for path in found if (time.time() if now is None else now) - path.stat().st_mtime > AGE_SECONDS]
    # Asked after the look at the disk: a folder is there before its row is.
    named = set(DatasetVersion.objects.values_list("stored_as", flat=True))
    return [Leftover(path, size_of(path)) for path in old if path.name not in named]


def size_of(place: Path) -> int:
    return sum(path.stat().st_size for path in (place, *place.rglob("*")) if path.is_file())


def remove(found: list[Leftover]) -> None:
    for leftover in found:
        if leftover.path.is_dir():
            shutil.rmtree(leftover.path)
        else:
            leftover.path.unlink()
