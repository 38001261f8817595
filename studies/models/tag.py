"""A short word that a team puts on its studies to find them again."""

import unicodedata
from typing import Any

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Lower

from studies.tabular.header import INVISIBLE

from .study import Study
from .team import Team
from .team_rows import TeamRows

LONGEST = 30
MOST_PER_STUDY = 10


class BadTag(ValueError):
    """The word cannot be a tag; says why."""


def tag_words(text: str) -> list[str]:
    """The tags that a person typed, separated by commas: each once, spaces tidied. BadTag when one cannot be stored."""
    words: dict[str, str] = {}
    for part in unicodedata.normalize("NFC", text).split(","):
        if INVISIBLE.search(part.strip()):
            raise BadTag("A tag cannot hold invisible characters. Type it anew.")
        word = " ".join(part.split())
        if len(word) > LONGEST:
            raise BadTag(f"A tag has at most {LONGEST} characters; “{word[:LONGEST]}…” has {len(word)}.")
        if word:
            words.setdefault(word.lower(), word)
    if not words:
        raise BadTag("Type a tag, such as “baseline” or “for the paper”.")
    return list(words.values())


class TagQuerySet(TeamRows):
    def put_on(self, studies: "models.QuerySet[Study]", team: Team, words: list[str]) -> list[Study]:
        """Each word on each study of the team; returns those that are full, on which nothing was put."""
        with team.one_change_at_a_time():
            tags = [self._named(team, word) for word in words]
            chosen = list(studies.filter(team=team).select_for_update().prefetch_related("tags"))
            full = [study for study in chosen if len({*study.tags.all(), *tags}) > MOST_PER_STUDY]
            for study in chosen:
                if study not in full:
                    study.tags.add(*tags)
            self._changed(studies, team)
        return full

    def take_off(self, studies: "models.QuerySet[Study]", team: Team, words: list[str]) -> None:
        """A tag on no study any more goes away."""
        with team.one_change_at_a_time():
            named = [tag.pk for word in words for tag in self._called(team, word)]
            Tag.studies.through.objects.filter(study__in=studies.filter(team=team), tag__in=named).delete()
            self._changed(studies, team)

    def _changed(self, studies: "models.QuerySet[Study]", team: Team) -> None:
        self.of_team(team).filter(studies=None).delete()
        studies.filter(team=team).update(change=F("change") + 1)

    def _named(self, team: Team, word: str) -> "Tag":
        """The team's tag of that name in whatever case, made when it is new."""
        return self._called(team, word).first() or self.create(team=team, name=word)

    def _called(self, team: Team, word: str) -> "TagQuerySet":
        """As the constraint compares names: `iexact` takes other letters for equal on PostgreSQL, and SQLite refuses
        it a long word."""
        return self.of_team(team).annotate(lower=Lower("name")).filter(lower=Lower(Value(word)))


class Tag(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=LONGEST)
    studies: Any = models.ManyToManyField(Study, related_name="tags")

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("team", Lower("name"), name="tag_once_per_team")]

    def __str__(self) -> str:
        return self.name
