"""Is this file text at all? Refuses by content what only pretends to be a CSV file; nothing in it is ever run."""

import codecs
import re
from pathlib import Path

from studies.tabular.errors import TableError

ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252", "iso-8859-1": "latin-1"}
BLOCK = 1 << 20

UNPACK_PLEASE = "Unpack it and upload the CSV (UTF-8) that it holds; if there is none, save it as CSV (UTF-8) first."
CSV_PLEASE = "Open it in the program that made it and save it as CSV (UTF-8)."

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xfe\x00\x00", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text in UTF-32"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive in another"),  # the outer one is unpacked
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
MARKUP = re.compile(rb"<(!doctype|html|head|body|table|\?xml|svg|script)\b", re.IGNORECASE)
JSON = re.compile(rb"(\{\s*[\"}]|\[\s*[\[{])")
CONTROLS = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
CONTROL = re.compile(b"[" + re.escape(CONTROLS) + b"]")
WIDE_CONTROL = re.compile("[" + re.escape(CONTROLS.decode("ascii")) + "]")


def refuse_foreign(head: bytes) -> None:
    """Raises TableError where the first bytes of a file are those of something other than a plain text table."""
    kind = next((name for signature, name in SIGNATURES if head.startswith(signature)), None)
    if kind == "a zip archive" and (b"[Content_Types].xml" in head or b"xl/" in head):
        kind = "an Excel workbook"
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if kind is None and MARKUP.match(text):
        kind = "a web page or XML"
    if kind is None and JSON.match(text):
        kind = "JSON"
    if kind is None and text[:9].lower() == b"@relation":
        kind = "an ARFF file"
    if kind is not None:
        advice = UNPACK_PLEASE if kind.endswith("archive") else CSV_PLEASE
        raise TableError(f"This file is {kind}, not a table in plain text. {advice}", line=1)


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes of a file say: UTF-16 by its mark, else UTF-8. `refuse_foreign` comes first,
    since UTF-32 begins like UTF-16."""
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"


def check_text(path: Path, encoding: str) -> None:
    """Raises TableError with byte and line where the file is not clean text in `encoding` (a key of ENCODINGS)."""
    if encoding == "utf-16":
        _check_wide(path)
        return
    decoder = codecs.getincrementaldecoder(ENCODINGS[encoding])()
    offset = 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            # translate() looks at a gigabyte a second; the expression is only for the place.
            if len(block.translate(None, CONTROLS)) != len(block) and (control := CONTROL.search(block)):
                _refuse_control(path, offset + control.start(), block[control.start()])
            # Bytes of a character cut in two at the end of the last block.
            pending = len(decoder.getstate()[0]) if offset else 0
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                where = offset - pending + error.start
                _refuse_encoding(path, where, error.object[error.start], encoding)
            if not block:
                return
            offset += len(block)


def _check_wide(path: Path) -> None:
    """The same for UTF-16, whose bytes are no characters: lines are counted in the text."""
    line, last = 1, ""
    with path.open(encoding="utf-16", newline="") as file:
        try:
            while text := file.read(BLOCK):
                if control := WIDE_CONTROL.search(text):
                    line += _ends(last + text[: control.start()]) - _ends(last)
                    raise _bad_control(line, ord(control[0]))
                line += _ends(last + text) - _ends(last)
                last = text[-1:]
        except UnicodeError as error:  # also where it has no mark and cannot be UTF-16
            raise TableError(
                f"After line {line} the file is not text in UTF-16. Save the file as UTF-8 (in a spreadsheet: “CSV "
                "UTF-8”).",
                line=line,
            ) from error


def _ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _bad_control(line: int, code: int) -> TableError:
    return TableError(f"Line {line} holds a control character (code {code}). Remove it and upload again.", line=line)


def _refuse_control(path: Path, where: int, byte: int) -> None:
    line = _line_of(path, where)
    if byte == 0:
        raise TableError(
            f"Line {line} holds a NUL byte (byte {where:,} of the file): it is a binary file, or text in UTF-16. "
            "Save it as CSV in UTF-8.",
            line=line,
        )
    raise TableError(
        f"Line {line} holds a control character (code {byte}, byte {where:,} of the file). Remove it and upload again.",
        line=line,
    )


def _refuse_encoding(path: Path, where: int, byte: int, encoding: str) -> None:
    line = _line_of(path, where)
    if encoding == "utf-8":
        advice = (
            "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”), or choose Windows-1252 or ISO 8859-1 (Latin-1) as "
            "its encoding if that is what it was written in."
        )
    else:
        advice = "Choose another encoding, or save the file as UTF-8."
    found = f"Line {line} is not text in {encoding.upper()}: byte {where:,} of the file is 0x{byte:02X}."
    raise TableError(f"{found} {advice}", line=line)


def _line_of(path: Path, where: int) -> int:
    """The line (from 1; LF, CRLF and CR end lines) on which a byte of the file stands. Read only when refusing."""
    line, last = 1, b""
    with path.open("rb") as file:
        while before := file.read(min(BLOCK, where)):
            where -= len(before)
            line += before.count(b"\n") + before.count(b"\r") - (last + before).count(b"\r\n")
            last = before[-1:]
    return line
