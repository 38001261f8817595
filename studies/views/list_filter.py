"""Which studies the list shows: the choices of its address, in words and as a query."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from studies.models import ACTIVE, Method, Study, StudyState, Tag, Team, User

from .decisions import wants_decision
from .labels import estimator_label
from .list_order import LABELS, Order

IN_PROGRESS = "active"
WANTING = "decision"
GROUPS = {IN_PROGRESS: "In progress", WANTING: "Wants a decision"}
ARCHIVED = {"all": "Archived ones too", "only": "Archived ones only"}
Named = list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """One thing to filter by: its place in the address, what may be chosen, what is."""

    key: str
    label: str
    anything: str
    options: Named
    value: str
    matches: Callable[[str], Q]

    @property
    def is_known(self) -> bool:
        return self.value in dict(self.options)

    @property
    def said(self) -> str:
        """The chosen option's words."""
        return dict(self.options).get(self.value, "something that is not there")

    @property
    def q(self) -> Q:
        if not self.value:
            return Q()
        return self.matches(self.value) if self.is_known else Q(pk__in=[])


@dataclass(frozen=True)
class Chip:
    """What is active, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True)
class ListFilter:
    """The filters and the order of the list; every address that the page offers is made here."""

    team: Team
    text: str
    archived: str
    choices: list[Choice]
    order: Order
    facets: "Facets" = field(repr=False)

    @property
    def is_active(self) -> bool:
        return bool(self.text or self.archived or any(choice.value for choice in self.choices))

    @property
    def studies(self):
        """The studies that match, in order."""
        found = Study.objects.of_team(self.team).filter(self._shelf(), *(choice.q for choice in self.choices))
        if self.text:
            tagged = Tag.objects.of_team(self.team).filter(name__icontains=self.text).values("studies")
            within = Q(name__icontains=self.text) | Q(dataset_version__dataset__name__icontains=self.text)
            found = found.filter(within | Q(pk__in=tagged))
        return self.order.sort(found.for_list())

    def _shelf(self) -> Q:
        """Archived ones are hidden unless asked for; one that works again never is."""
        if self.archived == "all":
            return Q()
        return Q(archived_at__isnull=self.archived != "only")

    @property
    def chips(self) -> list[Chip]:
        chips = [Chip(f"contains “{self.text}”", self.address(q=""))] if self.text else []
        chips += [
            Chip(f"{choice.label}: {choice.said}", self.address(**{choice.key: ""}))
            for choice in self.choices
            if choice.value
        ]
        if self.archived:
            chips.append(Chip(ARCHIVED[self.archived], self.address(archived="")))
        return chips

    @property
    def archive_options(self) -> Named:
        return list(ARCHIVED.items())

    @property
    def has_archived(self) -> bool:
        return bool(self.archived or self.facets.archived)

    @property
    def total(self) -> int:
        """Studies of the team on the shelf that is looked at."""
        live, archived = self.facets.live, self.facets.archived
        return archived if self.archived == "only" else live + archived if self.archived == "all" else live

    @property
    def parts(self) -> dict[str, str]:
        """What the address says, without what is left at its default."""
        said = {"q": self.text} | {choice.key: choice.value for choice in self.choices}
        said |= {"archived": self.archived, "sort": self.order.asked}
        return {key: value for key, value in said.items() if value}

    @property
    def here(self) -> str:
        return self.address()

    @property
    def query(self) -> str:
        return urlencode(self.parts)

    @property
    def everything(self) -> str:
        """All studies in the same order."""
        return _address({"sort": self.parts["sort"]} if "sort" in self.parts else {})

    @property
    def archive_address(self) -> str:
        return self.address(archived="only")

    @property
    def among_archived(self) -> str:
        return self.address(archived="all")

    def address(self, **changes: str) -> str:
        return _address({key: value for key, value in (self.parts | changes).items() if value})

    @property
    def columns(self) -> dict[str, "Heading"]:
        """The heading of each column that sorts, by its key."""
        return {
            key: Heading(LABELS[key], self.address(sort=word), self.order.aria(key))
            for key, word in self.order.next_words.items()
        }


@dataclass(frozen=True)
class Heading:
    label: str
    address: str
    aria: str


def _address(parts: dict[str, str]) -> str:
    return reverse("studies") + (f"?{urlencode(parts)}" if parts else "")


class Facets:
    """What the team's own studies can be filtered by: one query over the studies, one over the tags."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.rows = list(
            Study.objects.of_team(team)
            .order_by()
            .values_list(
                "state",
                "estimator",
                "method",
                "created_by",
                "dataset_version__dataset",
                "dataset_version__dataset__name",
                "archived_at",
            )
        )
        self.archived = sum(row[6] is not None for row in self.rows)
        self.live = len(self.rows) - self.archived

    def states(self) -> Named:
        counts = Counter(row[0] for row in self.rows)
        return [*GROUPS.items(), *((state.value, state.label) for state in StudyState if counts[state])]

    def datasets(self) -> Named:
        return _by_name((str(row[4]), row[5]) for row in self.rows)

    def estimators(self) -> Named:
        return _by_name((row[1], estimator_label(row[1])) for row in self.rows)

    def methods(self) -> Named:
        used = {row[2] for row in self.rows}
        return [(method.value, method.label) for method in Method if method in used]

    def owners(self) -> Named:
        people = User.objects.in_bulk({row[3] for row in self.rows} - {None})
        return _by_name((str(pk), str(person)) for pk, person in people.items())

    @cached_property
    def tags(self) -> Named:
        return [(name, name) for name in Tag.objects.of_team(self.team).values_list("name", flat=True)]


def _by_name(pairs: Iterable[tuple[str, str]]) -> Named:
    return sorted(set(pairs), key=lambda pair: (pair[1].lower(), pair[0]))


def list_filter(team: Team, asked: QueryDict) -> ListFilter:
    """What an address asks for; a choice that the team has not is kept and finds nothing."""
    facets = Facets(team)

    def choice(key: str, label: str, anything: str, options: Named, matches: Callable[[str], Q]) -> Choice:
        return Choice(key, label, anything, options, _clean(asked.get(key, "")), matches)

    archived = asked.get("archived", "")
    return ListFilter(
        team=team,
        text=_clean(asked.get("q", "")),
        archived=archived if archived in ARCHIVED else "",
        choices=[
            choice("state", "State", "Any state", facets.states(), _state),
            choice("dataset", "Dataset", "Any dataset", facets.datasets(), _dataset),
            choice("estimator", "Estimator", "Any estimator", facets.estimators(), lambda key: Q(estimator=key)),
            choice("method", "Method", "Any method", facets.methods(), lambda key: Q(method=key)),
            choice("owner", "Owner", "Anyone", facets.owners(), lambda pk: Q(created_by=pk)),
            choice("tag", "Tag", "Any tag", facets.tags, lambda name: Q(pk__in=_tagged(team, name))),
        ],
        order=Order.from_word(asked.get("sort", "")),
        facets=facets,
    )


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()[:200]


def _state(state: str) -> Q:
    if state == WANTING:
        return wants_decision()
    return Q(state__in=ACTIVE) if state == IN_PROGRESS else Q(state=state)


def _dataset(pk: str) -> Q:
    return Q(dataset_version__dataset=pk)


def _tagged(team: Team, name: str):
    return Tag.objects.of_team(team).filter(name=name).values("studies")
