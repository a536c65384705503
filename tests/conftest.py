"""Fixtures of the whole suite."""

import os
from collections import Counter
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.utils import timezone
from hypothesis import HealthCheck

from tests import databases, tiers
from tests.callers import Caller, shared_secret, shell_token, unsigned
from tests.environment import SHELL_SECRET
from tests.instances import Instance, running_instance
from tests.tiers import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]


def pytest_configure() -> None:
    """Make the many users of a run cheap: a password's hash need not resist anybody here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns without it
    database = connections.databases["default"]
    if database["ENGINE"] == "apps.core.sqlite":
        # A file, as everywhere else: in memory, two writers fail where here one waits for the other.
        database["TEST"]["NAME"] = str(settings.DATA / "test.sqlite3")
        # Nothing here has to survive a power cut.
        database["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database of the tests is a copy that is there already; it goes with the folder of the run."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy the migrated database once its name is known."""
    database = connections.databases["default"]
    name = database["TEST"]["NAME"] or f"test_{database['NAME']}"
    if database["ENGINE"] == "apps.core.sqlite":
        databases.fill(Path(name))
    else:
        databases.create(name)


# Their tests of processes start instances of their own, on the database of the run.
_WITH_INSTANCES = frozenset({"operations", "end_to_end", "agent", "contract", "upgrade"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put slow files first, and run once, on SQLite, what no database can change."""
    _refuse_doubles(items)
    tiers.mark(items)
    items[:] = tiers.slow_first(items)
    if os.environ.get("TEST_DATABASE") != "postgres":
        return
    again = [item for item in items if _depends_on_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(again)])
    items[:] = again


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape lone surrogates in what a test has logged: pytest-xdist ends with a run that has one."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def _refuse_doubles(items: list[pytest.Item]) -> None:
    """Of the tests that have one name, pytest-xdist runs one and says nothing of the others."""
    doubled = [name for name, times in Counter(item.nodeid for item in items).items() if times > 1]
    if doubled:
        raise pytest.UsageError(f"Several tests are called {doubled[0]}.")


def _depends_on_the_database(item: pytest.Item) -> bool:
    part = item.path.relative_to(Path(__file__).parent).parts[0]
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        part in _WITH_INSTANCES
        or fixtures & {"db", "transactional_db", "gunicorn", "gunicorn_on_socket"}
        or item.get_closest_marker("django_db")
    )


# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _forgetful_store() -> Iterator[None]:
    """Redis does not roll back as the database does; the process's own cache does not either."""
    yield
    cache.clear()


@pytest.fixture
def secret() -> str:
    """The content of the shared secret file, line end included."""
    return SHELL_SECRET


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def shell() -> Caller:
    """gitlab-shell and Gitaly of the doc's time: shared-secret header."""
    return Caller(sign=shared_secret, user_agent="GitLab-Shell")


@pytest.fixture
def modern_shell() -> Caller:
    """gitlab-shell and Gitaly of today: signed token."""
    return Caller(sign=shell_token, user_agent="GitLab-Shell")


@pytest.fixture
def stranger() -> Caller:
    """Somebody without a credential."""
    return Caller(sign=unsigned, user_agent="curl/8")


@pytest.fixture(scope="session")
def gunicorn() -> Iterator[Instance]:
    """A seeded instance on a loopback port, with a database of its own."""
    with running_instance() as instance:
        yield instance


@pytest.fixture(scope="session")
def gunicorn_on_socket() -> Iterator[Instance]:
    """A seeded instance on a Unix socket, with a database of its own."""
    with running_instance(on_socket=True) as instance:
        yield instance


@pytest.fixture
def read_only(transactional_db: None) -> Iterator[None]:
    """A database that takes no writes, as a full disk or a standby does."""
    on, off = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
    yield
    with connection.cursor() as cursor:
        cursor.execute(off)
