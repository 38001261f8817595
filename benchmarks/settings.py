"""The product's settings and one estimator more, which costs nothing and is reachable under these settings only."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # as manage.py does; must stand before numpy is imported

from benchmarks.null_estimator import NullEntry  # noqa: E402
from studies.evaluation import catalogue  # noqa: E402
from tuningsite.settings import *  # noqa: E402, F403

catalogue[NullEntry.key] = NullEntry()
if os.environ.get("BENCH_METER"):
    INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.room.meter.Meter"]  # noqa: F405
