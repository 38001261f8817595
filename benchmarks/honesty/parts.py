"""What is drawn: the parts of the benchmark, how many draws of what, in an order that leaves whole rounds."""

from benchmarks.honesty.draws import Unit

ALL = (("decision_tree", 28), ("svm_rbf", 24), ("logistic_regression", 22), ("knn", 22), ("gaussian_nb", 4))
QUICK_TO_FIT = (("decision_tree", 20), ("svm_rbf", 10), ("logistic_regression", 15), ("knn", 15))
ONE_OF = (("decision_tree", 34), ("svm_rbf", 33), ("knn", 33))  # a search takes one of them, and 100 trials
WITH_PROBABILITIES = (("decision_tree", 30), ("logistic_regression", 30), ("knn", 30), ("gaussian_nb", 10))
OF_NUMBERS = (("decision_tree", 30), ("svm_rbf", 25), ("elastic_net", 20), ("knn", 25))
SEARCHES = ("random", "bayesian", "evolutionary")

SMALL = {  # rows of each
    "cancer": 100, "wine": 80, "digits": 200, "digits_odd": 150, "clear": 150, "dim": 150, "faint": 200,
    "friedman_binary": 150, "noise": 200,
}  # fmt: skip
LARGE = ("digits", "clear", "dim", "friedman_binary", "noise")
LEARNT = ("digits_odd", "dim", "friedman_binary", "cancer")
DRAWS = {"small": 36, "large": 12, "noise": 300, "learnt": 24, "other": 24}
QUICK_DRAWS = {"small": 2, "large": 1, "noise": 3, "learnt": 1, "other": 1}


def units(part: str, draws: int) -> list[Unit]:
    """Draws in the outer loop, sources in the inner: what is broken off is even."""
    found = []
    for number in range(draws):
        found += _round(part, number)
    return found


def _round(part: str, number: int) -> list[Unit]:
    if part == "small":
        return [Unit(part, source, n, number, ALL) for source, n in SMALL.items()]
    if part == "large":
        return [Unit(part, source, 1000, number, QUICK_TO_FIT) for source in LARGE]
    if part == "noise":
        return [Unit(part, "noise", 200, 1000 + number, ONE_OF, SEARCHES)]
    if part == "learnt":
        return [Unit(part, source, 200, number, ONE_OF, SEARCHES) for source in LEARNT]
    rare = [
        Unit(part, "rare", 200, number, WITH_PROBABILITIES, metric=metric)
        for metric in ("balanced_accuracy", "f1_macro", "roc_auc", "log_loss")
    ]
    return [*rare, *(Unit(part, source, 150, number, OF_NUMBERS, metric="r2") for source in ("diabetes", "friedman"))]
