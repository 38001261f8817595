"""In which order the list of studies stands."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Lower

from studies.models import Study, StudyState, Trial, TrialState

BY_LIFE = [
    StudyState.RUNNING,
    StudyState.QUEUED,
    StudyState.PAUSING,
    StudyState.STOPPING,
    StudyState.PAUSED,
    StudyState.DRAFT,
    StudyState.FAILED,
    StudyState.STOPPED,
    StudyState.COMPLETE,
]
LABELS = {
    "name": "Name",
    "state": "State",
    "best": "Best CV",
    "expected": "Expected",
    "time": "Worker time",
    "updated": "Updated",
    "created": "Created",
}
FIRST_DOWN = {"best", "expected", "time", "updated", "created"}  # a first click brings the largest or latest up
DEFAULT = "-updated"


@dataclass(frozen=True)
class Order:
    key: str
    down: bool

    @classmethod
    def from_word(cls, word: str) -> "Order":
        """From the address: "name", "-updated"; anything else is the default, the latest change first."""
        key = word.removeprefix("-")
        return cls(key, word.startswith("-")) if key in LABELS else cls(DEFAULT[1:], True)

    @property
    def word(self) -> str:
        return f"-{self.key}" if self.down else self.key

    @property
    def asked(self) -> str:
        """What the address says of it: nothing for the default."""
        return "" if self.word == DEFAULT else self.word

    @property
    def ranks_scores(self) -> bool:
        return self.key in {"best", "expected"}

    def aria(self, key: str) -> str:
        if key != self.key:
            return ""
        return "descending" if self.down else "ascending"

    @property
    def next_words(self) -> dict[str, str]:
        """What a click on each heading asks for: the other way round where it is the order already."""
        first = {key: f"-{key}" if key in FIRST_DOWN else key for key in LABELS}
        return first | {self.key: self.key if self.down else f"-{self.key}"}

    @property
    def options(self) -> list[tuple[str, str]]:
        """For a menu of orders: each key both ways."""
        up_down = {
            "name": ("Name, A to Z", "Name, Z to A"),
            "state": ("State, in progress first", "State, complete first"),
            "best": ("Best CV, worst first", "Best CV, best first"),
            "expected": ("Expected score, worst first", "Expected score, best first"),
            "time": ("Worker time, least first", "Worker time, most first"),
            "updated": ("Updated, oldest first", "Updated, latest first"),
            "created": ("Created, oldest first", "Created, latest first"),
        }
        return [
            (Order(key, down).asked, up_down[key][down])
            for key in LABELS
            for down in ((True, False) if key in FIRST_DOWN else (False, True))
        ]

    def sort(self, studies: QuerySet[Study]) -> QuerySet[Study]:
        """Studies without what is sorted by stand last either way."""
        if self.ranks_scores:
            # Scores of different metrics have no common order: metric by metric, best first or last within each.
            gain = _best_gain() if self.key == "best" else _expected_gain()
            return studies.annotate(gain=gain).order_by("metric", self._way(F("gain")), "-updated_at", "-pk")
        expressions: dict[str, Any] = {
            "name": Lower("name"),
            "state": Case(*(When(state=state, then=Value(i)) for i, state in enumerate(BY_LIFE))),
            "time": _worker_seconds(),
            "updated": F("updated_at"),
            "created": F("created_at"),
        }
        return studies.order_by(self._way(expressions[self.key]), "-updated_at", "-pk")

    def _way(self, expression: Any) -> Any:
        return expression.desc(nulls_last=True) if self.down else expression.asc(nulls_last=True)


def _best_gain() -> Case:
    """The best value of each study, its sign turned where lower is better."""
    complete = Trial.objects.filter(study=OuterRef("pk"), state=TrialState.COMPLETE, value__isnull=False)
    highest, lowest = complete.order_by("-value").values("value")[:1], complete.order_by("value").values("value")[:1]
    return Case(When(direction="maximize", then=Subquery(highest)), default=-1.0 * Subquery(lowest))


def _expected_gain() -> Case:
    """The expected score of each study, its sign turned where lower is better."""
    expected = F("expected_score__expected")
    return Case(When(direction="maximize", then=expected), default=-1.0 * expected)


def _worker_seconds() -> Subquery:
    spent = Coalesce(Sum("fit_seconds"), 0.0) + Coalesce(Sum("score_seconds"), 0.0)
    each = Trial.objects.filter(study=OuterRef("pk")).order_by().values("study").annotate(spent=spent)
    return Subquery(each.values("spent"))
