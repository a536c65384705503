"""Django's backend, which writes as many rows with one statement as the library takes.

Django 5.2 supposes 999 parameters, the limit before SQLite 3.32; Django 6 asks the library, as is done here.
"""

import sqlite3
from contextlib import closing

from django.db.backends.sqlite3 import base, features


def _parameters_of_one_statement() -> int:
    with closing(sqlite3.connect(":memory:")) as connection:
        return connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


class DatabaseFeatures(features.DatabaseFeatures):
    """What this very SQLite can do."""

    max_query_params = _parameters_of_one_statement()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with these features."""

    features_class = DatabaseFeatures
