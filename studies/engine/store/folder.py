"""Files in a folder of this machine, or in one that several machines mount."""

import os
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class Folder(FileSystemStorage):
    """The folder that a setting names, looked up at each use."""

    def __init__(self, setting: str) -> None:
        super().__init__()
        self.setting = setting

    @property
    def base_location(self) -> Path:
        return Path(getattr(settings, self.setting))

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)
