"""One pass of the reconciler by hand; the workers do it by themselves every two seconds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from studies.engine.recovery import reconcile_once
from studies.management.site.schema import schema_problem


class Command(BaseCommand):
    help = "Give back what lost its worker, and ring for what should run; safe beside running workers."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if problem := schema_problem():
                raise CommandError(problem)
            reconcile_once(self.stdout.write)
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {str(error).strip()}") from error
