"""`manage.py backup FILE`: everything of the site in one file, while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.management.backup.archive import BackupError
from studies.management.backup.making import as_sentences, make_backup


class Command(BaseCommand):
    help = "Writes the database, the datasets' files and the secret key into one .tar.gz file; the site may be running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="for example /backups/tuningsite-2026-11-26.tar.gz")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            made = make_backup(file.absolute())
        except BackupError as error:
            raise CommandError(str(error)) from error
        for sentence in as_sentences(made, file):
            self.stdout.write(sentence)
