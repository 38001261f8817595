"""A trial as one Python file that needs scikit-learn alone: it rebuilds the pipeline, scores it on the study's folds
and fits it on all rows.

Nothing that a person wrote (names, levels, files) stands outside of a string literal.
"""

import base64
import platform
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray

from studies.evaluation.estimators import Config, catalogue
from studies.evaluation.fold_loop import fold_seed
from studies.evaluation.splits import LEFT_OUT, Plan
from studies.evaluation.table import Table

from . import body
from .expressions import SEED, Expressions
from .layout import assign, lay_out, long_text
from .scoring import scorer
from .sources import Sources

TRAINS_ONLY = 254  # learnt from, never validated
STAND_IN = 2_718_281_828  # built with this random state, to see where a pipeline takes it
PARTS = (
    "read_cells", "clean", "as_numbers", "as_codes", "features_of", "seen", "load", "folds", "cross_validate", "fit",
    "predict", "main",
)  # fmt: skip
DOCSTRING = '''"""A model that Tuningsite found, rebuilt with scikit-learn alone.

    python recipe.py table.csv            score the study's folds, fit on all rows
    python recipe.py table.csv new.csv    the same, and predict each row of new.csv

From Python: `model = fit("table.csv")`, then `predict(model, "new.csv")`.
"""'''


@dataclass(frozen=True)
class Source:
    """How the uploaded table is read: its SHA-256, Python's name of the encoding, the characters between cells and in
    numbers, the words (in lower case) that mean missing, the classes as the target has them, words or numbers, and
    which rows of the file no study sees: (n,), None for none.

    dates: of each feature that is part of a date, the column, the part and whether the day comes before the month.
    date_part: the function that takes (cells, part, day_first) to (n,) numbers; its source is written out.
    names_in_file: false where the first line is data, and the columns are called by their places.
    read_as: what words of single columns mean, by column and word; "" for missing.
    dress: of each column of numbers with units or the like beside them, what `undress` takes after a cell to give the
    number as Python writes it; its source is written out as well."""

    sha256: str
    encoding: str
    separator: str
    decimal: str
    missing: frozenset[str]
    classes: tuple[str | int | float, ...] = ()
    held_out: NDArray[np.bool_] | None = None
    dates: Mapping[str, tuple[str, str, bool]] = field(default_factory=dict)
    date_part: Callable[[list[str], str, bool], NDArray[np.float64]] | None = None
    dress: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)
    undress: Callable[[str, str, str, str, str], str | None] | None = None
    names_in_file: bool = True
    read_as: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """What a trial was: estimator, configuration, its own seed, the metric and the score of each fold."""

    estimator: str
    config: Config
    seed: int
    metric: str
    fold_scores: Sequence[float]
    facts: dict[str, Any] = field(default_factory=dict)  # constants for a reader: {"STUDY": name, "TRIAL": number}


def write_recipe(table: Table, plan: Plan, source: Source, tried: Tried) -> str:
    """The file's text. ValueError where the estimator no longer takes the configuration, KeyError where it is gone."""
    if len(tried.fold_scores) != plan.n_fits:
        raise ValueError(f"The trial has {len(tried.fold_scores)} fold scores; the plan has {plan.n_fits} folds.")
    writer = Expressions(STAND_IN)
    sources = Sources(writer, given=["build", "score"])
    writer.own = sources.add
    pipeline = _pipeline(table, plan, tried, writer)
    constants = _constants(table, plan, source, tried)
    sources.given |= set(constants)
    before = set(sources.definitions)
    _add_dates(sources, source)
    _add_dress(sources, source)
    _add_body(sources, table, plan, tried)
    own = [text for name, text in sources.definitions.items() if name in before]
    rest = [text for name, text in sources.definitions.items() if name not in before]
    folds = f"# The fold in which each row is validated: {_fold_words(plan)}\n{constants.pop('FOLDS')}"
    values = "\n".join([*constants.values(), *sources.constants.values()])
    definitions = "\n\n\n".join([*own, pipeline, *rest])
    head = f"{DOCSTRING}\n\n{writer.imports()}\n\n{values}"
    return f'{head}\n\n\n{definitions}\n\n\n{folds}\n\nif __name__ == "__main__":\n    main()\n'


def write_snippet(table: Table, plan: Plan, tried: Tried) -> str:
    """The pipeline alone, with its imports, for somebody who has the data in arrays already."""
    writer = Expressions()
    sources = Sources(writer)
    writer.own = sources.add
    seed = fold_seed(tried.seed, 0)
    built = writer.expression(catalogue[tried.estimator].pipeline(tried.config, _seen(table, plan), seed))
    own = [*sources.constants.values(), *sources.definitions.values()]
    return "\n\n\n".join([part for part in (writer.imports(), *own, assign("model", built)) if part]) + "\n"


def _pipeline(table: Table, plan: Plan, tried: Tried, writer: Expressions) -> str:
    entry = catalogue[tried.estimator]
    built = writer.expression(entry.pipeline(tried.config, _seen(table, plan), STAND_IN))
    returned = lay_out(built, "return ", 4)
    return f'def build({SEED}):\n    """{entry.label}, with what prepares its columns; unfitted."""\n    {returned}'


def _seen(table: Table, plan: Plan) -> Table:
    """The rows that the plan uses: an entry is asked about those."""
    used = plan.used
    return table if used.all() else table.subset(used)


def _constants(table: Table, plan: Plan, source: Source, tried: Tried) -> dict[str, str]:
    """Each constant's assignment by its name; the folds come last, for they are long."""
    writer = Expressions()
    kinds = zip(table.names, table.categorical, table.levels, strict=True)
    values: dict[str, Any] = {
        **tried.facts,
        "MADE_WITH": versions(),
        "TABLE_SHA256": source.sha256,
        "ENCODING": source.encoding,
        "NAMES_IN_FILE": source.names_in_file,
        "SEPARATOR": source.separator,
        "DECIMAL": source.decimal,
        "MISSING": source.missing,
        "READ_AS": {name: dict(words) for name, words in source.read_as.items()},
        "TARGET": table.target,
        "CLASSES": list(source.classes),
        "FEATURES": {name: source.dates.get(name, list(levels) if coded else None) for name, coded, levels in kinds},
        **({"DRESS": dict(source.dress)} if source.dress else {}),
        "RESULTS": [(fold_seed(tried.seed, i), float(score)) for i, score in enumerate(tried.fold_scores)],
        "REPEATS": plan.repeats,
    }
    comments = {
        "MISSING": "# Words that mean missing, in lower case.",
        "READ_AS": "# What words of single columns mean; nothing for missing.",
        "CLASSES": "# In the order of their numbers in y; none for regression.",
        "FEATURES": "# The columns of X in order: the levels of categories, None for numbers.",
        "DRESS": "# Beside the numbers of a column: before, after, between thousands, and the decimal mark.",
        "RESULTS": "# The random state and the score of each fold in the study.",
    }
    made = {
        name: (f"\n{comments[name]}\n" if name in comments else "") + writer.assignment(name, value)
        for name, value in values.items()
    }
    held = source.held_out
    bits = "" if held is None else _packed(np.packbits(held))
    comment = "\n# The rows of the file that no study sees, a bit for each, compressed; empty: there are none.\n"
    made["HELD_OUT"] = comment + (assign("HELD_OUT", long_text(bits)) if bits else writer.assignment("HELD_OUT", ""))
    lines, earlier = _fold_lines(plan)
    made["LEARNS_FROM_EARLIER"] = writer.assignment("LEARNS_FROM_EARLIER", earlier)
    made["FOLDS"] = assign("FOLDS", long_text(_packed(lines)))
    return made


def _packed(values: NDArray[np.uint8]) -> str:
    return base64.b64encode(zlib.compress(values.tobytes(), 9)).decode("ascii")


def _fold_lines(plan: Plan) -> tuple[NDArray[np.uint8], bool]:
    """(R, n) the fold in which each row is validated, and whether a fold learns from earlier ones alone: read off the
    plan's own splits, whatever kind it is."""
    lines = np.full((plan.repeats, plan.n_rows), LEFT_OUT, dtype=np.uint8)
    splits = [plan.split(index) for index in range(plan.n_fits)]
    for index, (train, valid) in enumerate(splits):
        line = lines[index // plan.folds]
        line[train[line[train] == LEFT_OUT]] = TRAINS_ONLY
        line[valid] = index % plan.folds
    for earlier in (False, True):
        if all(np.array_equal(_learnt(lines, plan, i, earlier), train) for i, (train, _) in enumerate(splits)):
            return lines, earlier
    raise ValueError(f"The folds of a {plan.kind} plan cannot be written down.")


def _learnt(lines: NDArray[np.uint8], plan: Plan, index: int, earlier: bool) -> NDArray[np.intp]:
    line, fold = lines[index // plan.folds], index % plan.folds
    return np.flatnonzero((line < fold) | (line == TRAINS_ONLY) if earlier else (line != fold) & (line != LEFT_OUT))


def _fold_words(plan: Plan) -> str:
    return "a byte for each, compressed." if plan.repeats == 1 else "a byte for each and repeat, compressed."


def _add_dates(sources: Sources, source: Source) -> None:
    """How a date becomes numbers, in place of `features_of`; nothing where there is none."""
    if not source.dates or source.date_part is None:
        return
    sources.as_written += (source.date_part.__module__.rpartition(".")[0],)
    sources.add(source.date_part, "date_part")
    sources.add(body.features_with_dates, "features_of")


def _add_dress(sources: Sources, source: Source) -> None:
    """How units and the like beside numbers are taken off, in place of `read_cells`; nothing where there are none."""
    if not source.dress or source.undress is None:
        return
    sources.as_written += (source.undress.__module__.rpartition(".")[0],)
    sources.add(source.undress, "undress")
    sources.add(body.read_undressed, "read_cells")


def _add_body(sources: Sources, table: Table, plan: Plan, tried: Tried) -> None:
    seen = all(len(np.unique(table.y[plan.split(i)[0]])) == table.n_classes for i in range(plan.n_fits))
    sources.given.discard("score")
    sources.add(scorer(tried.metric, table.n_classes, seen or not table.classes), "score")
    for part in PARTS:
        sources.add(getattr(body, part))


def versions() -> dict[str, str]:
    """What computed the scores."""
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
