"""Is the shape that we tell of an upload the one that the csv module finds? What differs must be told in a warning."""

import csv
import gzip
import io
import unicodedata
import zlib
from collections.abc import Mapping
from typing import Any

CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
TELLS_NAMES = {"renamed"}


def complaint(data: bytes, version: Mapping[str, Any]) -> str:
    """What is wrong with the answer to these bytes; nothing when all is well."""
    try:
        text = unpacked(data).decode(CODECS[version["encoding"]])
    except (OSError, EOFError, zlib.error) as error:
        return f"an archive was read that is broken: {error}"
    except UnicodeDecodeError as error:
        return f"text was read that is none: {error}"
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=version["separator"], skipinitialspace=True))
    while records and not any(map(str.strip, records[0])):
        records.pop(0)
    if not records:
        return "a table was found in nothing"
    codes = {item["code"] for item in version["warnings"]}
    return _header(records[0], version, codes) or _rows(records[1:], len(records[0]), version, codes)


def unpacked(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def _header(cells: list[str], version: Mapping[str, Any], codes: set[str]) -> str:
    wanted = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
    names = [column["name"] for column in version["columns"]]
    if len(names) != len(wanted):
        return f"{len(names)} columns, but the first line has {len(wanted)} cells"
    if names != wanted and not codes & TELLS_NAMES:
        return f"the names are {names}, but the first line says {wanted}"
    return ""


def _rows(records: list[list[str]], width: int, version: Mapping[str, Any], codes: set[str]) -> str:
    """Blank lines at the end are nothing; elsewhere they, and empty rows at the end, are told of."""
    while records and len(records[-1]) < 2 and not any(map(str.strip, records[-1])):
        records.pop()
    empty = 0
    while records and not any(map(str.strip, records[-1])):
        empty += len(records.pop()) > 1
    blank = [record for record in records if len(record) < 2 and not any(map(str.strip, record))]
    rows = [record for record in records if len(record) > 1 or any(map(str.strip, record))]
    ragged = next((record for record in rows if len(record) != width), None)
    if ragged is not None:
        return f"a row has {len(ragged)} cells where the first line has {width}"
    if blank and "blank_lines" not in codes:
        return f"{len(blank)} blank lines were passed over in silence"
    if version["rows"] == len(rows) + empty:
        return ""
    if version["rows"] != len(rows):
        return f"{version['rows']} rows, but there are {len(rows)} and {empty} empty ones at the end"
    return f"{empty} empty rows at the end were left out in silence" if "empty_rows" not in codes else ""
