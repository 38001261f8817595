"""`manage.py owner EMAIL PASSWORD_FILE [--team NAME]`: an owner without a browser."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.forms.accounts import OwnerForm


class Command(BaseCommand):
    help = "Makes a person who owns a new team. The password is the first line of a file: no process list shows it."
    requires_system_checks = []  # they import every page, and a site makes them when it starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("password_file", metavar="PASSWORD_FILE", type=Path)
        parser.add_argument("--team", metavar="NAME", help="the new team's name; named after the address if left out")

    def handle(self, *args: Any, email: str, password_file: Path, team: str | None, **options: Any) -> None:
        name = team or f"Team of {email.split('@')[0]}"[:100]
        form = OwnerForm({"email": email, "password": password_in(password_file), "team": name})
        if not form.is_valid():
            raise CommandError(
                " ".join(f"{field}: {error}" for field, errors in form.errors.items() for error in errors)
            )
        owner = form.save()
        self.stdout.write(f"{owner.email} owns the new team “{name}”.")


def password_in(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"The password file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"The password file {path} is not text in UTF-8.") from error
    if not lines or not lines[0]:
        raise CommandError(f"The first line of {path} is empty; it must hold the password.")
    return lines[0]
