"""Measure the first page and every list of the operators' site on the instance in DATA.

``DATA=… python -m bench.pages``, after ``manage.py seed --scale`` has filled it; ``--pushes`` adds pushes, of
which that world has none. The time is the processor's, as others may be at work: the process's, SQLite's
included, and for PostgreSQL that of its answers. The least of some rounds counts, after one that does not. It
ends with 1 when a page takes more than ``--queries`` or ``--milliseconds``.
"""

import os
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
    django.setup()
    sys.exit(import_module("bench.pages_measured").main())
