"""Fixtures that every room shares: people with names, and a table of theirs."""

import shutil
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, settings

from studies.models import DatasetVersion, Role, Team, User
from tests import prepared
from tests.factories import make_person, make_team, make_version
from tests.postgresql import on_postgresql

pytest_plugins = ["tests.parallel"]

# A loaded machine is slow, not broken: no example has a deadline, and drawing examples may take its time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The file of SQLite is there before pytest-django looks: see below. It goes with the data folder."""
    return not on_postgresql()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is a copy of the one that migrations have made in this run."""
    chosen = connection.settings_dict["TEST"]
    if on_postgresql():
        chosen["TEMPLATE"] = prepared.postgresql_template()
    else:
        shutil.copyfile(prepared.sqlite_file(), chosen["NAME"])


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def alice(team: Team) -> User:
    """Owner of the team."""
    return make_person(team, Role.OWNER, "alice@example.org")


@pytest.fixture
def bob(team: Team) -> User:
    """Editor in the team."""
    return make_person(team, Role.EDITOR, "bob@example.org")


@pytest.fixture
def vera(team: Team) -> User:
    """Viewer in the team."""
    return make_person(team, Role.VIEWER, "vera@example.org")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger: owner of another team."""
    return make_person(make_team("Blue team"), Role.OWNER, "charlie@example.org")


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    """Sixty patients, uploaded by Alice."""
    return make_version(team, alice, rows=60, name="Patients")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which the person is signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
