"""`manage.py demo`: sample datasets and studies in a team of their own, made by the real engine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.management.demo.making import NoProgress, make_demo


class Command(BaseCommand):
    help = "Makes the demo team, which every owner sees. Needs workers that run; a second time it changes nothing."
    requires_system_checks = []  # they import every page; `up` and `workers` have made them

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            make_demo(self.stdout.write)
        except NoProgress as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The demo is ready.")
