"""Files that people send: a good table, and columns put together."""

from collections.abc import Sequence

GOOD = "age,size,city,outcome\n" + "".join(
    f"{20 + i * 7 % 41},{i * 37 % 100 / 8},{['Bern', 'Graz', 'Lyon'][i * i % 3]},{'yes' if i * 5 % 7 < 3 else 'no'}\n"
    for i in range(40)
)
N = 60
NOISE = [i * 7919 % 1009 / 7 for i in range(N)]
CLASSES = ["abc"[i * i % 3 if i % 2 else i // 2 % 3] for i in range(N)]


def table(names: str, *columns: Sequence[object], separator: str = ",") -> str:
    """A file of these columns, without any quoting."""
    rows = zip(*columns, strict=True)
    return "\n".join([names, *(separator.join(map(str, row)) for row in rows)]) + "\n"


def with_line(number: int, line: str) -> str:
    """The good table with another line in the place of one."""
    lines = GOOD.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"
