"""How columns are made fit for a model: filled, scaled, encoded; all of it learnt inside `fit`.

Every step is scikit-learn's own with plain arguments, so that a pipeline can be written down and built elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from studies.evaluation.naming import suggestion
from studies.evaluation.table import Table

from .domains import ALL_BUT_WIDE, Domain, choice, clamp, switch

MAX_CATEGORIES = 20  # one-hot columns for each categorical column; rarer levels share one
MANY_LEVELS = 100  # of a category, beyond which its level's mean target says more than 20 columns do
NATIVE_CATEGORIES = 254  # what gradient boosting can bin beside "missing"
TARGET_FOLDS = 5  # scikit-learn's own
QUANTILE_SAMPLE: int = QuantileTransformer().subsample  # of more rows the library draws so many
Steps = list[tuple[str, Any]]

NATIVE, NONE = "native", "none"
FILLS = ("median", "mean", "most_frequent", "constant")
SCALES = {
    "standard": "standardised",
    "robust": "centred at the median, scaled by the quartiles",
    "quantile": "quantiles of a normal distribution",
    "minmax": "moved to 0 to 1",
    NONE: "as they are",
}
FILLED = {
    "median": "median", "mean": "mean", "most_frequent": "most frequent value", "constant": "0",
    NATIVE: "missing values kept",
}  # fmt: skip
ENCODED = {
    "one_hot": f"one-hot, at most {MAX_CATEGORIES} columns each",
    "ordinal": "numbered levels",
    "target": "mean target of the level, cross-fitted",
    NATIVE: "native categories, missing is a value of its own",
}


@dataclass(frozen=True)
class Offer:
    """What an estimator can be given; the first of each is what it gets unless somebody chooses."""

    impute: tuple[str, ...] = FILLS
    scale: tuple[str, ...] = (NONE,)
    encode: tuple[str, ...] = ("one_hot", "target")
    usual_scales: tuple[str, ...] = ()  # scalers that the recommended space searches
    target: bool = False  # whether the target of a regression is standardised; the entry's model does that

    def domains(self, table: Table) -> list[Domain]:
        """Parameters for what matters: gaps in numbers, numbers, categories."""
        found: list[Domain] = []
        if _lacking(table):
            why = "What stands in for a missing number. Fixed unless gaps are many."
            found.append(choice("impute", self.impute[0], why, self.impute, fixed=ALL_BUT_WIDE))
            filled = [fill for fill in self.impute if fill != NATIVE]
            when = {"impute": filled} if NATIVE in self.impute else None
            why = "A column of its own says where a number was missing."
            found.append(switch("impute_mark", True, why, when, fixed=ALL_BUT_WIDE))
        if table.number_columns and len(self.scale) > 1:
            why = "Quantiles tame skewed numbers and outliers; robust only outliers."
            if self.usual_scales:
                found.append(choice("scale", self.scale[0], why, self.usual_scales, self.scale, fixed=("narrow",)))
            else:
                found.append(choice("scale", self.scale[0], why, self.scale, fixed=ALL_BUT_WIDE))
        if table.category_columns and len(self.encode) > 1:
            why = "One-hot has a column for each level; the target's mean serves many levels, and needs rows."
            found.append(choice("encode", self.usual_encoding(table), why, self.encode, fixed=ALL_BUT_WIDE))
        return found

    def usual_encoding(self, table: Table) -> str:
        """What new studies get. A configuration that says nothing gets the first offered, as studies always did."""
        most = max((len(table.levels[j]) for j in table.category_columns), default=0)
        return "target" if most > MANY_LEVELS and "target" in self.encode else self.encode[0]

    def chosen(self, config: Mapping[str, Any]) -> "Preprocessing":
        """The recipe that a configuration asks for; ValueError for a word that is not offered."""
        picked = {}
        for part in ("impute", "scale", "encode"):
            offered: Sequence[str] = getattr(self, part)
            picked[part] = config.get(part, offered[0])
            if picked[part] not in offered:
                hint = suggestion(picked[part], offered)
                raise ValueError(f"{part} is {picked[part]!r}, which is not offered here. {hint}")
        return Preprocessing(**picked, mark=bool(config.get("impute_mark", True)), target=self.target)


@dataclass(frozen=True)
class Preprocessing:
    """A recipe for numbers (impute, mark, scale) and categories (encode)."""

    impute: str = "median"
    scale: str = NONE
    encode: str = "one_hot"
    mark: bool = True
    target: bool = False

    def steps(self, table: Table, seed: int = 0) -> Steps:
        """Pipeline steps before the model; none where the model takes the matrix as it is."""
        numbers, categories = self._number_steps(table, seed), self._category_steps(table, seed)
        if not table.category_columns:
            return numbers
        if not numbers and not categories:
            return []
        parts = [
            ("numbers", Pipeline(numbers) if numbers else "passthrough", table.number_columns),
            ("categories", categories[0][1] if categories else "passthrough", table.category_columns),
        ]
        if self.encode == NATIVE:
            parts.reverse()  # how many columns of numbers there are depends on the marks that the training rows need
        return [("prepare", ColumnTransformer(parts, sparse_threshold=0.0))]

    def draws(self, table: Table) -> bool:
        """Whether the steps draw at random, so that what they make of the rows depends on the seed."""
        if self.encode == "target" and table.category_columns:
            return True
        return self.scale == "quantile" and bool(table.number_columns) and table.n_rows > QUANTILE_SAMPLE

    def native_columns(self, table: Table) -> list[int] | None:
        """Which columns of the prepared matrix hold codes of categories; None when none do."""
        if not table.category_columns or self.encode != NATIVE:
            return None
        return list(range(len(table.category_columns))) if self.steps(table) else list(table.category_columns)

    def _number_steps(self, table: Table, seed: int) -> Steps:
        steps: Steps = []
        if not table.number_columns:
            return steps
        if _lacking(table):
            steps.append(("fill", self._imputer()))
        if self.scale == "standard":
            steps.append(("scale", StandardScaler()))
        elif self.scale == "robust":
            steps.append(("scale", RobustScaler()))
        elif self.scale == "minmax":
            steps.append(("scale", MinMaxScaler()))
        elif self.scale == "quantile":
            # No more quantiles than the smallest training part (one half, with 2 folds) has rows.
            quantiles = clamp(table.n_rows / 2, 2, 1000)
            transformer = QuantileTransformer(n_quantiles=quantiles, output_distribution="normal", random_state=seed)
            steps.append(("scale", transformer))
        return steps

    def _imputer(self) -> SimpleImputer:
        """Columns without any value in the training rows are kept, as 0; the mark tells "was missing" apart."""
        if self.impute == NATIVE:
            return SimpleImputer(strategy=zero_if_empty, keep_empty_features=True)
        fill = {"fill_value": 0.0} if self.impute == "constant" else {}
        return SimpleImputer(strategy=self.impute, add_indicator=self.mark, keep_empty_features=True, **fill)

    def _category_steps(self, table: Table, seed: int) -> Steps:
        if not table.category_columns:
            return []
        if self.encode == "one_hot":
            encoder = OneHotEncoder(
                handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False
            )
        elif self.encode == "target":
            encoder = _target_encoder(table, seed)
        elif self.encode == "ordinal":
            encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
        elif max(len(table.levels[j]) for j in table.category_columns) <= NATIVE_CATEGORIES:
            return []
        else:
            encoder = OrdinalEncoder(
                handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=NATIVE_CATEGORIES
            )
        return [("encode", encoder)]


def zero_if_empty(values: NDArray[np.float64]) -> float:
    """An imputer's strategy that fills nothing but columns without any value: no model can bin a column of nothing."""
    return 0.0 if len(values) == 0 else np.nan


def describe(offer: Offer, table: Table, parameters: Sequence[Mapping[str, Any]] = ()) -> str:
    """ "5 numbers: median and a mark where missing, standardised; 2 categories: one-hot, at most 20 columns each".

    parameters: a space as JSON; what it searches is said with "or", what it leaves out is as usual.
    """
    possible = {entry["name"]: _possible(entry) for entry in parameters}

    def of(part: str) -> list[Any]:
        usual = offer.usual_encoding(table) if part == "encode" and not parameters else getattr(offer, part)[0]
        return possible.get(part) or [usual]

    parts = []
    if table.number_columns:
        words = [_filled(of("impute"), possible.get("impute_mark", [True]))] if _lacking(table) else []
        if of("scale") != [NONE]:
            words.append(_either(of("scale"), SCALES))
        said = ", ".join(words) or SCALES[NONE]
        parts.append(f"{_count(len(table.number_columns), 'number', 'numbers')}: {said}")
    if table.category_columns:
        said = _either(of("encode"), ENCODED)
        parts.append(f"{_count(len(table.category_columns), 'category', 'categories')}: {said}")
    if offer.target and table.task == "regression":
        parts.append("target: standardised")
    return "; ".join(parts)


def _filled(fills: Sequence[str], marks: Sequence[bool]) -> str:
    filled = [FILLED[fill] for fill in _known(fills, FILLED) if fill != NATIVE]
    words = " or ".join(filled)
    if filled and True in marks:
        words += f" {'with or without' if False in marks else 'and'} a mark"
    if filled:
        words += " where missing"
    if NATIVE not in fills:
        return words
    return f"{FILLED[NATIVE]} or {words}" if words else FILLED[NATIVE]


def _either(values: Sequence[Any], words: Mapping[str, str]) -> str:
    return " or ".join(words[value] for value in _known(values, words))


def _known(values: Sequence[Any], words: Mapping[str, str]) -> list[str]:
    """The values that mean something; a form shows what was typed, whatever that is."""
    return [value for value in values if isinstance(value, str) and value in words]


def _possible(entry: Mapping[str, Any]) -> list[Any]:
    if entry.get("type") == "constant":
        return [entry.get("value")]
    return [False, True] if entry.get("type") == "boolean" else list(entry.get("choices") or [])


def _target_encoder(table: Table, seed: int) -> TargetEncoder:
    """Each row's level is encoded by the other rows of the training part alone: it splits them again inside `fit`."""
    if table.task == "regression":  # whole numbers would pass for classes
        folds = KFold(clamp(table.n_rows / 4, 2, TARGET_FOLDS), shuffle=True, random_state=seed)
        return TargetEncoder(target_type="continuous", cv=folds)
    largest = int(table.class_counts.max())
    folds = StratifiedKFold(clamp(largest / 4, 2, TARGET_FOLDS), shuffle=True, random_state=seed)
    return TargetEncoder(cv=folds)


def _lacking(table: Table) -> bool:
    return any(table.missing[j] for j in table.number_columns)


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
