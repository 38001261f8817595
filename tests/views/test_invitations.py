"""Invitations: made and taken back by owners, good once, for whom they are for."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studies.models import Invitation, Membership, Role, TeamEvent, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DANA = {"email": "Dana@example.org", "password": "seven green boats"}


@pytest.fixture
def invite(alice: User, client_of: ClientOf) -> Callable[..., str]:
    """Alice makes an invitation; the path of its link."""

    def make(role: str = "editor", email: str = "", note: str = "") -> str:
        client = client_of(alice)
        data = {"invitation-role": role, "invitation-email": email, "invitation-note": note}
        assert client.post("/team/invitations/", data)["Location"] == "/team/"
        page = client.get("/team/").content.decode()
        link = re.search(r"http://testserver(/accounts/invitation/[\w-]+/)", page)[1]
        assert link not in client.get("/team/").content.decode()  # shown once
        return link

    return make


def members(role: str) -> set[str]:
    return set(Membership.objects.filter(team__name="Red team", role=role).values_list("user__email", flat=True))


def test_a_new_person_comes_in_by_an_invitation(invite: Callable[..., str]) -> None:
    link = invite("editor")
    visitor = Client()
    for _ in range(2):  # looking uses nothing up
        page = visitor.get(link)
        text = page.content.decode()
        assert "alice@example.org invites you as an editor" in text
        assert "Join Red team" in text
        assert "no-store" in page["Cache-Control"]
    refused = visitor.post(link, DANA | {"password": "short"}).content.decode()
    assert "at least 12 characters" in refused
    assert 'value="Dana@example.org"' in refused
    assert visitor.post(link, DANA)["Location"] == "/"
    assert visitor.get("/team/").context["membership"].user.email == "dana@example.org"
    assert members("editor") == {"dana@example.org"}
    assert TeamEvent.objects.first().what == "joined as an editor"
    again = Client()
    assert again.get(link).status_code == again.post(link, DANA | {"email": "mallory@example.org"}).status_code == 410
    assert not User.objects.filter(email="mallory@example.org").exists()


def test_somebody_with_an_account_signs_in_first_and_comes_back(invite: Callable[..., str], charlie: User) -> None:
    link = invite("viewer")
    visitor = Client()
    assert "has an account already" in visitor.post(link, DANA | {"email": charlie.email}).content.decode()
    sign_in = re.search(r'href="(/accounts/login/\?next=[^"]+)"', visitor.get(link).content.decode())[1]
    answer = visitor.post(sign_in, {"username": charlie.email, "password": PASSWORD, "next": link})
    assert answer["Location"] == link
    assert f"Join as {charlie.email}" in visitor.get(link).content.decode()
    assert members("viewer") == set()
    visitor.post(link)
    assert members("viewer") == {charlie.email}
    assert visitor.get("/team/").context["membership"].team.name == "Red team"


def test_an_invitation_for_one_address_serves_nobody_else(
    invite: Callable[..., str], client_of: ClientOf, charlie: User
) -> None:
    link = invite("owner", email="Dana@example.org", note="from Monday")
    stranger = client_of(charlie)
    assert "for another address" in stranger.post(link).content.decode()
    page = Client().post(link, DANA | {"email": "mallory@example.org"}).content.decode()
    assert "The invitation is for dana@example.org." in page
    assert members("owner") == {"alice@example.org"}
    Client().post(link, DANA)
    assert members("owner") == {"alice@example.org", "dana@example.org"}


def test_a_member_does_not_use_it_up(invite: Callable[..., str], client_of: ClientOf, bob: User) -> None:
    link = invite("owner")
    client = client_of(bob)
    assert "in this team already" in client.post(link).content.decode()
    assert members("editor") == {bob.email}
    assert Invitation.objects.get().used_at is None
    # Also where the page is older than the membership.
    assert Invitation.objects.get().accept(bob)
    assert Invitation.objects.get().used_at is None


def test_the_second_of_two_at_once_gets_nothing(invite: Callable[..., str], charlie: User, bob: User) -> None:
    invite("viewer")
    bob.memberships.all().delete()
    first, second = Invitation.objects.get(), Invitation.objects.get()
    assert first.accept(charlie)
    assert not second.accept(bob)
    assert members("viewer") == {charlie.email}


@pytest.mark.parametrize("end", ["expired", "revoked", "demoted", "removed"])
def test_an_invitation_ends(
    invite: Callable[..., str], client_of: ClientOf, alice: User, bob: User, charlie: User, end: str
) -> None:
    link = invite("viewer", note="Dana")
    made = Invitation.objects.get()
    if end == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "revoked":
        path = reverse("revoke_invitation", args=[made.pk])
        client = client_of(alice)
        assert client.get(path).status_code == 405
        assert client.post(path)["Location"] == "/team/"
        assert client.post(path).status_code == 404
        assert TeamEvent.objects.first().what == "took back the invitation of Dana"
    else:
        bob.memberships.update(role=Role.OWNER)
        of_alice, of_bob = (person.memberships.select_related("team", "user").get() for person in (alice, bob))
        if end == "demoted":
            of_alice.change_role(Role.EDITOR, of_bob)
        else:
            of_alice.end(of_bob)
    assert Client().post(link, DANA).status_code == 410
    page = client_of(charlie).post(link)
    assert page.status_code == 410
    assert "no longer works" in page.content.decode()
    assert members("viewer") == set()


def test_invitations_are_an_owners_affair(
    invite: Callable[..., str], client_of: ClientOf, bob: User, vera: User, charlie: User
) -> None:
    invite("viewer", note="Dana")
    path = reverse("revoke_invitation", args=[Invitation.objects.get().pk])
    for person in (bob, vera):
        client = client_of(person)
        assert client.post(path).status_code == 403
        assert client.post("/team/invitations/", {"invitation-role": "owner"}).status_code == 403
        assert "Dana" not in client.get("/team/").content.decode().split('id="log"')[0]
    stranger = client_of(charlie)
    assert stranger.post(path).status_code == 404
    assert stranger.get("/team/invitations/").status_code == 405
    assert Invitation.objects.open().count() == 1


def test_a_refused_invitation_keeps_what_was_typed(client_of: ClientOf, alice: User, bob: User) -> None:
    typed = {"invitation-role": "viewer", "invitation-email": bob.email, "invitation-note": "Hello"}
    page = client_of(alice).post("/team/invitations/", typed).content.decode()
    assert f"{bob.email} is in the team already" in page
    assert 'value="Hello"' in page
    assert Invitation.objects.count() == 0


def test_an_invented_link_and_wrong_verbs(invite: Callable[..., str]) -> None:
    assert Client().get("/accounts/invitation/invented/").status_code == 410
    link = invite()
    assert Client().put(link).status_code == Client().delete(link).status_code == 405
