"""A gzip archive as the plain file in it: unpacked within limits, and gone when it was read."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from studies.tabular.errors import TableError

MAGIC = b"\x1f\x8b"
BLOCK = 1 << 20
MOST = 2000 * 10**6  # bytes
# A table of text shrinks to a tenth or so; a thousandth is the most that the format can, and what bombs do.
MOST_TIMES = 100
ALWAYS = 20 * 10**6  # bytes that may come of however few
GZIP = 31  # for zlib: with the header and the check sum of gzip


@contextmanager
def unpacked(path: Path, folder: str | Path | None = None) -> Iterator[Path]:
    """The path itself, or that of a temporary file with what the archive at `path` holds, made in `folder` (None: where
    the system keeps such). Raises TableError where the archive is damaged or too large."""
    with path.open("rb") as packed:
        if packed.read(len(MAGIC)) != MAGIC:
            yield path
            return
        packed.seek(0)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".unpacked-") as plain:
            _unpack(packed, plain, path.stat().st_size)
            plain.flush()
            yield Path(plain.name)


def _unpack(packed: IO[bytes], plain: IO[bytes], size: int) -> None:
    most = min(MOST, max(ALWAYS, MOST_TIMES * size))
    written, inflate = 0, zlib.decompressobj(GZIP)
    data = packed.read(BLOCK)
    try:
        while data:
            block = inflate.decompress(data, BLOCK)
            written += len(block)
            if written > most:
                raise TableError(
                    f"The archive holds more than {most // 10**6:,} MB, which is the limit for one of its size. Upload "
                    "a sample of the table."
                )
            plain.write(block)
            if inflate.eof:  # another archive may follow in the same file
                data = inflate.unused_data or packed.read(BLOCK)
                if data:
                    inflate = zlib.decompressobj(GZIP)
            else:
                data = inflate.unconsumed_tail or packed.read(BLOCK)
    except zlib.error as error:
        raise TableError("The gzip archive is damaged. Pack the table anew, or upload it unpacked.") from error
    if not inflate.eof:
        raise TableError("The gzip archive is cut off: its end is missing. Upload it again, or unpacked.")
