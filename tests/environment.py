"""Loaded by pytest before Django: gives the run a folder, secrets and servers of its own.

``TEST_DATABASE=postgres`` runs the suite on PostgreSQL and Redis, started here and stopped at the end.
The processes of pytest-xdist inherit everything through the environment.
"""

import atexit
import os
import re
import shutil
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests import servers

SHELL_SECRET = "0123456789abcdef0123456789abcdef\n"
SHELL_SECRET_NAME = ".gitlab_shell_secret"
KAS_SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"  # the bytes from 0 to 31
KAS_SECRET_NAME = ".gitlab_kas_secret"
WORKHORSE_SECRET = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=\n"  # the bytes from 31 down to 0
WORKHORSE_SECRET_NAME = ".gitlab_workhorse_secret"
SECRET_KEY = "a key for tests only, and long enough for every signature"

ENCRYPTION_KEYS_NAME = "encryption_keys"
SECRET_FILES = {
    SHELL_SECRET_NAME: SHELL_SECRET,
    KAS_SECRET_NAME: KAS_SECRET,
    WORKHORSE_SECRET_NAME: WORKHORSE_SECRET,
    ENCRYPTION_KEYS_NAME: f"{Fernet.generate_key().decode()}\n",
}

_ROOT = Path(__file__).resolve().parent.parent
_RUN = "GITLAB_INTERNAL_TEST_DATA"  # set by the process that starts the run, for the others
_REDIS = "GITLAB_INTERNAL_TEST_REDIS"
_resources = ExitStack()


def folder() -> Path:
    """Return the folder that all processes of the run share."""
    return Path(os.environ[_RUN])


def _prepare() -> None:
    # Programs are started beside threads of gRPC, whose handlers can stop a child before it becomes one.
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"
    if _RUN not in os.environ:
        _start()
    os.environ["DATA"] = os.environ[_RUN]
    if server := os.environ.get(_REDIS):
        # Each process has a database of its own; `gw3` is the fourth process.
        worker = re.search(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", ""))
        os.environ["REDIS_URL"] = f"{server}?db={int(worker[0]) + 1 if worker else 0}"


def _start() -> None:
    """Make what the whole run shares; only its first process gets here."""
    # SIGTERM would end the interpreter without a word; so it ends the run as Ctrl-C does, cleanly.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    atexit.register(_resources.close)
    _forget_settings()
    data = Path(tempfile.mkdtemp(prefix="gitlab-internal-tests-"))
    _resources.callback(shutil.rmtree, data, ignore_errors=True)
    os.environ[_RUN] = str(data)
    os.environ["SECRET_KEY"] = SECRET_KEY
    (data / "static").mkdir()  # WhiteNoise warns about a missing folder
    for name, content in SECRET_FILES.items():
        secret = data / name
        secret.touch(mode=0o600)
        secret.write_text(content)
    _start_servers()


def _forget_settings() -> None:
    """Take what settings.py reads out of the environment: no test runs on somebody's instance."""
    settings = (_ROOT / "gitlab_internal" / "settings.py").read_text()
    for name in re.findall(r"env\.\w+\(\s*\"(\w+)\"", settings):
        os.environ.pop(name, None)


def _start_servers() -> None:
    database = os.environ.get("TEST_DATABASE", "sqlite")
    if database == "postgres":
        os.environ["DATABASE_URL"] = _resources.enter_context(servers.postgresql()).url("gitlab_internal")
        os.environ[_REDIS] = _resources.enter_context(servers.redis_server()).url
    elif database != "sqlite":
        raise pytest.UsageError(f"TEST_DATABASE is 'sqlite' or 'postgres', not {database!r}.")


def pytest_unconfigure() -> None:
    """Stop the servers and remove the folder."""
    _resources.close()


_prepare()
