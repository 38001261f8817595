"""One table in every dialect that we read: what tests upload, and what `script/bench fuzz-uploads` damages."""

import csv
import gzip
import io
from dataclasses import dataclass, field

ROWS = 60
NAMES = ("age", "size", "city", "note", "outcome")
CITIES = ("Bern", "Graz", "Lyon")


@dataclass(frozen=True)
class Good:
    """A file, the fields that go with it, and how the answer must say that it was read."""

    name: str
    content: bytes
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    fields: dict[str, str] = field(default_factory=dict)


def written(separator: str = ",", decimal: str = ".", end: str = "\n", city: str = "Lyon", note: str = "fine") -> str:
    """The table as the csv module writes it; every fifth size is missing."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(NAMES)
    for i in range(ROWS):
        size = "" if i % 5 == 4 else f"{i * 37 % 100 / 8 + 0.25}".replace(".", decimal)
        place = (*CITIES[:2], city)[i * i % 3 if i % 2 else i // 2 % 3]
        words = [note, "so, so", "poor"][i // 3 % 3]
        writer.writerow([20 + i * 7 % 41, size, place, words, "yes" if i * 5 % 7 < 3 else "no"])
    return out.getvalue()


def good_files() -> list[Good]:
    latin = written(city="Zürich").encode("latin-1")
    return [
        Good("comma", written().encode()),
        Good("semicolon, decimal comma", written(";", ",").encode(), ";", ","),
        Good("tab", written("\t").encode(), "\t"),
        Good("pipe", written("|").encode(), "|"),
        Good("byte order mark", b"\xef\xbb\xbf" + written(city="Zürich").encode()),
        Good("UTF-16", written(";", city="Köln").encode("utf-16"), ";", encoding="utf-16"),
        Good("Latin-1 by choice", latin, encoding="iso-8859-1", fields={"encoding": "iso-8859-1"}),
        Good("CRLF", written(end="\r\n").encode()),
        Good("CR", written(end="\r").encode()),
        Good("quoted line breaks", written(note='good\nand "better"').encode()),
        Good("gzip", gzip.compress(written().encode(), mtime=0)),
    ]
