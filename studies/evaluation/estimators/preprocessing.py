"""How columns are made fit for a model: filled, scaled, encoded; all of it learnt inside `fit`."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, QuantileTransformer, StandardScaler

from studies.evaluation.table import Table

MAX_CATEGORIES = 20  # one-hot columns for each categorical column; rarer levels share one
NATIVE_CATEGORIES = 254  # what gradient boosting can bin beside "missing"
Steps = list[tuple[str, Any]]


@dataclass(frozen=True)
class Preprocessing:
    """A recipe: fill missing numbers (median, with a mark), scale ("standard", "quantile" or None), encode categories.

    encode: "one_hot", or "native" for models that take level codes and missing values themselves.
    """

    fill: bool = True
    scale: str | None = "standard"
    encode: str = "one_hot"
    target: bool = False  # whether the target of a regression is standardised; the entry's model does that

    def steps(self, table: Table) -> Steps:
        """Pipeline steps before the model; none where the model takes the matrix as it is."""
        first: Steps = [("empty", EmptyToZero())] if self.encode == "native" and any(table.missing) else []
        numbers, categories = self._number_steps(table), self._category_steps(table)
        if not table.category_columns:
            return first + numbers
        if not numbers and not categories:
            return first
        return [
            *first,
            (
                "prepare",
                ColumnTransformer(
                    [
                        ("numbers", Pipeline(numbers) if numbers else "passthrough", table.number_columns),
                        ("categories", categories[0][1] if categories else "passthrough", table.category_columns),
                    ],
                    sparse_threshold=0.0,
                ),
            ),
        ]

    def category_mask(self, table: Table) -> list[bool] | None:
        """Which columns of the prepared matrix hold native codes; None when there are none."""
        if not table.category_columns:
            return None
        if "prepare" not in dict(self.steps(table)):
            return list(table.categorical)
        return [False] * len(table.number_columns) + [True] * len(table.category_columns)

    def describe(self, table: Table) -> str:
        """ "5 numbers: median, standardised; 2 categories: one-hot"."""
        parts = []
        if table.number_columns:
            parts.append(f"{_count(len(table.number_columns), 'number', 'numbers')}: {self._number_words(table)}")
        if table.category_columns:
            words = (
                f"one-hot, at most {MAX_CATEGORIES} columns each"
                if self.encode == "one_hot"
                else "native categories, missing is a value of its own"
            )
            parts.append(f"{_count(len(table.category_columns), 'category', 'categories')}: {words}")
        if self.target and table.task == "regression":
            parts.append("target: standardised")
        return "; ".join(parts)

    def _number_steps(self, table: Table) -> Steps:
        steps: Steps = []
        if not table.number_columns:
            return steps
        if self.fill and _lacking(table):
            # The mark tells "was missing" apart from "was the median"; columns complete in training get none.
            steps.append(("fill", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)))
        if self.scale == "standard":
            steps.append(("scale", StandardScaler()))
        elif self.scale == "quantile":
            # No more quantiles than the smallest training part (one half, with 2 folds) has rows.
            quantiles = max(2, min(1000, table.n_rows // 2))
            transformer = QuantileTransformer(n_quantiles=quantiles, output_distribution="normal", random_state=0)
            steps.append(("scale", transformer))
        elif self.scale is not None:
            raise ValueError(f"scaler is 'standard' or 'quantile', not {self.scale!r}.")
        return steps

    def _category_steps(self, table: Table) -> Steps:
        if not table.category_columns:
            return []
        if self.encode == "one_hot":
            encoder = OneHotEncoder(
                handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False
            )
            return [("encode", encoder)]
        if max(len(table.levels[j]) for j in table.category_columns) <= NATIVE_CATEGORIES:
            return []
        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=NATIVE_CATEGORIES
        )
        return [("encode", encoder)]

    def _number_words(self, table: Table) -> str:
        words = []
        if _lacking(table):
            words.append("median and a mark where missing" if self.fill else "missing values kept")
        if self.scale is not None:
            words.append("standardised" if self.scale == "standard" else "quantiles of a normal distribution")
        return ", ".join(words) or "as they are"


class EmptyToZero(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Columns that are all missing in the training rows become 0: gradient boosting cannot bin a column of nothing."""

    def fit(self, X: NDArray[np.float64], y: object = None) -> Self:
        self.empty_ = np.isnan(X).all(axis=0)
        return self

    def transform(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(self.empty_, 0.0, X) if self.empty_.any() else X


def _lacking(table: Table) -> bool:
    return any(table.missing[j] for j in table.number_columns)


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
