"""Ready-made tables for a first study: scikit-learn's own sets, and one of mixed kinds with missing values."""

import csv
import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studies.tabular.columns import number_text

CHURN_ROWS = 600
CHURN_SEED = 20_260_101
CHURN_NAMES = (
    "customer_id", "age", "months_as_customer", "monthly_fee", "support_calls", "last_rating",
    "region", "contract", "payment", "has_app", "newsletter", "churned",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A table that can be had by one click; rows and columns as its CSV file has them."""

    key: str
    name: str
    sentence: str
    rows: int
    columns: int
    task: str
    target: str


SAMPLES: dict[str, Sample] = {
    sample.key: sample
    for sample in (
        Sample(
            "churn",
            "Customer churn",
            "Which customers leave? Numbers, categories, yes/no answers, an id and missing values, made up by us.",
            CHURN_ROWS,
            len(CHURN_NAMES),
            "classification",
            "churned",
        ),
        Sample(
            "breast_cancer",
            "Breast cancer",
            "Is a tumour malignant or benign? Thirty measurements of cell nuclei in 569 images.",
            569,
            31,
            "classification",
            "diagnosis",
        ),
        Sample(
            "wine",
            "Wine",
            "Which of three growers made a wine? Thirteen chemical measurements of 178 wines.",
            178,
            14,
            "classification",
            "cultivar",
        ),
        Sample(
            "iris",
            "Iris",
            "Which of three species is a flower? Four lengths of 150 flowers; small and easy.",
            150,
            5,
            "classification",
            "species",
        ),
        Sample(
            "digits",
            "Digits",
            "Which digit was written? 1,797 pictures of 8 × 8 grey values; the largest of these sets.",
            1797,
            65,
            "classification",
            "digit",
        ),
        Sample(
            "diabetes",
            "Diabetes",
            "How far will the disease go in a year? Ten measurements of 442 patients, and a number to predict.",
            442,
            11,
            "regression",
            "progression",
        ),
    )
}


def write_sample(key: str, path: str | Path) -> None:
    """Writes a sample as CSV, the target in the last column; KeyError names the keys there are."""
    if key not in SAMPLES:
        raise KeyError(f"There is no sample {key!r}; the samples are {', '.join(SAMPLES)}.")
    names, rows = _churn() if key == "churn" else _LIBRARY[key]()
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)


Rows = tuple[Iterable[str], Iterable[Iterable[object]]]


def _joined(bunch: Any, target: str, words: Iterable[str] | None) -> Rows:
    """A scikit-learn set as names and rows: features as it has them, classes as words where they have any."""
    classes = [str(word) for word in words] if words is not None else None
    names = [str(name).replace(" (cm)", "_cm").replace(" ", "_").replace("/", "_per_") for name in bunch.feature_names]
    rows = (
        [*map(number_text, features), classes[int(value)] if classes else number_text(value)]
        for features, value in zip(bunch.data.tolist(), bunch.target.tolist(), strict=True)
    )
    return [*names, target], rows


def _breast_cancer() -> Rows:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    return _joined(bunch, "diagnosis", bunch.target_names)


def _wine() -> Rows:
    from sklearn.datasets import load_wine

    return _joined(load_wine(), "cultivar", ("first", "second", "third"))


def _iris() -> Rows:
    from sklearn.datasets import load_iris

    bunch = load_iris()
    return _joined(bunch, "species", bunch.target_names)


def _digits() -> Rows:
    from sklearn.datasets import load_digits

    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return _joined(load_digits(), "digit", words)


def _diabetes() -> Rows:
    from sklearn.datasets import load_diabetes

    return _joined(load_diabetes(scaled=False), "progression", None)


_LIBRARY: dict[str, Callable[[], Rows]] = {
    "breast_cancer": _breast_cancer,
    "wine": _wine,
    "iris": _iris,
    "digits": _digits,
    "diabetes": _diabetes,
}


def _churn() -> Rows:
    """Made-up customers: short contracts, calls for help and high fees make people leave; the rest is noise.

    Python's own generator, whose sequence for a seed does not change between versions.
    """
    draw = random.Random(CHURN_SEED)  # noqa: S311 - a sample, not a secret
    return CHURN_NAMES, [_customer(draw, number) for number in range(1, CHURN_ROWS + 1)]


def _customer(draw: random.Random, number: int) -> list[object]:
    age = 18 + int(62 * draw.random())
    months = 1 + int(71 * draw.random() ** 1.6)
    contract = _pick(draw, {"monthly": 0.55, "one year": 0.25, "two years": 0.2})
    region = _pick(draw, {"north": 0.3, "east": 0.2, "south": 0.3, "west": 0.2})
    payment = _pick(draw, {"card": 0.4, "invoice": 0.3, "direct debit": 0.3})
    fee = round(15 + 70 * draw.random() + (8 if region == "west" else 0), 2)
    calls = int(-1.6 * _log_share(draw))
    app, newsletter = draw.random() < 0.6, draw.random() < 0.4
    rating = max(1, min(5, round(4.4 - 0.6 * calls + 2 * (draw.random() - 0.5))))
    pull = -2.1 + 0.03 * (fee - 50) + 0.75 * calls - 0.025 * months - 0.6 * app
    pull += {"monthly": 1.3, "one year": 0.0, "two years": -1.2}[contract]
    churned = draw.random() < 1 / (1 + math.exp(-pull))
    return [
        f"C-{number:05d}",
        "" if draw.random() < 0.04 else age,
        months,
        "" if draw.random() < 0.03 else f"{fee:.2f}",
        calls,
        "" if draw.random() < 0.35 else rating,
        "" if draw.random() < 0.02 else region,
        contract,
        "" if draw.random() < 0.05 else payment,
        "yes" if app else "no",
        "true" if newsletter else "false",
        "yes" if churned else "no",
    ]


def _log_share(draw: random.Random) -> float:
    """The logarithm of a share above zero: minus an exponential waiting time."""
    return math.log(1.0 - draw.random())


def _pick(draw: random.Random, shares: dict[str, float]) -> str:
    at = draw.random()
    for word, share in shares.items():
        at -= share
        if at < 0:
            return word
    return word
