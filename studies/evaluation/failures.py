"""Why a fold failed, in the words of the trial's reason codes and in a sentence for people."""

import math
import re
import traceback
from numbers import Real

import numpy as np

from .metrics import Metric, MetricUndefinedError
from .responses import NonFiniteError, Response

LARGEST = 1e100  # scores are squared and compared; beyond this they would overflow
LONGEST = 300  # characters of a sentence
LONGEST_TRACEBACK = 20_000
LARGEST_VALUE = float(np.finfo(np.float32).max)  # predictions of numbers are stored in single precision
# What neither a page nor PostgreSQL's text takes: NUL and other controls, halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def checked_response(response: Response) -> None:
    """NonFiniteError when a predicted number or probability is NaN, infinite or too large to store."""
    for array, what in ((response.values, "number"), (response.probabilities, "probability")):
        if array is None or array.size == 0 or np.abs(array).max() <= LARGEST_VALUE:  # NaN fails every comparison
            continue
        bad = ~(np.abs(array) <= LARGEST_VALUE)
        raise NonFiniteError(f"The model predicted {array[bad][0]:g} as a {what} for {int(bad.sum())} rows.")
    if response.scores is not None and np.isnan(response.scores).any():
        raise NonFiniteError("The model gave NaN as a decision value.")


def checked_score(score: object, metric: Metric) -> float:
    """The score as a float; NonFiniteError when it is NaN, infinite, complex or beyond 1e100."""
    try:
        number = float(score) if isinstance(score, Real) else math.nan
    except OverflowError:  # a whole number of more than 308 digits
        number = math.inf
    if not abs(number) <= LARGEST:  # NaN fails every comparison
        said = _text(score)[:40] or type(score).__name__
        raise NonFiniteError(f"{metric.label} came out as {said}, which is no usable number.")
    return number


def reason_of(error: BaseException) -> str:
    """The trial's reason code: "out_of_memory", "non_finite", or else "invalid"."""
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, (MetricUndefinedError, NonFiniteError, FloatingPointError, np.linalg.LinAlgError)):
        return "non_finite"
    return "invalid"


def is_about_the_configuration(error: BaseException) -> bool:
    """Whether scikit-learn refused a parameter as such: no other fold would take it."""
    return type(error).__name__ == "InvalidParameterError"  # it lives in a module that is not public


def explain(error: object) -> str:
    """The first paragraph of a message on one line: its sentences as far as 300 characters go, printable throughout."""
    text = " ".join(_text(error)[: 4 * LONGEST].strip().split("\n\n")[0].split())
    if not text:
        return "Not enough memory." if isinstance(error, MemoryError) else type(error).__name__
    if " " not in text and isinstance(error, BaseException):
        text = f"{type(error).__name__}: {text}"  # such as KeyError's name of what is missing
    if len(text) <= LONGEST:
        return text
    end = text.rfind(". ", LONGEST // 4, LONGEST)
    return text[: end + 1] if end > 0 else text[: LONGEST - 1].rstrip() + "…"


def traceback_of(error: BaseException) -> str:
    """The traceback, of a huge one the beginning and the end, printable throughout."""
    try:
        text = "".join(traceback.format_exception(error))
    except Exception as problem:  # an exception's own __str__, __cause__ or __notes__ may be anything
        text = f"{type(error).__name__}; it could not be written out ({type(problem).__name__})"
    if len(text) > LONGEST_TRACEBACK:
        half = LONGEST_TRACEBACK // 2
        text = f"{text[:half]}\n[...]\n{text[-half:]}"
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _text(thing: object) -> str:
    """str(thing), printable, for whatever an estimator raised or returned."""
    try:
        text = str(thing)[: 40 * LONGEST]
    except Exception:
        return ""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
