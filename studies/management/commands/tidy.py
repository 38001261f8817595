"""`manage.py tidy`: removes what a crash has left among the datasets' files."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studies.engine.tidying import leftovers, remove


class Command(BaseCommand):
    help = "Lists folders of uploads that no dataset refers to and that are older than a day; --remove removes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove them; without it they are only listed")

    def handle(self, *args: Any, remove: bool, **options: Any) -> None:
        tidy(self.stdout.write, remove)


def tidy(say: Any, really: bool) -> None:
    found = leftovers()
    for leftover in found:
        say(f"{leftover.path}  {leftover.bytes / 2**20:,.1f} MB")
    if not found:
        say("Nothing is left over.")
    elif really:
        remove(found)
        say(f"Removed {len(found):,}.")
    else:
        say(f"{len(found):,} left over. Run manage.py tidy --remove to remove them.")
