"""The team page: members, the person's own tokens, changing teams."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from studies.models import ApiToken, Membership, NeverChanged, Role, Team, TeamEvent, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_members_are_listed_with_their_roles(
    client_of: ClientOf, alice: User, bob: User, vera: User, charlie: User
) -> None:
    page = client_of(vera).get("/team/").content.decode()
    assert "<select" not in page.split('id="tokens"')[0]
    for person, role in ((alice, "Owner"), (bob, "Editor"), (vera, "Viewer")):
        assert re.search(rf"{person.email}.*?<td>\s*{role}\s*</td>", page, re.DOTALL)
    assert charlie.email not in page
    assert "You are a viewer" in page


def test_a_token_is_shown_once_and_works(client_of: ClientOf, bob: User) -> None:
    client = client_of(bob)
    response = client.post("/team/tokens/", {"token-name": "notebook", "token-role": "editor"})
    assert response["Location"] == "/team/"
    assert client.head("/team/").status_code == 200  # shows nothing, so takes nothing
    response = client.get("/team/")
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
    page = client_of(bob).post("/team/tokens/", {"token-name": " ", "token-role": "viewer"}).content.decode()
    assert "required" in page
    assert re.search(r'value="viewer"\s+selected', page)
    assert ApiToken.objects.count() == 0


def test_a_revoked_token_no_longer_works(client_of: ClientOf, bob: User) -> None:
    secret = ApiToken.make(bob.memberships.get(), "notebook")
    client = client_of(bob)
    path = f"/team/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert client.get(path).status_code == 405
    assert client.post(path)["Location"] == "/team/"
    assert ApiToken.membership_for(secret) is None
    assert client.post(path).status_code == 404


def test_a_token_may_do_less_than_its_person_but_never_more(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(bob)
    refused = client.post("/team/tokens/", {"token-name": "notebook", "token-role": "owner"})
    assert "Select a valid choice" in refused.content.decode()
    assert ApiToken.objects.count() == 0
    client.post("/team/tokens/", {"token-name": "notebook", "token-role": "viewer"})
    secret = re.search(r"ts_[\w-]+", client.get("/team/").content.decode())[0]
    assert ApiToken.membership_for(secret).role == Role.VIEWER


@pytest.mark.parametrize("person", ["vera", "charlie"])
def test_nobody_but_an_owner_revokes_or_sees_the_token_of_another(
    client_of: ClientOf, bob: User, vera: User, charlie: User, person: str
) -> None:
    secret = ApiToken.make(bob.memberships.get(), "its-name")
    client = client_of({"vera": vera, "charlie": charlie}[person])
    assert client.post(f"/team/tokens/{ApiToken.objects.get().pk}/revoke/").status_code == 404
    assert "its-name" not in client.get("/team/").content.decode().split('id="log"')[0]
    assert ApiToken.membership_for(secret) is not None


def test_an_owner_sees_and_revokes_the_tokens_of_the_team(client_of: ClientOf, alice: User, bob: User) -> None:
    secret = ApiToken.make(bob.memberships.get(), "its-name")
    client = client_of(alice)
    assert re.search(rf"its-name.*?{bob.email}.*?never", client.get("/team/").content.decode(), re.DOTALL)
    client.post(f"/team/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert ApiToken.membership_for(secret) is None
    assert TeamEvent.objects.first().what == f"revoked the API token “its-name” of {bob}"


def test_a_person_in_two_teams_works_in_one_at_a_time(client_of: ClientOf, alice: User, charlie: User) -> None:
    blue = charlie.teams.get()
    Membership.objects.create(team=blue, user=alice, role=Role.VIEWER)
    client = client_of(alice)
    page = client.get("/account/").content.decode()
    assert "Work here" in page
    assert page.count(f'action="/team/{blue.pk}/switch/"') == 3  # in the head, in the menu of phones, in the list
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
    with django_assert_max_num_queries(9):
        client.get("/team/")


def test_an_owner_renames_the_team(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(alice)
    assert client.get("/team/name/").status_code == 405
    page = client.post("/team/name/", {"name": " "}).content.decode()
    assert "required" in page
    client.post("/team/name/", {"name": "Crimson <b>team"})
    assert "Crimson &lt;b&gt;team" in client.get("/team/").content.decode()
    assert TeamEvent.objects.first().what == "renamed the team from “Red team” to “Crimson <b>team”"
    assert client_of(bob).post("/team/name/", {"name": "Bob’s"}).status_code == 403


def test_the_log_of_a_team_is_only_added_to(alice: User) -> None:
    event = alice.teams.get().events.create(who=alice, what="looked")
    event.what = "did nothing"
    for change in (event.save, event.delete, TeamEvent.objects.all().delete, lambda: TeamEvent.objects.update(what="")):
        with pytest.raises(NeverChanged):
            change()
    assert TeamEvent.objects.get().what == "looked"


@pytest.mark.parametrize("text", ["a\nb", "\u202egnp.exe", "a\u200bb", "a\0b"])
def test_names_hold_nothing_that_nobody_sees(client_of: ClientOf, alice: User, text: str) -> None:
    client = client_of(alice)
    for path, form in (
        ("/team/name/", {"name": text}),
        ("/team/tokens/", {"token-name": text, "token-role": "viewer"}),
        ("/team/invitations/", {"invitation-role": "viewer", "invitation-note": text}),
        ("/account/teams/", {"team-name": text}),
    ):
        assert "an invisible character" in client.post(path, form).content.decode(), path
    assert not TeamEvent.objects.exists()
