"""Roles, removing, leaving, and the link for a new password."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studies.models import ApiToken, Invitation, Membership, OneTimeLink, Refused, Role, Team, TeamEvent, User
from tests.factories import PASSWORD, make_person, make_team

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NEW = {"new_password1": "seven green boats", "new_password2": "seven green boats"}


def path(name: str, person: User) -> str:
    return reverse(name, args=[person.memberships.get().pk])


def role_of(person: User) -> str | None:
    return person.memberships.values_list("role", flat=True).first()


def test_an_owner_changes_a_role(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(alice)
    assert client.post(path("change_role", bob), {"role": "viewer"})["Location"] == "/team/"
    assert role_of(bob) == Role.VIEWER
    assert TeamEvent.objects.first().what == f"made {bob} a viewer"
    client.post(path("change_role", bob), {"role": "emperor"})
    assert "viewer, an editor or an owner" in client.get("/team/").content.decode()
    assert role_of(bob) == Role.VIEWER


@pytest.mark.parametrize("name", ["change_role", "remove_member", "password_link"])
def test_members_are_an_owners_affair(
    client_of: ClientOf, alice: User, bob: User, vera: User, charlie: User, name: str
) -> None:
    for person in (bob, vera):
        assert client_of(person).post(path(name, vera), {"role": "owner"}).status_code == 403
    assert client_of(charlie).post(path(name, vera), {"role": "owner"}).status_code == 404
    assert client_of(alice).post(reverse(name, args=[10**30]), {"role": "owner"}).status_code == 404
    assert client_of(alice).get(path(name, vera)).status_code == 405
    assert (role_of(vera), TeamEvent.objects.count(), OneTimeLink.objects.count()) == (Role.VIEWER, 0, 0)


def test_a_team_is_never_left_without_an_owner(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(alice)
    for url in (path("change_role", alice), path("remove_member", alice), "/team/leave/"):
        client.post(url, {"role": "viewer"})
        assert "only owner" in client.get("/team/").content.decode()
        assert role_of(alice) == Role.OWNER


def test_two_owners_who_demote_each_other_at_once_leave_one(alice: User, bob: User) -> None:
    Membership.objects.filter(user=bob).update(role=Role.OWNER)
    as_alice_sees, as_bob_sees = (
        {member.user: member for member in Membership.objects.select_related("user", "team")} for _ in range(2)
    )
    as_alice_sees[bob].change_role(Role.EDITOR, as_alice_sees[alice])
    with pytest.raises(Refused, match="no longer an owner"):
        as_bob_sees[alice].change_role(Role.EDITOR, as_bob_sees[bob])
    with pytest.raises(Refused, match="no longer an owner"):
        as_bob_sees[alice].end(as_bob_sees[bob])
    assert (role_of(alice), role_of(bob)) == (Role.OWNER, Role.EDITOR)


def test_removing_takes_effect_at_once_and_revokes_tokens_and_invitations(
    client_of: ClientOf, alice: User, bob: User
) -> None:
    Membership.objects.filter(user=bob).update(role=Role.OWNER)
    membership = bob.memberships.select_related("team", "user").get()
    token, own_way_back = ApiToken.make(membership, "notebook"), Invitation.make(membership, Role.OWNER)
    of_bob, of_alice = client_of(bob), client_of(alice)
    assert of_bob.get("/").status_code == 200
    assert "goes on" in of_alice.get("/team/").content.decode()
    of_alice.post(path("remove_member", bob))
    assert of_bob.get("/").status_code == 403
    assert "belong to no team" in of_bob.get("/account/").content.decode()
    assert of_bob.post("/account/teams/", {"team-name": "Bob’s"}).status_code == 403
    assert of_bob.post(reverse("invitation", args=[own_way_back])).status_code == 410
    # Nor does the token come back to life with a new invitation.
    Membership.objects.create(team=membership.team, user=bob, role=Role.VIEWER)
    assert ApiToken.membership_for(token) is None


def test_a_person_leaves(client_of: ClientOf, alice: User, vera: User) -> None:
    client = client_of(vera)
    assert client.get("/team/leave/").status_code == 405
    assert client.post("/team/leave/")["Location"] == "/account/"
    assert role_of(vera) is None
    assert TeamEvent.objects.get().what == "left the team"


def link_for(client: Client, person: User) -> str:
    client.post(path("password_link", person))
    page = client.get("/team/").content.decode()
    return re.search(r"http://testserver(/accounts/link/[\w-]+/)", page)[1]


def test_a_member_who_lost_the_password_chooses_a_new_one(client_of: ClientOf, alice: User, bob: User) -> None:
    elsewhere = client_of(bob)
    owner = client_of(alice)
    link, second = link_for(owner, bob), link_for(owner, bob)
    assert link not in owner.get("/team/").content.decode()
    visitor = Client()
    assert bob.email in visitor.get(link).content.decode()
    assert "similar" in visitor.post(link, dict.fromkeys(NEW, bob.email)).content.decode()
    assert visitor.post(link, NEW)["Location"] == "/"
    assert visitor.get("/account/").context["user"] == bob
    bob.refresh_from_db()
    assert bob.check_password(NEW["new_password1"])
    assert elsewhere.get("/").status_code == 302
    assert Client().post(link, NEW).status_code == Client().get(second).status_code == 410
    whats = list(TeamEvent.objects.values_list("what", flat=True))
    assert whats[0] == "chose a new password by a link"
    assert whats[1] == f"made a link by which {bob} chooses a new password"


def test_an_owner_gets_into_no_other_team_by_a_password_link(client_of: ClientOf, alice: User, bob: User) -> None:
    owner = client_of(alice)
    link = link_for(owner, bob)
    Membership.objects.create(team=make_team("Blue team"), user=bob)
    assert Client().post(link, NEW).status_code == 410
    owner.post(reverse("password_link", args=[bob.memberships.get(team=alice.teams.get()).pk]))
    page = owner.get("/team/").content.decode()
    assert "is in further teams" in page
    assert "manage.py link bob@example.org" in page
    assert OneTimeLink.objects.count() == 1


def test_a_password_link_ends_with_a_day_and_with_the_membership(client_of: ClientOf, alice: User, bob: User) -> None:
    link = link_for(client_of(alice), bob)
    bob.memberships.all().delete()
    assert Client().post(link, NEW).status_code == 410
    Membership.objects.create(team=alice.teams.get(), user=bob)
    assert Client().get(link).status_code == 200
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(link, NEW).status_code == 410


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(client_of: ClientOf, bob: User) -> None:
    here, elsewhere = client_of(bob), client_of(bob)
    assert here.get("/account/password/").status_code == 405
    refused = here.post("/account/password/", NEW | {"old_password": "wrong"}).content.decode()
    assert "old password was entered incorrectly" in refused
    assert here.post("/account/password/", NEW | {"old_password": PASSWORD})["Location"] == "/account/"
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_a_further_team(client_of: ClientOf, bob: User, vera: User) -> None:
    client = client_of(bob)
    assert client.get("/account/teams/").status_code == 405
    assert "required" in client.post("/account/teams/", {"team-name": ""}).content.decode()
    client.post("/account/teams/", {"team-name": "Green team"})
    page = client.get("/team/")
    assert (page.context["membership"].team.name, page.context["membership"].role) == ("Green team", Role.OWNER)
    assert client_of(vera).post("/account/teams/", {"team-name": "Mine"}).status_code == 403


def test_a_closed_owner_counts_as_none(alice: User) -> None:
    team = alice.teams.get()
    other = make_person(team, Role.OWNER, "olga@example.org")
    User.objects.filter(pk=other.pk).update(is_active=False)
    mine = alice.memberships.select_related("team", "user").get()
    with pytest.raises(Refused, match="only owner"):
        mine.end(mine)


def test_who_is_removed_from_the_only_team_leaves_the_demo_too(client_of: ClientOf, alice: User, bob: User) -> None:
    demo = make_team("Demo")
    Team.objects.filter(pk=demo.pk).update(is_demo=True)
    bobs = client_of(bob)
    shown = Membership.objects.create(team=demo, user=bob, role=Role.OWNER)
    kept = Invitation.make(shown, Role.OWNER)
    ApiToken.make(shown, "kept")
    client_of(alice).post(reverse("remove_member", args=[bob.memberships.get(team__is_demo=False).pk]))
    assert not bob.memberships.exists()
    assert Invitation.usable(kept) is None
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert bobs.post(reverse("switch_team", args=[demo.pk])).status_code == 404
    assert bobs.post("/account/teams/", {"team-name": "Mine"}).status_code == 403


def test_the_last_owner_may_leave_the_demo(client_of: ClientOf, alice: User) -> None:
    demo = make_team("Demo")
    Team.objects.filter(pk=demo.pk).update(is_demo=True)
    Membership.objects.create(team=demo, user=alice, role=Role.OWNER)
    client = client_of(alice)
    client.post(reverse("switch_team", args=[demo.pk]))
    assert "You have left Demo." in client.post(reverse("leave_team"), follow=True).content.decode()
    assert [membership.team.is_demo for membership in alice.memberships.all()] == [False]
    Team.show_demo_to(alice)
    assert alice.teams.contains(demo)


def test_the_demo_opens_nobodys_account(alice: User, bob: User) -> None:
    demo = make_team("Demo")
    Team.objects.filter(pk=demo.pk).update(is_demo=True)
    roles = {alice: Role.OWNER, bob: Role.EDITOR}
    owner, member = (Membership.objects.create(team=demo, user=user, role=role) for user, role in roles.items())
    demo.refresh_from_db()
    with pytest.raises(Refused, match="demo"):
        OneTimeLink.make_for_password(member, owner)
    assert not OneTimeLink.objects.exists()


def test_no_link_for_a_closed_account(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with pytest.raises(Refused, match="closed"):
        OneTimeLink.make_for_password(bob.memberships.get(), alice.memberships.get())
    assert not OneTimeLink.objects.exists()
