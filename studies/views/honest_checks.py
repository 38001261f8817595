"""The facts of the checklist that rest on a study's expected score, where a worker has worked it out."""

from typing import Any

from studies.models import Trial
from studies.plots.numbers import count_of, format_percent, format_score

from .expected_scores import Expected
from .findings import FAIL, PASS, WARN, Check
from .pairs import differences, unit_of

SURE = 0.95


def of_the_search(expected: Expected) -> list[Check]:
    """What is true of the whole search, whichever trial is looked at."""
    return [check for check in (_over_fitting(expected), _converged(expected), _ledger(expected)) if check]


def _over_fitting(expected: Expected) -> Check:
    """Stated; it warns where it is more than what the choice really gains over the defaults."""
    figures, noise = expected.figures, expected.noise
    found = expected.over_fitting
    words = (
        f"{found[0].upper()}{found[1:]}, over {count_of(figures['trials'], 'trial')}: best CV "
        f"{format_score(expected.best, noise)}, expected {format_score(expected.value, noise)} "
        f"[{format_score(expected.low, noise)}, {format_score(expected.high, noise)}]."
    )
    gain = (figures["defaults"] or {}).get("gain")
    if gain is not None and expected.best_number and figures["optimism"] > max(gain, 0.0):
        return Check(
            WARN, "More over-fitting to validation than gain", f"{words} The defaults may do as well.", "optimism"
        )
    return Check(PASS, "Over-fitting to validation is stated", words, "optimism")


def over_defaults(expected: Expected) -> Check | None:
    """What the search's choice gains over the library's defaults on new data, with its chance; None where unknown."""
    found = expected.figures["defaults"]
    if not found:
        return None
    words = f"{difference_words(expected, found)} on new data, a real gain with a chance of "
    words += f"{format_percent(found['chance'])}."
    if found["gain"] <= 0:
        return Check(FAIL, "Not better than the defaults", words, "gain")
    if found["chance"] < SURE:
        return Check(WARN, "Perhaps no better than the defaults", words, "gain")
    return Check(PASS, "Better than the defaults", words, "gain")


def over_baseline(expected: Expected) -> Check | None:
    found = expected.figures["baseline"]
    if not found:
        return None
    words = f"{difference_words(expected, found)} on new data against the baseline."
    if not found["pattern"]:
        return Check(FAIL, "No pattern beyond the baseline", f"{words} It may be chance.", "pattern")
    return Check(PASS, "A pattern beyond the baseline", words, "pattern")


def tie(expected: Expected, trial: Trial) -> Check:
    """By the tied set, which allows for there having been many comparisons."""
    others = [number for number in expected.tied if number != trial.number]
    if not expected.is_tied(trial.number):
        words = f"{count_of(len(others), 'trial')} tied with the best, and it is none of them."
        return Check(WARN, "Others score clearly better", words, "tied")
    if others:
        words = f"{count_of(len(others), 'other trial')} tied as well: choose among them by what else counts."
        return Check(PASS, "Tied with the best", words, "tied")
    return Check(PASS, "Clearly the best", "No other trial is tied with it.", "tied")


def _converged(expected: Expected) -> Check | None:
    recent, verdict = expected.figures["recent"], expected.figures["verdict"]
    if not recent:
        return None
    share = format_percent(recent["share"])
    words = f"One of the newest {recent['trials']} trials is chosen in {share} of the resamples."
    if verdict == "converged":
        return Check(PASS, "Converged", words, "convergence")
    if verdict == "searching":
        return Check(WARN, "Not converged", f"{words} More trials may still help.", "convergence")
    return None


def _ledger(expected: Expected) -> Check | None:
    ledger = expected.figures["ledger"]
    if not ledger:
        return None
    people = ledger["people"]
    words = (
        f"{ledger['trials']:,} trials in {count_of(ledger['studies'], 'study').replace('studys', 'studies')} by "
        f"{'one person' if people == 1 else f'{people} people'}; the best of all "
        f"should reach {format_score(ledger['expected'], expected.noise)}."
    )
    return Check(WARN, "Rows were used before", words, "ledger")


def difference_words(expected: Expected, found: dict[str, Any]) -> str:
    """A gain with its interval in the metric's words: "+3.6 points [+1.2, +6.0]"."""
    words = differences(expected.study, expected.value)
    return f"{words(found['gain'])} {unit_of(expected.study)} [{words(found['low'])}, {words(found['high'])}]"
