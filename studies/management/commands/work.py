"""One worker process; `up` starts as many as it is told to."""

import os
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run one worker in the foreground."
    requires_system_checks = []  # they import every page; `up` and `workers` have made them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="worker", help="shown with host and process id")

    def handle(self, *args: Any, **options: Any) -> None:
        from studies.engine.worker import serve

        serve(f"{socket.gethostname()}-{options['name']}-{os.getpid()}")
