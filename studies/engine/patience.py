"""While the database is locked or being restarted: nothing that a trial has cost is thrown away for that."""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError, connections

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError)
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.5
BRIEF_SECONDS = 1.0  # with a locked database while a trial runs


def patiently(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call until the database answers; only for what may be done twice, such as a conditional UPDATE."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for tries in itertools.count():
        try:
            return call(*args, **kwargs)
        except AWAY as error:
            if time.monotonic() > deadline:
                raise
            if not tries:
                logger.warning("The database does not answer (%s); trying until it does", error)
            connections.close_all()
            time.sleep(PAUSE_SECONDS)


@contextmanager
def unless_away() -> Iterator[None]:
    """For what the next round does again anyway: without the database it is left out."""
    try:
        yield
    except AWAY as error:
        logger.warning("The database does not answer (%s); going on without it", error)
        connections.close_all()


@contextmanager
def briefly() -> Iterator[None]:
    """Do not wait for a locked SQLite for long: meanwhile nobody would see that a trial exceeds its limits."""
    connection = connections["default"]
    usual = getattr(connection, "patience", None)  # PostgreSQL has no such lock
    if usual is not None:
        connection.patience = BRIEF_SECONDS
    try:
        yield
    finally:
        if usual is not None:
            connection.patience = usual


class Outage:
    """One thing that may be away for a while: its absence is logged once, and its return."""

    def __init__(self, name: str, meanwhile: str) -> None:
        self.name, self.meanwhile = name, meanwhile
        self.since: float | None = None  # on the monotonic clock; None while it answers

    def goes_on(self, error: Exception) -> None:
        if self.since is None:
            self.since = time.monotonic()
            logger.warning("%s does not answer (%s); %s", self.name, str(error).strip(), self.meanwhile)

    def is_over(self) -> bool:
        """It answers; True when it did not before."""
        if self.since is None:
            return False
        logger.warning("%s is back after %.0f s", self.name, time.monotonic() - self.since)
        self.since = None
        return True
