"""The site's own settings over a data folder of the test run's own, whatever the shell's environment says.

TUNINGSITE_TEST_DATABASE_URL names a database server to run on instead of SQLite; the tests make a database of their own
there (script/test starts such a server).
"""

import os
import tempfile

os.environ["TUNINGSITE_DATA"] = tempfile.mkdtemp(prefix="tuningsite-test-")
if "TUNINGSITE_TEST_PREPARED" not in os.environ:  # see tests/prepared.py; a parent's, with xdist
    os.environ["TUNINGSITE_TEST_PREPARED"] = tempfile.mkdtemp(prefix="tuningsite-prepared-")
os.environ["TUNINGSITE_PLAIN_STATIC"] = "1"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # as manage.py does; must stand before numpy is imported
for variable in ("DATABASE_URL", "REDIS_URL", "TUNINGSITE_URL", "SECRET_KEY", "DEBUG", "EMAIL_URL", "METRICS_TOKEN"):
    os.environ.pop(variable, None)
if os.environ.get("TUNINGSITE_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TUNINGSITE_TEST_DATABASE_URL"]

from tuningsite.settings import *  # noqa: E402, F403

STATIC_ROOT.mkdir()  # noqa: F405 (whitenoise wants to see it)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed; nothing here is worth guessing

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, so that real workers can share it with the test.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}  # noqa: F405
else:  # a test is one transaction, however long it waits for something else
    DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"  # noqa: F405
LOGGING["root"]["level"] = LOGGING["loggers"]["studies"]["level"] = "ERROR"  # noqa: F405
