"""What happens to files on their way: bits flip, ends are missing, separators change, pieces come twice."""

import gzip
import random
from collections.abc import Callable

from tests.bad_input.dialects import Good

Change = Callable[[random.Random, bytes], bytes]
SEPARATORS = (b",", b";", b"\t", b"|", b" ", b":")
ENDS = (b"\n", b"\r\n", b"\r", b"\n\r", b"\x0b", b"\xe2\x80\xa8")
ODD = (
    b"\0", b"\x1a", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae", b"NaN", b"1e999", b"1_000",
    b"=1+1", b"<img src=x>", b"  ", b'""', b"\\", b"#", b"'", b"9" * 400, b",,,,", b"\n\n", b"\xd9\xa3",
)  # fmt: skip


def place(draw: random.Random, data: bytes) -> int:
    return draw.randrange(len(data) + 1)


def flip_bits(draw: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        if damaged:
            damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


def truncate(draw: random.Random, data: bytes) -> bytes:
    return data[: place(draw, data)]


def lose_a_chunk(draw: random.Random, data: bytes) -> bytes:
    start = place(draw, data)
    return data[:start] + data[start + draw.choice((1, 3, 30, 300)) :]


def repeat_a_chunk(draw: random.Random, data: bytes) -> bytes:
    start, to = place(draw, data), place(draw, data)
    return data[:to] + data[start : start + draw.choice((1, 5, 50, 500))] * draw.choice((1, 1, 2, 20)) + data[to:]


def swap_all_separators(draw: random.Random, data: bytes) -> bytes:
    old, new = draw.sample(SEPARATORS, 2)
    return data.replace(old, new)


def swap_some_separators(draw: random.Random, data: bytes) -> bytes:
    old, new = draw.sample(SEPARATORS, 2)
    start = place(draw, data)
    return data[:start] + data[start:].replace(old, new, draw.choice((1, 2, 20)))


def insert_quotes(draw: random.Random, data: bytes) -> bytes:
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = place(draw, data)
        data = data[:at] + b'"' + data[at:]
    return data


def insert_odd_bytes(draw: random.Random, data: bytes) -> bytes:
    at = place(draw, data)
    return data[:at] + draw.choice(ODD) + data[at:]


def change_all_ends(draw: random.Random, data: bytes) -> bytes:
    return data.replace(b"\n", draw.choice(ENDS))


def change_some_ends(draw: random.Random, data: bytes) -> bytes:
    start = place(draw, data)
    return data[:start] + data[start:].replace(b"\n", draw.choice(ENDS), draw.choice((1, 2, 20)))


def shuffle_lines(draw: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    draw.shuffle(lines)
    return b"\n".join(lines)


CHANGES: tuple[Change, ...] = (
    flip_bits, truncate, lose_a_chunk, repeat_a_chunk, swap_all_separators, swap_some_separators, insert_quotes,
    insert_odd_bytes, change_all_ends, change_some_ends, shuffle_lines,
)  # fmt: skip


def damaged(good: Good, seed: int, number: int) -> tuple[bytes, list[str]]:
    """The file after one to three changes, and their names: the same for the same seed and number.

    What is packed is damaged inside and packed again two times out of three.
    """
    draw = random.Random(f"{seed}-{number}")  # noqa: S311 (damage, not a secret)
    changes = draw.choices(CHANGES, k=draw.choice((1, 1, 2, 3)))
    packed = good.content.startswith(b"\x1f\x8b") and draw.random() < 2 / 3
    data = gzip.decompress(good.content) if packed else good.content
    for change in changes:
        data = change(draw, data)
    return gzip.compress(data, mtime=0) if packed else data, [change.__name__ for change in changes]
