"""Workers alone, beside a site that runs elsewhere: they share its database, its Redis and its data folder."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from studies.engine import fitness
from studies.engine.store.versions import problem as store_problem
from studies.management.site.schema import schema_problem
from studies.management.site.supervisor import STOP_PATIENCE, Supervisor


class Command(BaseCommand):
    help = "Run workers in the foreground for a site that runs elsewhere; what script/worker runs after installing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, workers: int, **options: Any) -> None:
        if workers < 1:
            raise CommandError("--workers must be at least 1.")
        if problem := why_not():
            raise CommandError(problem)
        connections.close_all()
        supervisor = Supervisor(self.stderr.write)
        try:
            supervisor.add_workers(workers)
            self.stdout.write(f"Running: {workers} {'worker' if workers == 1 else 'workers'}")
            self.stdout.flush()
            supervisor.watch()
        finally:
            supervisor.stop([(("worker",), STOP_PATIENCE)])


def why_not() -> str:
    """What is missing for workers to be of use, in a sentence."""
    if not settings.REDIS_URL:
        return "REDIS_URL is not set. Name the Redis that the site uses too: workers hear of new work through it."
    try:
        if problem := schema_problem():
            return problem
        if refuses := fitness.refusal(fitness.facts(), fitness.of_site()):
            return refuses
        return store_problem()
    except DatabaseError as error:
        return f"The database does not answer: {str(error).strip()}"
