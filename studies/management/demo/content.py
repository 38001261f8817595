"""What the demo shows: the studies that the real engine runs for its people."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DemoStudy:
    """A study by its name, which is how a demo that was broken off finds what it has made already.

    ends: where the demo leaves it: "complete", "draft" or "running". What is to run on is launched last, so that it
    takes no time from what somebody waits for.
    """

    name: str
    sample: str
    who: str
    spec: dict[str, Any]
    ends: str = "complete"


STUDIES = (
    DemoStudy(
        "Churn, boosted trees",
        "churn",
        "ben",
        {"estimator": "hist_gradient_boosting", "method": "bayesian", "budget": {"trials": 24}, "parallel": 2},
    ),
    DemoStudy(
        "Wine, which grower",
        "wine",
        "ben",
        {"estimator": "svm_rbf", "method": "evolutionary", "budget": {"trials": 40}, "parallel": 2},
    ),
    DemoStudy(
        "Diabetes, how far will it go",
        "diabetes",
        "ada",
        {"estimator": "decision_tree", "method": "random", "budget": {"trials": 40}, "parallel": 2},
    ),
    DemoStudy(
        "Breast cancer, neighbours on a grid",
        "breast_cancer",
        "ben",
        {"estimator": "knn", "method": "grid", "budget": {"trials": 48}, "parallel": 2},
    ),
    DemoStudy(
        "Churn, a linear model to hold against it",
        "churn",
        "ada",
        {"estimator": "logistic_regression", "method": "bayesian", "budget": {"trials": 40}, "parallel": 1},
        ends="draft",
    ),
    DemoStudy(
        "Digits, a forest that is still growing",
        "digits",
        "ben",
        {"estimator": "random_forest", "method": "bayesian", "budget": {"trials": 100}, "parallel": 1},
        ends="running",
    ),
)

# Of one table a fifth is held out, for the trial that the team approves: rows by the sample's name.
HELD_OUT = {"churn": 0.2}

# The same search by three methods, three times each: what differs is the method and its luck.
COMPARED = DemoStudy(
    "Wine, which method",
    "wine",
    "ada",
    {"estimator": "svm_rbf", "budget": {"trials": 16}, "parallel": 1},
)
COMPARED_METHODS, COMPARED_SEEDS = ["bayesian", "evolutionary", "random"], 3
