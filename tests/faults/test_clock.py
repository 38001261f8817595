"""Clocks that are wrong: F23 of the fault list."""

import shutil
import subprocess

import pytest

from studies.models import Outcome, Trial
from tests.faults.conftest import Crew, Launch, busy_lane


@pytest.mark.parametrize("shift", ["+1h", "-1h"])
def test_a_worker_whose_clock_is_wrong_steals_nothing(shift: str, crew: Crew, launch: Launch) -> None:
    """Two workers serve a study for longer than a lease, one with a clock an hour off; each may reconcile."""
    variables = faked(shift)
    first = crew.start_program(**variables)
    study = launch(seconds=0.6, max_trials=5)
    busy_lane(study, first)
    crew.start(1)
    crew.check(study)
    assert [trial.error for trial in study.trials.all() if trial.state != "complete"] == []
    assert not Trial.objects.filter(study=study, attempts__outcome=Outcome.LOST).exists()
    assert all(seconds >= 0 for trial in study.trials.all() for seconds in [*trial.fit_times, *trial.score_times])


def faked(shift: str) -> dict[str, str]:
    """What faketime sets; it moves the monotonic clock too, of that worker and its children: another machine's."""
    if shutil.which("faketime") is None:
        pytest.skip("faketime is not installed (Debian: apt install faketime)")
    told = subprocess.run(["faketime", "-f", shift, "env"], capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    return {name: found[name] for name in ("LD_PRELOAD", "FAKETIME")}
