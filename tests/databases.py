"""A database with all migrations applied, made once and copied for every process and instance of a run.

On SQLite it is a file that later runs take too, as long as no migration and no pinned package has changed; on
PostgreSQL, whose server ends with the run, a template of that server. Whoever takes a copy still runs
``migrate``, which finds nothing to apply and makes what code declares: permissions and roles.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests import environment as run
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".pytest_cache" / "databases"
_KEPT = ("PATH", "HOME", "LANG", "SECRET_KEY")


def fill(database: Path) -> None:
    """Make ``database`` a copy of the migrated file; only on SQLite, and only where there is none yet."""
    if not database.exists():
        shutil.copyfile(_migrated_file(), database)


def create(name: str) -> None:
    """Create a migrated database of that name on the run's PostgreSQL server."""
    url = os.environ["DATABASE_URL"]
    servers.create_database(url, template=template(), name=name)


def template() -> str:
    """Return the name of the migrated database of the run's PostgreSQL server; it is there from then on."""
    name = f"migrated_{_fingerprint()}"
    done = run.folder() / name
    with _alone(run.folder() / "migrated.lock"):
        if not done.exists():
            url = servers.create_database(os.environ["DATABASE_URL"], name=name)
            _migrate(run.folder(), DATABASE_URL=url)
            done.touch()
    return name


def _migrated_file() -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    with _alone(CACHE / "lock"):
        file = CACHE / f"{_fingerprint()}.sqlite3"
        if not file.exists():
            for old in CACHE.glob("*.sqlite3*"):
                old.unlink()
            unfinished = CACHE / "unfinished.sqlite3"
            _migrate(run.folder(), DATABASE_URL=f"sqlite:///{unfinished}")
            unfinished.rename(file)
    return file


def _migrate(data: Path, **settings: str) -> None:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0", "--skip-checks"]
    result = subprocess.run(
        command,
        env={**environment, "DATA": str(data), **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@cache
def _fingerprint() -> str:
    """Return a digest of all that decides what the migrations make."""
    sources = [
        *ROOT.glob("apps/**/migrations/*.py"),
        *ROOT.glob("apps/**/*.sql"),
        ROOT / "requirements/dev.txt",
    ]
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep the other processes out."""
    with lock.open("w") as file:  # closing it lets the next process in
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
