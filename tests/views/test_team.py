"""The team page: members, the person's own tokens, changing teams."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from studies.models import ApiToken, Membership, Role, Team, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_members_are_listed_with_their_roles(
    client_of: ClientOf, alice: User, bob: User, vera: User, charlie: User
) -> None:
    page = client_of(vera).get("/team/").content.decode()
    for person, role in ((alice, "Owner"), (bob, "Editor"), (vera, "Viewer")):
        assert re.search(rf"{person.email}.*?<td>{role}</td>", page, re.DOTALL)
    assert charlie.email not in page
    assert "You are a viewer" in page


def test_a_token_is_shown_once_and_works(client_of: ClientOf, bob: User) -> None:
    client = client_of(bob)
    response = client.post("/team/", {"name": "notebook"})
    secret = re.search(r'id="secret">(ts_[\w-]+)<', response.content.decode()).group(1)
    assert "no-store" in response["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.user, token.role, token.name) == (bob, Role.EDITOR, "notebook")
    assert secret not in token.secret_hash
    assert ApiToken.membership_for(secret).user == bob
    page = client.get("/team/").content.decode()
    assert secret not in page
    assert "notebook" in page


def test_a_token_without_a_name_is_not_made(client_of: ClientOf, bob: User) -> None:
    page = client_of(bob).post("/team/", {"name": " "}).content.decode()
    assert "required" in page
    assert ApiToken.objects.count() == 0


def test_a_revoked_token_no_longer_works(client_of: ClientOf, bob: User) -> None:
    secret = ApiToken.make(bob.memberships.get(), "notebook")
    client = client_of(bob)
    path = f"/team/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert client.get(path).status_code == 405
    assert client.post(path)["Location"] == "/team/"
    assert ApiToken.membership_for(secret) is None
    assert client.post(path).status_code == 404


def test_nobody_revokes_or_sees_the_token_of_another(client_of: ClientOf, alice: User, bob: User) -> None:
    secret = ApiToken.make(bob.memberships.get(), "bobs-notebook")
    client = client_of(alice)
    assert client.post(f"/team/tokens/{ApiToken.objects.get().pk}/revoke/").status_code == 404
    assert "bobs-notebook" not in client.get("/team/").content.decode()
    assert ApiToken.membership_for(secret) is not None


def test_a_person_in_two_teams_works_in_one_at_a_time(client_of: ClientOf, alice: User, charlie: User) -> None:
    blue = charlie.teams.get()
    Membership.objects.create(team=blue, user=alice, role=Role.VIEWER)
    client = client_of(alice)
    assert "Work here" in client.get("/team/").content.decode()
    assert client.get(f"/team/{blue.pk}/switch/").status_code == 405
    client.post(f"/team/{blue.pk}/switch/")
    assert client.get("/team/").context["membership"].team == blue


def test_a_stranger_does_not_switch_in(client_of: ClientOf, alice: User, charlie: User) -> None:
    client = client_of(charlie)
    red = alice.teams.get()
    assert client.post(f"/team/{red.pk}/switch/").status_code == 404
    assert client.post("/team/999999/switch/").status_code == 404
    assert client.post(f"/team/{10**30}/switch/").status_code == 404
    assert client.get("/team/").context["membership"].team != red


def test_a_person_in_no_team_is_told_whom_to_ask(client_of: ClientOf, alice: User) -> None:
    Membership.objects.all().delete()
    response = client_of(alice).get("/team/")
    assert response.status_code == 403
    assert "belong to no team" in response.content.decode()


def test_a_team_of_many_takes_few_queries(
    client_of: ClientOf, alice: User, django_assert_max_num_queries: Callable
) -> None:
    team = Team.objects.get()
    for i in range(30):
        Membership.objects.create(team=team, user=User.objects.create_user(f"p{i}@example.org"), role=Role.VIEWER)
    client = client_of(alice)
    with django_assert_max_num_queries(8):
        client.get("/team/")
