"""A migrated database and collected static files, made once in a run of the tests and copied to whoever needs them:
migrating anew costs more than most tests do. They are made by the program's own commands and go with the run.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from secrets import token_hex

from tests.nursery import start_command
from tests.postgresql import server, url_of

NOT_OURS = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "TUNINGSITE_PLAIN_STATIC"}
DATABASE, STATIC = "tuningsite.sqlite3", "static"


def folder() -> Path:
    """Of all processes of a run; tests/settings.py makes it."""
    return Path(os.environ["TUNINGSITE_TEST_PREPARED"])


def environment(data: Path, **variables: str) -> dict[str, str]:
    """Of a site on that data folder, with nothing of the tests' own settings."""
    ours = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return ours | {"TUNINGSITE_DATA": str(data), "LOG_LEVEL": "WARNING"} | variables


def manage(*words: str, **variables: str) -> None:
    assert start_command([*words, "-v", "0"], environment(folder() / "data", **variables)).wait() == 0


@contextmanager
def alone() -> Iterator[None]:
    """One process makes something, the others wait for it."""
    with open(folder() / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def sqlite_file() -> Path:
    path = folder() / DATABASE
    with alone():
        if not path.exists():
            made = folder() / "data" / DATABASE
            made.parent.mkdir(exist_ok=True)
            manage("migrate")
            with closing(sqlite3.connect(made)) as database:
                database.execute("VACUUM INTO ?", [f"{path}.part"])
            Path(f"{path}.part").rename(path)
    return path


@cache
def static_folder() -> Path:
    path = folder() / "data" / STATIC
    with alone():
        if not (path / "staticfiles.json").exists():
            manage("collectstatic", "--no-input")
    return path


@cache
def postgresql_template() -> str:
    """The name of a database on the server that the tests run on, to make others from."""
    name = folder() / "template"
    with alone():
        if not name.exists():
            made = f"prepared_{token_hex(6)}"
            with server() as connection:
                connection.execute(f"CREATE DATABASE {made}")
            manage("migrate", DATABASE_URL=url_of(made))
            name.write_text(made)
    return name.read_text()


def furnish(data: Path, with_database: bool) -> None:
    """Give a new site's data folder what it would make at its first start."""
    if not (data / STATIC).exists():
        shutil.copytree(
            static_folder(), data / STATIC
        )  # with the times of the files, which say that they are not stale
    if with_database and not (data / DATABASE).exists():
        shutil.copyfile(sqlite_file(), data / DATABASE)


def clear_up() -> None:
    """At the end of a run, by the process that began it."""
    if (folder() / "template").exists():
        with server() as connection:
            connection.execute(f"DROP DATABASE {postgresql_template()} WITH (FORCE)")
    shutil.rmtree(folder())
