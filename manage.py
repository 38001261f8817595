#!/usr/bin/env python
"""Django's command line for Tuningsite."""

import os
import sys

# One thread per fit; these must stand before numpy is imported anywhere.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuningsite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
