"""Decision trees, alone and in forests. Missing numbers go to the trees as they are."""

from typing import Any

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from studies.evaluation.table import Table

from .domains import ALL_BUT_WIDE, Domain, choice, clamp, real, switch, whole
from .entry import Config, Entry, given, switched
from .preprocessing import FILLS, NATIVE, Offer

SHARE = (0.0, 1.0)
TREES = Offer(impute=(NATIVE, *FILLS), encode=("one_hot", "ordinal", "target"))


class DecisionTreeEntry(Entry):
    """A single tree; unlimited by default, as in the library, which then follows every row."""

    key = "decision_tree"
    label = "Decision tree"
    tasks = ("classification", "regression")
    summary = "One tree of yes-or-no questions; easy to read and explain, rarely the best."
    cost = "Under a second at 100,000 rows."
    speed = 5
    offer = TREES

    def domains(self, table: Table) -> list[Domain]:
        deepest = clamp(table.n_rows**0.5, 3, 12)
        return [
            choice("max_depth", "none", "Whether the tree stops at a depth.", ["none", "limited"], bounds=(1, None)),
            whole(
                "max_depth_limit", None, "Questions on the longest path; few are easy to read.",
                (2, min(6, deepest), "A tree to read."),
                (2, deepest, "At most the square root of the rows, or 12."),
                (1, 32, "A stump to as good as unlimited."),
                when={"max_depth": ["limited"]},
            ),
            _leaf(table, 100),
            whole("min_samples_split", 2, "Rows that a leaf needs before it may be split.",
                  (2, clamp(table.n_rows / 10, 3, 50), "At most a tenth of the rows."), log=True, fixed=ALL_BUT_WIDE),
            *_criterion(table),
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = DecisionTreeClassifier if table.task == "classification" else DecisionTreeRegressor
        tuned = given(config, "min_samples_leaf", "min_samples_split", "criterion")
        return kind(**tuned, max_depth=_depth(config), random_state=seed)


class RandomForestEntry(Entry):
    """100 trees as in the library: more only steady the answer."""

    key = "random_forest"
    label = "Random forest"
    tasks = ("classification", "regression")
    summary = "Many randomised trees averaged; strong without tuning, sees bends and interactions, takes gaps."
    cost = "One to three seconds at 10,000 rows, 10 to 40 at 100,000."
    speed = 2
    offer = TREES
    resamples = True

    def domains(self, table: Table) -> list[Domain]:
        why = "How many features each split may look at; fewer make the trees differ more."
        features = "sqrt" if table.task == "classification" else "share"
        return [
            choice("max_features", features, why, ["sqrt", "share"], ["sqrt", "log2", "share"],
                   bounds=SHARE),
            real(
                "max_features_share", 1.0 if features == "share" else None, "That number as a share of all features.",
                (0.3, 1.0, "At least a third or so."),
                (0.1, 1.0, "Below a tenth the trees guess."),
                (0.01, 1.0, "Down to a single feature."),
                when={"max_features": ["share"]}, most=1.0,
            ),
            _leaf(table, 20),
            switch(
                "bootstrap", self.resamples, "Whether each tree sees a resample of the rows or all of them.",
                fixed=("narrow",),
            ),
            choice(
                "max_samples", "all", "Whether a resample is as large as the table.",
                ["all", "share"], when={"bootstrap": [True]}, fixed=("narrow",), bounds=SHARE,
            ),
            real(
                "max_samples_share", None, "Size of the resample as a share of the rows.",
                (0.5, 1.0, "Halves still make good trees."), (0.1, 1.0, "Small ones are fast and smooth."),
                when={"max_samples": ["share"]}, most=1.0,
            ),
            choice(
                "max_depth", "none", "Whether trees stop at a depth.", ["none", "limited"], fixed=ALL_BUT_WIDE,
                bounds=(1, None),
            ),
            whole("max_depth_limit", None, "Questions on the longest path.",
                  (3, 30, "Shallow trees are smooth, 30 is as good as unlimited."),
                  when={"max_depth": ["limited"]}),
            whole("n_estimators", 100, "Trees; more only steady the answer and cost time.",
                  (50, 500, "Fewer are shaky, more are slow."),
                  log=True, fixed=ALL_BUT_WIDE),
            *_criterion(table),
        ]  # fmt: skip

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = RandomForestClassifier if table.task == "classification" else RandomForestRegressor
        return kind(**_forest(config), n_jobs=1, random_state=seed)


class ExtraTreesEntry(RandomForestEntry):
    """As a random forest, but splits fall at random places and, by default, every tree sees all rows."""

    key = "extra_trees"
    label = "Extra trees"
    summary = "A forest whose splits fall at random; smoother and faster than a random forest, good with noisy numbers."
    cost = "A little less than a random forest."
    speed = 3
    resamples = False

    def model(self, config: Config, table: Table, seed: int) -> Any:
        kind = ExtraTreesClassifier if table.task == "classification" else ExtraTreesRegressor
        return kind(**_forest(config), n_jobs=1, random_state=seed)


def _leaf(table: Table, most: int) -> Domain:
    few = clamp(table.n_rows / 20, 2, most // 2)
    usual = clamp(table.n_rows / 10, 2, most)
    return whole(
        "min_samples_leaf", 1, "Larger leaves smooth over noise.",
        (1, few, "A few rows at most."),
        (1, usual, "At most a tenth of the rows."),
        (1, clamp(table.n_rows / 5, 2, 10 * most), "Very large ones see little."),
        log=True,
    )  # fmt: skip


def _criterion(table: Table) -> list[Domain]:
    if table.task == "regression":
        return []
    return [
        choice("criterion", "gini", "What a good split is; rarely matters.", ["gini", "entropy"], fixed=ALL_BUT_WIDE)
    ]


def _depth(config: Config) -> int | None:
    depth: int | None = switched(config, "max_depth", "limited", "max_depth_limit", None)
    return depth


def _forest(config: Config) -> Config:
    resampled = config["bootstrap"] is True
    return given(config, "min_samples_leaf", "bootstrap", "n_estimators", "criterion") | {
        "max_features": switched(config, "max_features", "share", "max_features_share", 1.0),
        "max_samples": _resample(config) if resampled else None,
        "max_depth": _depth(config),
    }


def _resample(config: Config) -> float | None:
    asked = {"max_samples": "all"} | config
    share: float | None = switched(asked, "max_samples", "share", "max_samples_share", 1.0)
    return share
