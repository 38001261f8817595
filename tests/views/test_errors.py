"""What is answered when the fault is ours: here, a stored table that has vanished from the disk."""

from collections.abc import Callable

import pytest
from django.test import Client

from studies.models import ApiToken, Membership, Study, User
from tests.factories import make_study, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(alice: User) -> Study:
    version = make_version(alice.teams.get(), alice)
    version.table_path.unlink()
    return make_study(version, alice)


def test_people_get_a_page(client_of: Callable[[User], Client], alice: User, broken: Study) -> None:
    client = client_of(alice)
    client.raise_request_exception = False
    answer = client.post(f"/studies/{broken.pk}/launch/")
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/html")
    assert "Traceback" not in answer.content.decode()


def test_programs_get_json(alice: User, broken: Study) -> None:
    token = ApiToken.make(Membership.objects.get(user=alice), "a script")
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    answer = client.post(f"/api/v1/studies/{broken.pk}/launch")
    assert answer.status_code == 500
    assert set(answer.json()) == {"detail", "errors"}
    assert "ours" in answer.json()["detail"]
