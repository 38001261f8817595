"""The uploaded file of a version, exactly as it came: for a browser and for a program."""

import re
from pathlib import PurePosixPath

from django.http import FileResponse

from studies.engine.store import versions as files
from studies.models import DatasetVersion

UNSAFE = re.compile(r"[^\w .()+,=@~-]")
TABLES = {".csv", ".tsv", ".txt", ".tab", ".dat", ".gz"}
LONGEST_NAME = 120


def download(version: DatasetVersion) -> FileResponse:
    """The uploaded bytes, in pieces. Raises FileNotFoundError, and StorageAway with a sentence."""
    with files.said():
        file = files.storage().open(f"{version.stored_as}/{files.UPLOAD}", "rb")
    answer = FileResponse(
        file, as_attachment=True, filename=safe_name(version.file_name), content_type="application/octet-stream"
    )
    answer["Content-Length"] = version.file_bytes
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def safe_name(name: str) -> str:
    """The person's file name as a browser may store it: no path, nothing invisible, and the ending of a table."""
    name = UNSAFE.sub("_", PurePosixPath(name.replace("\\", "/")).name)[:LONGEST_NAME].strip(" .") or "table"
    return name if PurePosixPath(name).suffix.lower() in TABLES else f"{name}.csv"


def unavailable(version: DatasetVersion, error: OSError) -> str:
    """Why it cannot be had, and what to do."""
    gone = isinstance(error, FileNotFoundError)
    why = f"The file of version {version.number} is gone." if gone else str(error)
    return f"{why} Tell whoever runs the site."
