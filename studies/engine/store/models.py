"""The fitted models in their storage, where the web server reads what a worker on another machine has made."""

import os
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages

from studies.engine.store.versions import said
from studies.models import ModelFile


def part_of(wanted: ModelFile) -> Path:
    """Where this process writes the model until it is whole."""
    folder = Path(settings.MODELS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{wanted.file_name}.{os.getpid()}.part"


def put_model(part: Path, wanted: ModelFile) -> None:
    """Give a whole model its name, in place of one that was made before; StorageAway."""
    storage = storages["models"]
    if isinstance(storage, FileSystemStorage):
        os.replace(part, storage.path(wanted.file_name))
    else:
        with part.open("rb") as file, said():
            storage.save(wanted.file_name, File(file))
