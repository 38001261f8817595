"""`manage.py restore FILE`: a site from a backup, on whatever database DATABASE_URL names."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.management.backup.archive import BackupError
from studies.management.backup.restoring import as_sentences, restore_backup


class Command(BaseCommand):
    help = "Fills an empty data folder and database from a file that `manage.py backup` has made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--replace", action="store_true", help="move aside what is here (SQLite only)")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        try:
            restored = restore_backup(file.absolute(), replace)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for sentence in as_sentences(restored, file):
            self.stdout.write(sentence)
