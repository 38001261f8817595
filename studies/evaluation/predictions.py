"""Out-of-fold predictions of a trial: arrays in row order, and their compact form for storage (no pickle)."""

import json
import math
import zlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from .responses import Response

MAGIC = b"OOF1"
PARTS = 65535  # a probability is stored as the nearest of this many parts
_DTYPES = {"labels": ("|u1", "<u2"), "values": ("<f4",), "probabilities": ("<u2",), "ranks": ("<u2",)}


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a trial said about each row while it was in validation, R repeats of n rows in the table's order.

    A row that is never validated (left out of the plan, or in the first block of time) has no prediction: `covered` is
    false there, and whatever stands in the arrays says nothing.
    labels: (R, n) class codes, uint8 (uint16 beyond 255 classes); the dtype's maximum where there is no prediction.
    values: (R, n) float32; NaN where there is no prediction.
    probabilities: (R, n) of the second of two classes, or (R, n, C); uint16, p * 65535 rounded, off by 8e-6 at most.
    ranks: like probabilities, for models that only rank: 0 lowest to 65535 highest within each fold, ties averaged.
    """

    labels: NDArray[Any] | None = None
    values: NDArray[np.float32] | None = None
    probabilities: NDArray[np.uint16] | None = None
    ranks: NDArray[np.uint16] | None = None

    @property
    def covered(self) -> NDArray[np.bool_]:
        """(R, n) true where the row was validated. Labels come with every probability and rank."""
        if self.values is not None:
            return ~np.isnan(self.values)
        if self.labels is None:
            raise ValueError("Without labels or values nobody knows which rows were validated.")
        return np.asarray(self.labels != np.iinfo(self.labels.dtype).max)


class PredictionsBuilder:
    """Collects the responses of the folds; arrays appear with the first response that has them."""

    def __init__(self, repeats: int, n_rows: int, n_classes: int) -> None:
        self.shape = (repeats, n_rows)
        self.label_dtype = np.uint8 if n_classes <= np.iinfo(np.uint8).max else np.uint16
        self.no_label = int(np.iinfo(self.label_dtype).max)
        self.arrays: dict[str, NDArray[Any]] = {}

    def add(self, repeat: int, rows: NDArray[np.intp], response: Response) -> None:
        """Write one fold's response at its rows."""
        if response.values is not None:
            self._array("values", (), np.float32, np.nan)[repeat, rows] = response.values
        if response.labels is not None:
            self._array("labels", (), self.label_dtype, self.no_label)[repeat, rows] = response.labels
        if response.probabilities is not None:
            columns = _thrifty(response.probabilities)
            stored = np.rint(np.clip(columns, 0.0, 1.0) * PARTS)
            self._array("probabilities", columns.shape[1:], np.uint16, 0)[repeat, rows] = stored
        elif response.scores is not None:
            ranks = _ranks(response.scores)
            self._array("ranks", ranks.shape[1:], np.uint16, 0)[repeat, rows] = ranks

    def build(self) -> Predictions:
        return Predictions(**self.arrays)

    def _array(self, name: str, tail: tuple[int, ...], dtype: Any, filler: float) -> NDArray[Any]:
        if name not in self.arrays:
            self.arrays[name] = np.full(self.shape + tail, filler, dtype=dtype)
        return self.arrays[name]


def _thrifty(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of two classes one column tells all."""
    return probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks within the fold, spread over 0..PARTS."""
    if len(scores) < 2:
        return np.zeros(scores.shape)
    return np.asarray(np.rint((rankdata(scores, axis=0) - 1.0) / (len(scores) - 1.0) * PARTS))


def encode_predictions(predictions: Predictions) -> bytes:
    """Bytes: MAGIC, length of the header (4, little-endian), a JSON header, then the arrays one after another, zlib."""
    header, body = [], []
    for field in fields(predictions):
        array = getattr(predictions, field.name)
        if array is not None:
            little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            header.append({"name": field.name, "dtype": little.dtype.str, "shape": list(little.shape)})
            body.append(little.tobytes())
    words = json.dumps(header, separators=(",", ":")).encode()
    return MAGIC + len(words).to_bytes(4, "little") + words + zlib.compress(b"".join(body), 6)


def decode_predictions(data: bytes) -> Predictions:
    """What `encode_predictions` was given; ValueError for any other or damaged bytes."""
    try:
        return _decode(bytes(data))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, zlib.error) as error:
        raise ValueError(f"These {len(data)} bytes are not stored predictions ({error}).") from error


def _decode(data: bytes) -> Predictions:
    if data[:4] != MAGIC:
        raise ValueError("they begin otherwise")
    start = 8 + int.from_bytes(data[4:8], "little")
    parts: list[tuple[str, np.dtype[Any], list[int], int]] = []
    for entry in json.loads(data[8:start]):
        name, shape = entry["name"], [int(size) for size in entry["shape"]]
        if entry["dtype"] not in _DTYPES[name] or min(shape) < 0:
            raise ValueError(f"{name} cannot be {entry['dtype']} of shape {shape}")
        dtype = np.dtype(entry["dtype"])
        parts.append((name, dtype, shape, math.prod(shape) * dtype.itemsize))
    total = sum(size for *_, size in parts)
    # One byte more than was announced is asked for, so that too long a body is seen but never unpacked.
    inflater = zlib.decompressobj()
    body = inflater.decompress(data[start:], total + 1)
    if len(body) != total or not inflater.eof:  # at eof the checksum has been compared
        raise ValueError(f"{total} bytes were announced")
    arrays: dict[str, NDArray[Any]] = {}
    offset = 0
    for name, dtype, shape, size in parts:
        arrays[name] = np.frombuffer(body, dtype, count=math.prod(shape), offset=offset).reshape(shape)
        offset += size
    return Predictions(**arrays)
