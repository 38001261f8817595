"""Nobody edits the record: not through the model, not by SQL; it goes only with its study."""

import pytest
from django.db import DatabaseError, connection, transaction

from studies.models import Event, NeverChanged, User
from tests.factories import make_study, make_version


@pytest.fixture
def event(team, alice: User) -> Event:
    study = make_study(make_version(team, alice), alice)
    return Event.objects.create(study=study, who=alice, verb="launched", detail="by the button")


def test_the_model_refuses_every_change(event: Event) -> None:
    event.verb = "never launched"
    changes = [
        event.save,
        event.delete,
        lambda: Event.objects.update(verb="x"),
        lambda: event.study.events.update(verb="x"),
        lambda: Event.objects.filter(pk=event.pk).delete(),
        lambda: Event.objects.bulk_update([event], ["verb"]),
        lambda: Event.objects.update_or_create(pk=event.pk, defaults={"verb": "x"}),
        lambda: Event.objects.bulk_create([event], update_conflicts=True, unique_fields=["pk"], update_fields=["verb"]),
    ]
    for change in changes:
        with pytest.raises(NeverChanged):
            change()
    assert Event.objects.get().verb == "launched"


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'x'",
        "detail = ''",
        "name = 'charlie'",
        "at = '2020-01-01 00:00:00'",
        "study_id = study_id + 1",
        "id = id + 1",
    ],
)
def test_the_database_refuses_it_too(event: Event, change: str) -> None:
    with pytest.raises(DatabaseError, match="events are never changed"), transaction.atomic():
        connection.cursor().execute(f"UPDATE studies_event SET {change}")  # noqa: S608 (a test's own words)
    assert Event.objects.get().verb == "launched"


def test_a_name_outlives_its_account_and_nobody_else_takes_its_place(event: Event, alice: User, bob: User) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE studies_event SET who_id = %s", [bob.pk])
    alice.delete()
    kept = Event.objects.get()
    assert kept.who is None
    assert (kept.name, kept.verb, kept.detail) == ("alice@example.org", "launched", "by the button")
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE studies_event SET who_id = %s", [bob.pk])


def test_events_go_with_their_study(event: Event) -> None:
    event.study.delete()
    assert not Event.objects.exists()


@pytest.mark.parametrize("change", ["what = 'x'", "name = 'charlie'", "at = '2020-01-01 00:00:00'", "team_id = 99"])
def test_the_database_keeps_the_log_of_a_team_as_well(team, alice: User, change: str) -> None:
    team.events.create(who=alice, what="made the team")
    with pytest.raises(DatabaseError, match="events are never changed"), transaction.atomic():
        connection.cursor().execute(f"UPDATE studies_teamevent SET {change}")  # noqa: S608 (a test's own words)
    alice.delete()
    kept = team.events.get()
    assert (kept.who, kept.name, kept.what) == (None, "alice@example.org", "made the team")
    team.delete()
