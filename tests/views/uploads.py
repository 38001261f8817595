"""What the tests of datasets share: a file as a browser sends it, and the folders that there are."""

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studies.models import User

ClientOf = Callable[[User], Client]
NEW = "/datasets/new/"


def file_of(text: str | bytes, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "text/csv")


def folders() -> set[str]:
    path = Path(settings.DATASETS)
    return set(os.listdir(path)) if path.exists() else set()
