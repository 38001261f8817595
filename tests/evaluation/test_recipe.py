"""A written recipe, run where neither we nor Django can be imported, gives the study's fold scores."""

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies.engine.tables import date_parts, table_from_file
from studies.evaluation import Plan, Table, catalogue, evaluate, make_plan
from studies.evaluation.recipe import Source, Tried, body, write_recipe, write_snippet
from studies.tabular import read_table, save_table
from studies.tabular.cells import MISSING_WORDS
from studies.tabular.content import ENCODINGS
from studies.tabular.date_features import date_part
from studies.tabular.dress import undress
from tests.factories import csv_text

RUNNER = """
import json, runpy, sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"studies", "django", "pandas"}:
            raise ImportError(name + " is not to be had here")
sys.meta_path.insert(0, Guard())
table, *recipes = sys.argv[1:]
for path in recipes:
    recipe = runpy.run_path(path)
    model = recipe["fit"](table)
    print(json.dumps([recipe["cross_validate"](*recipe["load"](table)), recipe["predict"](model, table)]))
"""
HOSTILE = "it's \"quoted\"\n'''\"\"\"\\ ; __import__('os').system('touch pwned') # \u202e é"


def run(folder: Path, table: Path, recipes: list[Path]) -> list[Any]:
    """Fold scores and predictions of each recipe, in a Python that knows only what is installed."""
    runner = folder / "runner.py"
    runner.write_text(RUNNER)
    command = [sys.executable, "-I", "-W", "ignore", str(runner), str(table), *map(str, recipes)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def stored(folder: Path, text: str, target: str, task: str, **options: Any) -> tuple[Path, Table, Source]:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    reading = read_table(path, **options)
    save_table(reading.columns, folder / "table.npz")
    features = tuple(column.name for column in reading.columns if column.name != target)
    table = table_from_file(str(folder / "table.npz"), features, target, task)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    words = MISSING_WORDS | set(options.get("missing_words", ()))
    source = Source(digest, ENCODINGS[reading.encoding], reading.separator, reading.decimal, words, table.classes)
    dress = {column.name: tuple(vars(column.dress).values()) for column in reading.columns if column.dress}
    more = {"read_as": options.get("read_as", {}), "dress": dress, "undress": undress}
    source = Source(**vars(source) | more)
    return path, table, source


def tried(table: Table, plan: Plan, key: str, metric: str, study: str = "A study", **config: Any) -> Tried:
    config = catalogue[key].defaults(table) | config
    found = evaluate(table, plan, key, config, metric=metric, seed=11)
    assert found.state == "complete", found.error
    return Tried(key, config, 11, metric, found.fold_scores, {"STUDY": study, "TRIAL": 3})


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_estimator_and_metric_gives_the_fold_scores_of_the_study(tmp_path: Path, task: str) -> None:
    path, table, source = stored(tmp_path, csv_text(80, task), "outcome", task)
    plan = make_plan(table, "stratified" if task == "classification" else "kfold", folds=3)
    entries = [entry for entry in catalogue.values() if task in entry.tasks]
    recipes, expected = [], []
    for i, entry in enumerate(entries):
        metrics = entry.metrics(task)
        trial = tried(table, plan, entry.key, metrics[(i + 3) % len(metrics)])
        recipes.append(tmp_path / f"{entry.key}.py")
        recipes[-1].write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
        expected.append(trial.fold_scores)
    for entry, (scores, predictions), wanted in zip(entries, run(tmp_path, path, recipes), expected, strict=True):
        assert np.max(np.abs(np.array(scores) - wanted)) < 1e-9, entry.key
        assert len(predictions) == 80
        assert task == "regression" or set(predictions) <= set(table.classes)
    for words in (["check"], ["format", "--check", "--line-length=120"]):
        command = [sys.executable, "-m", "ruff", *words, "--isolated", *map(str, recipes)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout


PREPARED = {
    "ridge": {"impute": "most_frequent", "impute_mark": False, "scale": "robust", "encode": "target"},
    "knn": {"impute": "constant", "scale": "quantile", "encode": "target", "n_neighbors": 3},
    "gaussian_nb": {"impute": "mean", "scale": "standard"},
    "logistic_regression": {"scale": "minmax", "l1_ratio": 0.5},
    "random_forest": {"impute": "median", "encode": "ordinal", "max_features": "share", "max_features_share": 0.5},
    "extra_trees": {"encode": "target", "bootstrap": True, "max_samples": "share", "max_samples_share": 0.7},
    "hist_gradient_boosting": {"encode": "ordinal", "l2_regularization": "number", "l2_regularization_number": 0.1},
    "svm_rbf": {"gamma": "number", "gamma_number": 0.05},
    "decision_tree": {"max_depth": "limited", "max_depth_limit": 3},
    "mlp": {"hidden_layers": 2, "units": 8, "activation": "tanh"},
}


def test_every_way_to_prepare_and_every_switch_comes_along(tmp_path: Path) -> None:
    path, table, source = stored(tmp_path, csv_text(80), "outcome", "classification")
    assert any(table.missing)
    plan = make_plan(table, "stratified", folds=2)
    recipes, expected = [], []
    for key, config in PREPARED.items():
        trial = tried(table, plan, key, "balanced_accuracy", **config)
        recipes.append(tmp_path / f"{key}.py")
        recipes[-1].write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
        expected.append(trial.fold_scores)
    for key, (scores, _), wanted in zip(PREPARED, run(tmp_path, path, recipes), expected, strict=True):
        assert np.max(np.abs(np.array(scores) - wanted)) < 1e-9, key


def odd_table() -> str:
    """Decimal commas, words for missing, a missing target, classes that are numbers, blank lines, hostile names, and
    numbers with a currency beside them."""
    rng = np.random.default_rng(5)
    quoted = HOSTILE.replace("\u202e", "").replace("\n", " ").replace('"', '""')
    lines = [f'Größe;"{quoted}";plus;x;price;class']
    for i in range(90):
        size = "unknown" if i % 9 == 4 else f"{rng.normal(3, 1):.2f}".replace(".", ",")
        word = ["é ", "e\u0301", "=cmd() ", '"a;""b"""', "N/A"][i % 5]
        price = "" if i % 11 == 3 else f"{'−' if i % 7 == 1 else ''}{1 + i % 3}.{rng.integers(100, 999)},5\u00a0€"
        target = "" if i == 7 else [0, 1.5, 20][(i // 2) % 3]
        lines.append(f"{size}; {word};{'+-'[i % 2]};{rng.integers(9)};{price};{target}")
        if i == 40:
            lines.append("")
    return "\n".join([*lines, ";;;;;", ""])


@pytest.mark.parametrize(("kind", "metric"), [("stratified", "roc_auc"), ("kfold", "log_loss")])
def test_odd_tables_are_read_as_the_study_read_them(tmp_path: Path, kind: str, metric: str) -> None:
    meant = {"x": {"3": ""}, "plus": {"+": "-"}, "no such column": {"a": "b"}}
    options = {"missing_words": ["unknown"], "kinds": {"class": "number", "price": "number"}, "read_as": meant}
    path, table, source = stored(tmp_path, odd_table(), "class", "classification", **options)
    assert (source.separator, source.decimal, table.n_rows) == (";", ",", 89)
    assert source.dress == {"price": ("", "€", ".", ",")}
    plan = make_plan(table, kind, folds=2, repeats=2)
    trial = tried(table, plan, "logistic_regression", metric, HOSTILE, C=0.1)
    source = Source(**vars(source) | {"classes": (0, 1.5, 20)})
    recipe = tmp_path / "recipe.py"
    recipe.write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
    ((scores, predictions),) = run(tmp_path, path, [recipe])
    assert np.max(np.abs(np.array(scores) - trial.fold_scores)) < 1e-9
    assert set(predictions) <= {0, 1.5, 20}
    assert not (tmp_path / "pwned").exists()


def test_a_new_table_in_another_currency_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "undress", undress)
    assert body.undressed(["1.200 €", ""], ("", "€", ".", ",")) == ["1200", ""]
    for other in ("1.200 $", "1.200", "high"):
        with pytest.raises(ValueError, match="is not written like the numbers of this column"):
            body.undressed(["7 €", other], ("", "€", ".", ","))


def test_a_recipe_runs_as_a_program(tmp_path: Path) -> None:
    path, table, source = stored(tmp_path, csv_text(60), "outcome", "classification")
    plan = make_plan(table, "stratified", folds=3)
    trial = tried(table, plan, "logistic_regression", "accuracy")
    recipe, new = tmp_path / "recipe.py", tmp_path / "new.csv"
    recipe.write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
    new.write_text("city,age,income\nGraz,60,70.5\nParis,20,\n")  # another order, a new level, no target
    command = [sys.executable, "-I", str(recipe), str(path), str(new)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines[0] == f"fold 1: {trial.fold_scores[0]!r} (in the study {trial.fold_scores[0]!r})"
    assert lines[4:] == ["yes", "no"]


@pytest.mark.parametrize("kind", ["group", "time"])
def test_plans_by_group_and_time_come_along(tmp_path: Path, kind: str) -> None:
    path, table, source = stored(tmp_path, csv_text(80, "regression"), "outcome", "regression")
    extra = {"groups": np.arange(80) // 7} if kind == "group" else {"order": np.arange(80.0)}
    plan = make_plan(Table(**vars_of(table) | extra), kind, folds=3)
    trial = tried(table, plan, "ridge", "rmse")
    recipe = tmp_path / "recipe.py"
    recipe.write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
    ((scores, _),) = run(tmp_path, path, [recipe])
    assert np.max(np.abs(np.array(scores) - trial.fold_scores)) < 1e-9


def vars_of(table: Table) -> dict[str, Any]:
    return {name: getattr(table, name) for name in table.__dataclass_fields__}


def test_whatever_people_wrote_stays_inside_of_literals(tmp_path: Path) -> None:
    _, table, source = stored(tmp_path, odd_table(), "class", "classification", missing_words=["unknown"])
    plan = make_plan(table, "kfold", folds=2)
    trial = tried(table, plan, "ridge", "accuracy", HOSTILE)
    text = write_recipe(table, plan, source, trial)
    tree = ast.parse(text)
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "__import__" not in named
    constants = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    assert ast.literal_eval(constants["STUDY"]) == HOSTILE
    assert list(ast.literal_eval(constants["FEATURES"])) == list(table.names)
    assert "\u202e" not in text


def test_the_pipeline_alone_builds_what_the_study_fitted(tmp_path: Path) -> None:
    _, table, _ = stored(tmp_path, csv_text(60), "outcome", "classification")
    plan = make_plan(table, "stratified", folds=3)
    for key, entry in catalogue.items():
        if "classification" not in entry.tasks:
            continue
        trial = Tried(key, entry.defaults(table), 11, "accuracy", [0.5] * 3)
        text = write_snippet(table, plan, trial)
        space: dict[str, Any] = {}
        exec(compile(text, key, "exec"), space)  # noqa: S102 (what we have just written)
        space["model"].fit(table.X, table.y)
        assert list(space["model"].named_steps)[-1] == "model"


def test_dates_come_along_under_the_names_that_the_study_had(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    lines = ["seen_on,seen_on: month,x,y"]
    for i in range(80):
        day, month, hour = rng.integers(1, 29), rng.integers(1, 13), rng.integers(24)
        when = "" if i % 9 == 4 else f"{month}/{day}/2023 {hour}:05" if i else "12/31/2023 13:00"
        lines.append(f"{when},{rng.integers(3)},{rng.normal():.3f},{month + hour / 10 + rng.normal():.3f}")
    path, table, source = stored(tmp_path, "\n".join(lines) + "\n", "y", "regression")
    stem, features = str(tmp_path / "table.npz"), ("seen_on", "seen_on: month", "x")
    (found,) = date_parts(stem, features)
    assert not found.day_first
    assert table.names == (
        "seen_on: days since 2000", "seen_on: month (of the date)", "seen_on: day of week", "seen_on: hour",
        "seen_on: month", "x",
    )  # fmt: skip
    assert table.X[0, 1] == 12
    assert table.X[0, 3] == 13
    assert np.isnan(table.X[4, :4]).all()
    dates = {name: ("seen_on", part, found.day_first) for name, part in found.parts.items()}
    source = Source(**vars(source) | {"dates": dates, "date_part": date_part})
    plan = make_plan(table, "kfold", folds=3)
    trial = tried(table, plan, "ridge", "rmse")
    recipe = tmp_path / "recipe.py"
    recipe.write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
    ((scores, predictions),) = run(tmp_path, path, [recipe])
    assert np.max(np.abs(np.array(scores) - trial.fold_scores)) < 1e-9
    assert len(predictions) == 80
    # Held-out rows of one day have the parts of the table that studies saw.
    few = tmp_path / "few.csv"
    few.write_text("\n".join([lines[0], *["1/2/2023 5:00,1,0.5,1.5"] * 12]) + "\n")
    save_table(read_table(few, kinds={"seen_on": "date", "seen_on: month": "integer"}).columns, tmp_path / "few.npz")
    fresh = table_from_file(str(tmp_path / "few.npz"), features, "y", "regression", like=stem)
    assert fresh.names == table.names
    assert fresh.X[0, 1:4].tolist() == [1.0, 1.0, 5.0]


@pytest.mark.parametrize("header", ["first", "none"])
def test_columns_are_called_as_the_study_calls_them(tmp_path: Path, header: str) -> None:
    rows = "".join(f"{i},{i % 7},{i * i % 11},{'xy'[i % 2]}\n" for i in range(40))
    text = ("size,,size,outcome\n" if header == "first" else "") + rows
    target = "outcome" if header == "first" else "column_4"
    path, table, source = stored(tmp_path, text, target, "classification", header=header)
    source = Source(**vars(source) | {"names_in_file": header == "first"})
    plan = make_plan(table, "stratified", folds=3, seed=0)
    trial = tried(table, plan, "decision_tree", "accuracy")
    recipe = tmp_path / "recipe.py"
    recipe.write_text(write_recipe(table, plan, source, trial), encoding="utf-8")
    [(scores, _)] = run(tmp_path, path, [recipe])
    assert scores == pytest.approx(trial.fold_scores)
