"""Whether a study's search still helps, in one sentence with its numbers, and what to do about it."""

from dataclasses import dataclass

from studies.plots.expected_curve import NO_PATTERN, converged_title
from studies.plots.numbers import format_percent

from .study_expected import StudyExpected

RECENT = 20  # newest trials that a verdict is about


@dataclass(frozen=True)
class Verdict:
    """`says_stop`: more trials would only fit noise; `may_narrow`: another search, nearer the best, may find more."""

    title: str
    text: str
    says_stop: bool = False
    may_narrow: bool = False


def verdict(shown: StudyExpected) -> Verdict | None:
    """None while nothing is known."""
    if not shown.is_known:
        return None
    newest, kind = _newest(shown), shown.figures["verdict"]
    if kind == "converged":
        title = converged_title(shown.figures["last_help"], shown.expected.best_number)
        return Verdict(title, f"{newest}More trials would fit noise; more rows or repeats would help more.", True, True)
    if kind == "no_pattern":
        text = "More trials would fit noise: look at the columns and the target, or try another estimator."
        return Verdict(NO_PATTERN, text, True)
    if kind == "searching":
        return Verdict("Not converged yet", f"{newest}{_helped(shown)}".strip())
    return Verdict(
        "Too early to tell", f"It takes more than {RECENT} complete trials to see whether more of them help."
    )


def _helped(shown: StudyExpected) -> str:
    last = shown.figures["last_help"]
    return "" if last is None else f"Trial {last} was the last that surely raised what to expect."


def _newest(shown: StudyExpected) -> str:
    recent = shown.figures["recent"]
    if not recent:
        return ""
    return f"The newest {recent['trials']} trials win {format_percent(recent['share'])} of the resamples. "
