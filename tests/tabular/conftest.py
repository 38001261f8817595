"""Files for the reader's tests: what a person uploads, byte for byte."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(content, name) stores text (as UTF-8) or bytes and returns the path."""

    def write(content: str | bytes, name: str = "upload.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def table(write: Write) -> Callable[..., Path]:
    """table(names, *columns) stores a comma-separated file of these columns, without any quoting."""

    def table(names: str, *columns: list[object]) -> Path:
        rows = zip(*columns, strict=True)
        return write("\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n")

    return table
