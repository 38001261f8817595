"""`manage.py link EMAIL`: a one-time link by which a known person signs in without a password."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from studies.models import OneTimeLink, User

LOOPBACK = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Prints a link that signs a person in once, within 15 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--url", default=settings.TUNINGSITE_URL or LOOPBACK, help="where the site runs (default: %(default)s)"
        )

    def handle(self, *args: Any, email: str, url: str, **options: Any) -> None:
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(f"Nobody has the address {email}. `manage.py owner` makes a person.")
        if not person.is_active:
            raise CommandError(f"The account of {person.email} is closed.")
        path = reverse("one_time_link", args=[OneTimeLink.make(person)])
        self.stdout.write(f"{url.rstrip('/')}{path}")
