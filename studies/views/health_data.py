"""Whether the data can bear the search: a column that gives the target away, too few rows for so many trials."""

from collections.abc import Mapping, Sequence

from studies.plots.numbers import count_of, format_score

from .findings import FAIL, PASS, WARN, Card, Remedy

TELLING = ("target_copy", "telling")  # codes of the table's warnings that accuse a column
NEARLY = 0.02  # of what guessing gets wrong is all that is left
NEARLY_ROOT = 0.1  # the same for errors in the target's unit, of which R² knows the square
FEW_ROWS, MANY_TRIALS = 200, 50


def too_good(
    best: float | None,
    guess: float | None,
    metric: str,
    maximize: bool,
    suspects: Mapping[str, str],
    dataset: str,
    kept: Sequence[str] = (),
) -> Card:
    """best, guess: scores of the best trial and of the baseline; suspects: columns that may give the study's target
    away, with what is said of each; dataset: the address of its page; kept: what the team keeps in spite of such a
    warning, in sentences."""
    messages = list(suspects.values())
    perfect = best is not None and _nearly_perfect(best, guess, metric, maximize)
    columns = (Remedy("Look at the columns", href=f"{dataset}#columns"),)
    look = tuple(Remedy(f"Look at {name}", href=f"{dataset}#columns") for name in list(suspects)[:3])
    if perfect and messages:
        words = f"Hardly any error is left, and there is a reason: {messages[0]}"
        return Card(FAIL, "Too good to be true", words, remedies=look or columns)
    if messages:
        return Card(WARN, "A column may give the target away", messages[0], remedies=look)
    if kept:
        words = f"A column nearly gives the target away, and the team knows. {' '.join(kept)}"
        return Card(WARN if perfect else PASS, "A telling column is kept", words, remedies=columns)
    if perfect:
        words = (
            f"The best score is {format_score(best)}: hardly any error is left. Is a column only known after the "
            "target, or computed from it?"
        )
        return Card(WARN, "Nearly perfect", words, remedies=columns)
    return Card(
        PASS, "Not too good to be true", "Errors are left, and no single column was found to give the target away."
    )


def _nearly_perfect(best: float, guess: float | None, metric: str, maximize: bool) -> bool:
    """How much error is left, by what guessing gets wrong."""
    left, all_of_it = (1 - best, None if guess is None else 1 - guess) if maximize else (best, guess)
    if all_of_it is None or all_of_it <= 0:
        return maximize and left <= NEARLY
    return left / all_of_it <= (NEARLY_ROOT if metric in ("rmse", "mae") else NEARLY)


def few_rows(
    rows: int, trials: int, optimism: str = "", beyond_noise: bool | None = None, can_repeat: bool = True
) -> Card | None:
    """optimism: the over-fitting to validation found, in words; beyond_noise: whether it is more than the best trial's
    standard error, None while it is not known. None while there is nothing to say."""
    counted = f"{count_of(trials, 'trial')} on {count_of(rows, 'row')}"
    remedies = (Remedy("Use 5 repeats", follow="repeats=5"),) if can_repeat else ()
    if beyond_noise is None:
        if trials < MANY_TRIALS or rows >= FEW_ROWS:
            return None
        return Card(
            WARN,
            "Few rows for this many trials",
            f"{counted}: the best of them owes much to luck.",
            "optimism",
            remedies,
        )
    if beyond_noise:
        found = f"over-fitting to validation is {optimism}, more than the noise of one trial"
        words = f"{counted}: {found}. More trials add to it."
        return Card(WARN, "Few rows for this many trials", words, "optimism", remedies)
    found = f"over-fitting to validation is {optimism}" if optimism else "no over-fitting to validation was found"
    return Card(PASS, "Enough rows for this many trials", f"{counted}: {found}.", "optimism")
