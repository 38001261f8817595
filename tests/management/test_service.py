"""A service that ends is started again: at once after a long life, with growing rests after short ones."""

import sys

import pytest

from studies.management.site import service
from studies.management.site.service import LONGEST_REST, Service


def test_rests_grow_with_each_short_life_and_end_with_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ending = Service("ending", [sys.executable, "-c", "raise SystemExit(3)"])
    ending.wait(20)
    rests = [ending.rest() for _ in range(8)]
    assert rests[0] < 1
    assert rests == sorted(rests)
    assert rests[-1] == LONGEST_REST
    monkeypatch.setattr(service, "SHORT_LIFE", 0.0)
    assert ending.rest() == 0.0
    ending.restart()
    assert ending.restart_at is None
    ending.wait(20)
    assert ending.process.returncode == 3
