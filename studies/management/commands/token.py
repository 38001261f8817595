"""`manage.py token [EMAIL]`: an API token, alone on the last line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.models import ApiToken, Membership, User


class Command(BaseCommand):
    help = "Makes an API token and prints it on the last line. It is shown once and can be revoked on the team page."
    requires_system_checks = []  # they import every page, and a site makes them when it starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", nargs="?", help="may be left out while there is one user")
        parser.add_argument("--team", metavar="NAME", help="which team, for somebody who is in several")
        parser.add_argument("--name", default="command line", help="what the token is for (default: %(default)s)")

    def handle(self, *args: Any, email: str | None, team: str | None, name: str, **options: Any) -> None:
        membership = find_membership(find_person(email), team)
        secret = ApiToken.make(membership, name[:100])
        self.stdout.write(f"For {membership.user.email} in {membership.team.name}, as {membership.role}; shown once:")
        self.stdout.write(secret)


def find_person(email: str | None) -> User:
    people = User.objects.filter(is_active=True)
    if email is not None:
        person = people.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(f"Nobody with an open account has the address {email}.")
        return person
    found = list(people.order_by("pk")[:2])
    if not found:
        raise CommandError("There is no user yet. Open the link that script/server prints, or run `manage.py owner`.")
    if len(found) > 1:
        raise CommandError("There are several users: say whose token it is, as in `manage.py token EMAIL`.")
    return found[0]


def find_membership(person: User, team: str | None) -> Membership:
    memberships = list(Membership.objects.filter(user=person).select_related("user", "team").order_by("pk"))
    if not memberships:
        raise CommandError(f"{person.email} is in no team, and a token speaks for a person in a team.")
    names = ", ".join(f"“{membership.team.name}”" for membership in memberships)
    if team is not None:
        memberships = [membership for membership in memberships if membership.team.name == team]
    if not memberships:
        raise CommandError(f"{person.email} is in no team called “{team}”; theirs: {names}.")
    if len(memberships) > 1 and team is None:
        memberships = [membership for membership in memberships if not membership.team.is_demo]
    if len(memberships) > 1:
        raise CommandError(f"{person.email} is in several teams, {names}: choose one with --team.")
    return memberships[0]
