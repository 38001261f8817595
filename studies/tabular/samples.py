"""Ready-made tables for a first study: made up by us, or as scikit-learn and Plotly ship them.

Nothing is fetched: the tables of others are read from the installed packages, and each says where it comes from.
"""

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from studies.tabular.columns import number_text
from studies.tabular.made_up import CHURN, HIRES, VISITS, churn, hires, visits


@dataclass(frozen=True)
class Sample:
    """A table that can be had by one click; rows and columns as its CSV file has them.

    `learn` says what it is good for, `origin` whose it is, `roles` what the names alone do not tell.
    """

    key: str
    name: str
    sentence: str
    rows: int
    columns: int
    task: str
    target: str
    learn: str
    origin: str
    roles: Mapping[str, str] = field(default_factory=dict)


SAMPLES: dict[str, Sample] = {
    sample.key: sample
    for sample in (
        Sample(
            "churn",
            "Customer churn",
            "Which customers leave? Numbers, categories, yes/no answers, an id and missing values.",
            600,
            len(CHURN),
            "classification",
            "churned",
            "a first study: every kind of column, and a signal that most estimators find.",
            "made up by us",
        ),
        Sample(
            "visits",
            "Clinic visits",
            "Will a patient be back within 30 days? Repeated visits of the same people, dates and missing values.",
            900,
            len(VISITS),
            "classification",
            "readmitted",
            "groups: shuffled folds, which part a patient, flatter a forest.",
            "made up by us",
        ),
        Sample(
            "bike_hires",
            "Bike hires",
            "How many bikes are hired tomorrow? Two years of days with weather and holidays.",
            731,
            len(HIRES),
            "regression",
            "hires",
            "time: folds that learn from the past alone, on a demand that grows.",
            "made up by us",
        ),
        Sample(
            "tips",
            "Restaurant tips",
            "How large is the tip? 244 bills of one waiter, half words and half numbers.",
            244,
            7,
            "regression",
            "tip",
            "little data and much noise: how little a long search can find.",
            "Bryant and Smith (1995), as Plotly ships it",
        ),
        Sample(
            "gapminder",
            "Life expectancy",
            "How long do people live? 142 countries, every five years from 1952 to 2007.",
            1704,
            6,
            "regression",
            "life_expectancy",
            "groups and time at once: a country seen before is an easy one.",
            "Gapminder (CC BY 4.0), as Plotly ships it",
            {"country": "group", "year": "time"},
        ),
        Sample(
            "breast_cancer",
            "Breast cancer",
            "Is a tumour malignant or benign? Thirty measurements of cell nuclei in 569 images.",
            569,
            31,
            "classification",
            "diagnosis",
            "many columns that say much the same.",
            "scikit-learn’s copy, from the UCI repository (CC BY 4.0)",
        ),
        Sample(
            "wine",
            "Wine",
            "Which of three growers made a wine? Thirteen chemical measurements of 178 wines.",
            178,
            14,
            "classification",
            "cultivar",
            "an easy table, where many configurations tie.",
            "scikit-learn’s copy, from the UCI repository (CC BY 4.0)",
        ),
        Sample(
            "iris",
            "Iris",
            "Which of three species is a flower? Four lengths of 150 flowers; small and easy.",
            150,
            5,
            "classification",
            "species",
            "the quickest look at what a study is.",
            "scikit-learn’s copy, from the UCI repository (CC BY 4.0)",
        ),
        Sample(
            "digits",
            "Digits",
            "Which digit was written? 1,797 pictures of 8 × 8 grey values; the largest of these sets.",
            1797,
            65,
            "classification",
            "digit",
            "many columns and ten classes: what trials cost, and what cheap ones save.",
            "scikit-learn’s copy, from the UCI repository (CC BY 4.0)",
        ),
        Sample(
            "diabetes",
            "Diabetes",
            "How far will the disease go in a year? Ten measurements of 442 patients, and a number to predict.",
            442,
            11,
            "regression",
            "progression",
            "regression with a weak signal.",
            "scikit-learn’s copy, Efron et al. (2004)",
        ),
    )
}


def write_sample(key: str, path: str | Path) -> None:
    """Writes a sample as CSV, the target in the last column; KeyError names the keys there are."""
    if key not in SAMPLES:
        raise KeyError(f"There is no sample {key!r}; the samples are {', '.join(SAMPLES)}.")
    names, rows = _MAKERS[key]()
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


def _plotly(name: str) -> Iterator[dict[str, str]]:
    packed = files("plotly").joinpath("package_data", "datasets", f"{name}.csv.gz").read_bytes()
    return iter(csv.DictReader(gzip.decompress(packed).decode("utf-8").splitlines()))


def _tips() -> Rows:
    names = ("total_bill", "sex", "smoker", "day", "time", "size", "tip")
    renamed = {"time": "meal"}  # lunch or dinner: no moment
    return [renamed.get(name, name) for name in names], ([row[name] for name in names] for row in _plotly("tips"))


def _gapminder() -> Rows:
    names = {
        "country": "country",
        "continent": "continent",
        "year": "year",
        "population": "pop",
        "gdp_per_person": "gdpPercap",
        "life_expectancy": "lifeExp",
    }
    return names, ([row[name] for name in names.values()] for row in _plotly("gapminder"))


_MAKERS: dict[str, Callable[[], Rows]] = {
    "churn": churn,
    "visits": visits,
    "bike_hires": hires,
    "tips": _tips,
    "gapminder": _gapminder,
    "breast_cancer": _breast_cancer,
    "wine": _wine,
    "iris": _iris,
    "digits": _digits,
    "diabetes": _diabetes,
}
