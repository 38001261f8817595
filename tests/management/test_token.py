"""`manage.py token`: an API token, alone on the last line."""

import pytest
from django.core.management import CommandError, call_command

from studies.models import ApiToken, Membership, Role, User
from tests.factories import make_person, make_team

pytestmark = pytest.mark.django_db


def token_of(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_the_only_user_need_not_be_named(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("token")
    membership = ApiToken.membership_for(token_of(capsys))
    assert (membership.user, membership.role) == (alice, Role.OWNER)


def test_one_of_several_must_be_named(alice: User, bob: User, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match=r"manage\.py token EMAIL"):
        call_command("token")
    call_command("token", "Bob@example.org", "--name", "nightly")
    assert ApiToken.membership_for(token_of(capsys)).user == bob
    assert ApiToken.objects.get().name == "nightly"


def test_somebody_in_two_teams_says_which(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    blue = make_team("Blue team")
    Membership.objects.create(team=blue, user=alice, role=Role.VIEWER)
    with pytest.raises(CommandError, match="“Red team”, “Blue team”"):
        call_command("token")
    with pytest.raises(CommandError, match="no team called “Green”"):
        call_command("token", "--team", "Green")
    call_command("token", "--team", "Blue team")
    assert ApiToken.membership_for(token_of(capsys)).team == blue


def test_without_a_user_it_says_how_to_make_one(db: None) -> None:
    with pytest.raises(CommandError, match=r"manage\.py owner"):
        call_command("token")


def test_strangers_and_people_without_a_team_get_none(alice: User) -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.org"):
        call_command("token", "nobody@example.org")
    make_person(None, email="dora@example.org")
    with pytest.raises(CommandError, match="is in no team"):
        call_command("token", "dora@example.org")
    assert ApiToken.objects.count() == 0
