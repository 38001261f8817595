"""The cards to pick a model and a method from."""

from dataclasses import dataclass

from studies.engine.spec_method import USUAL_GRID_LEVELS
from studies.engine.spec_model import recommended_estimator
from studies.evaluation import Entry, Table, catalogue
from studies.models import Method
from studies.plots.numbers import count_of

from .study import StudyForm

SPEEDS = range(1, 6)
MANY_TRIALS = 1000
METHODS = {
    "bayesian": "Learns from every trial where to look next. For costly fits and up to about 1,000 trials.",
    "random": "Draws evenly at random. A fair reference; any number at once.",
    "evolutionary": "Mutates the best. For many trials and odd spaces.",
    "grid": "Every combination.",
    "manual": "You type each configuration; the search waits for you.",
}


@dataclass(frozen=True)
class Card:
    """A choice with its reason; one that cannot be chosen says why."""

    key: str
    label: str
    text: str
    checked: bool
    recommended: bool = False
    problem: str = ""
    speed: int = 0
    cost: str = ""  # what a fit takes, and up to how many rows
    sample: int = 0  # rows on which one that cannot serve them all could search

    @property
    def meter(self) -> list[tuple[int, bool]]:
        """Five bars: where each stands, and whether it is lit."""
        return [(9 * (step - 1), step <= self.speed) for step in SPEEDS]


def model_cards(form: StudyForm) -> list[Card]:
    """The catalogue; what serves the data first."""
    table, chosen = form.examined.table, form.examined.estimator
    best = recommended_estimator(table)[0] if table is not None else ""
    cards = [
        Card(
            entry.key,
            entry.label,
            entry.summary,
            checked=chosen is not None and chosen.key == entry.key,
            recommended=entry.key == best,
            problem=(entry.problem(table) or "") if table is not None else "",
            speed=entry.speed,
            cost=_cost(entry),
            sample=_sample(entry, table),
        )
        for entry in catalogue.values()
    ]
    return sorted(cards, key=lambda card: bool(card.problem))


def _cost(entry: Entry) -> str:
    return entry.cost if entry.limit is None else f"{entry.cost} At most {entry.limit:,} rows."


def _sample(entry: Entry, table: Table | None) -> int:
    """The rows to offer where nothing but their number stands in the way."""
    too_many = table is not None and table.task in entry.tasks and entry.limit and table.n_rows > entry.limit
    return entry.limit or 0 if too_many else 0


def recommendation(form: StudyForm) -> str:
    """Which model to begin with, and why."""
    if form.examined.table is None:
        return ""
    key, why = recommended_estimator(form.examined.table)
    return f"{catalogue[key].label} is recommended here: {why}."


def method_cards(form: StudyForm) -> list[Card]:
    """Bayesian is recommended until its model costs more than it saves."""
    trials, chosen = form.examined.max_trials or 0, form.examined.method
    best = "bayesian" if trials <= MANY_TRIALS else "evolutionary"
    return [
        Card(
            key,
            str(Method(key).label),
            _grid_text(form) if key == "grid" else text,
            checked=key == chosen,
            recommended=key == best,
        )
        for key, text in METHODS.items()
    ]


def _grid_text(form: StudyForm) -> str:
    """The size as one types; the chosen grid's own, else that of the usual five values."""
    found = form.examined
    if found.space is None:
        return METHODS["grid"]
    levels = found.method_options.get("levels", USUAL_GRID_LEVELS) if found.method == "grid" else USUAL_GRID_LEVELS
    try:
        size = found.space.grid(levels).count
    except ValueError:
        return METHODS["grid"]
    values = f"{levels} values per number" if isinstance(levels, int) else "values as given"
    text = f"Every combination of {values}: {count_of(size, 'trial')}."
    return f"{text} More than this budget." if found.max_trials is not None and size + 1 > found.max_trials else text
