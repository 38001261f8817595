"""The site’s own settings, and beside them the estimator that misbehaves; for real processes under test.

A worker, a web server or a whole `up` runs so when DJANGO_SETTINGS_MODULE names this module. Nothing of the product
does, and the product's settings never offer that estimator (tests/faults/test_estimator.py holds them to it).
"""

from tests.faults import estimator
from tuningsite.settings import *  # noqa: F403

estimator.register()
