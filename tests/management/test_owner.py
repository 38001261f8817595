"""`manage.py owner`: an owner without a browser."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studies.models import Membership, Role, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n", encoding="utf-8")
    return path


def test_it_makes_a_person_who_owns_a_team(password_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("owner", "Olga@Example.org", str(password_file), "--team", "Red team")
    membership = Membership.objects.get()
    assert (membership.user.email, membership.team.name, membership.role) == (
        "olga@example.org",
        "Red team",
        Role.OWNER,
    )
    assert membership.user.check_password(PASSWORD)
    printed = capsys.readouterr().out
    assert "olga@example.org owns the new team “Red team”" in printed
    assert PASSWORD not in printed


def test_the_team_is_named_after_the_address_unless_said(password_file: Path) -> None:
    call_command("owner", "olga@example.org", password_file)
    assert Membership.objects.get().team.name == "Team of olga"


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("olga", PASSWORD, "valid email"),
        ("olga@example.org", "short", "at least 12 characters"),
        ("olga@example.org", "", "must hold the password"),
        ("alice@example.org", PASSWORD, "has an account already"),
    ],
)
def test_what_cannot_be_is_said(alice: User, tmp_path: Path, email: str, password: str, words: str) -> None:
    path = tmp_path / "password"
    path.write_text(password, encoding="utf-8")
    with pytest.raises(CommandError, match=words):
        call_command("owner", email, path)
    assert User.objects.count() == 1


def test_a_file_that_cannot_be_read_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere cannot be read: No such file"):
        call_command("owner", "olga@example.org", tmp_path / "nowhere")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="not text in UTF-8"):
        call_command("owner", "olga@example.org", tmp_path / "bytes")
