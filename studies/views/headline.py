"""The study page's first sentence: which case it is, and the numbers that it quotes."""

from collections import Counter
from dataclasses import dataclass

from studies.models import ASKING, Method, Study, StudyState, Trial, TrialState
from studies.plots.numbers import MINUS, format_points

from .labels import metric_in_text
from .progress import Incumbent, Progress

MOST_PERCENT = 1_000_000  # what is beyond is no longer read as a number
POINTS = {"accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "r2"}


@dataclass(frozen=True)
class Headline:
    """`case` names the sentence in _headline.html; the rest is what it may quote."""

    case: str
    metric: str
    best: Incumbent | None = None
    defaults: Incumbent | None = None
    gain: str = ""
    why_failed: str = ""
    failed_example: int | None = None
    workers: int = 0
    waits_for_person: bool = False


@dataclass(frozen=True)
class Gain:
    """How much better one score is than another, in the words of its metric."""

    number: str
    unit: str
    better: bool

    @property
    def words(self) -> str:
        return f"{self.number} {self.unit}"

    @property
    def size(self) -> str:
        """Without its sign: "3.6 points"."""
        return self.words.lstrip(f"+{MINUS}±")

    @property
    def against(self) -> str:
        """Before the name of what it is compared with: "3.6 points above", "0.3 % below", "0.2 lower than"."""
        if self.unit not in ("points", "%"):
            return f"{self.words} than"
        size = self.number.lstrip(f"+{MINUS}±")
        if not size.strip("0.,"):
            return "level with"
        return f"{size} {self.unit} {'below' if self.number.startswith(MINUS) else 'above'}"


def gain_over(study: Study, value: float, reference: float) -> Gain:
    """Points for scores between 0 and 1 and R²; percent of the reference for errors, which have no fixed scale."""
    better = value > reference if study.maximize else value < reference
    if study.metric in POINTS:
        return Gain(format_points(value - reference), "points", better)
    if not reference:
        return Gain(f"{abs(value - reference):.3g}", "lower" if value < reference else "higher", better)
    share = 100 * (value - reference) / abs(reference)
    sign = MINUS if share < 0 else "+"
    if not abs(share) < MOST_PERCENT:
        return Gain(f"{sign}> {MOST_PERCENT:,}", "%", better)
    return Gain(f"{sign}{abs(share):.1f}", "%", better)


def default_trial(study: Study) -> Incumbent | None:
    """Trial 0 as far as it is complete."""
    row = study.trials.filter(number=0, source="default", state=TrialState.COMPLETE).values("value", "stderr").first()
    return Incumbent(0, row["value"], row["stderr"]) if row else None


def headline(study: Study, progress: Progress, defaults: Incumbent | None, workers: int = 0) -> Headline:
    """`workers`: how many are alive; they count while the first trial is awaited."""
    metric = metric_in_text(study.metric)
    waits = study.method == Method.MANUAL and study.state in ASKING and not progress.in_progress
    if study.state == StudyState.DRAFT:
        return Headline("draft", metric)
    if progress.best is not None:
        gain = ""
        if defaults is not None and progress.best.number != 0:
            found = gain_over(study, progress.best.value, defaults.value)
            gain = found.against if found.better else ""
        return Headline("scored", metric, progress.best, defaults, gain, waits_for_person=waits)
    if progress.counts["failed"] and not (progress.in_progress and study.is_live):
        why, example = commonest_failure(study)
        return Headline("all failed", metric, why_failed=why, failed_example=example)
    if not study.is_live:
        return Headline("nothing", metric)
    return Headline("waiting", metric, workers=workers)


def commonest_failure(study: Study) -> tuple[str, int]:
    """Why most of the failed trials failed, by the reason and the first line of the error; and the first of them."""
    failed = Trial.objects.filter(study=study, state=TrialState.FAILED).order_by("number")
    rows = failed.values_list("reason", "error", "number")[:200]
    causes = [((reason, (error.strip().splitlines() or [""])[0]), number) for reason, error, number in rows]
    commonest, _ = Counter(cause for cause, _ in causes).most_common(1)[0]
    label = dict(Trial._meta.get_field("reason").choices).get(commonest[0], commonest[0]).lower()
    words = " ".join(f"{part.rstrip('.')}." for part in (label, commonest[1]) if part)
    return words, next(number for cause, number in causes if cause == commonest)
