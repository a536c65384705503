"""A broken setting or a database that is away: one line says what, where to mend it, and nothing secret."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.instances import ROOT, environment

WHERE = "Mend it in {data}/env or in the environment."
AWAY = (
    'The database cannot be used: connection to server at "127.0.0.1", port 1 failed: Connection refused. '
    "Start it, or mend DATABASE_URL in {data}/env or in the environment; manage.py doctor says more."
)
DATABASE = (
    "The settings cannot be used: DATABASE_URL is neither postgres://USER:PASSWORD@HOST:5432/NAME "
    "nor sqlite:////PATH. "
)
STORAGES = "The settings cannot be used: GITALY_STORAGES is not "
CASES = [
    pytest.param("DATABASE_URL", "nonsense", DATABASE + WHERE, id="database"),
    pytest.param("DATABASE_URL", "mysql://gitlab:hidden@db/gitlab", DATABASE + WHERE, id="foreign database"),
    pytest.param("DATABASE_URL", "postgres://gitlab:hidden@db:port/gitlab", DATABASE + WHERE, id="port"),
    pytest.param("DATABASE_URL", "postgres://gitlab:hidden@127.0.0.1:1/gitlab", AWAY, id="away"),
    pytest.param("GITALY_STORAGES", "{bad", STORAGES + "JSON. " + WHERE, id="JSON"),
    pytest.param(
        "GITALY_STORAGES",
        '{"default": "unix:/hidden"}',
        STORAGES + 'like {"default": {"address": "unix:/run/gitaly.socket"}}. ' + WHERE,
        id="storages",
    ),
    pytest.param(
        "SSH_PORT",
        "hidden",
        "The settings cannot be used: SSH_PORT is not a whole number. " + WHERE,
        id="int",
    ),
    pytest.param(
        "LOG_LEVEL",
        "hidden",
        "The settings cannot be used: LOG_LEVEL is none of DEBUG, INFO, WARNING, ERROR, CRITICAL. " + WHERE,
        id="level",
    ),
    pytest.param(
        "ENABLED_GIT_ACCESS_PROTOCOL",
        "SSH",
        "The settings cannot be used: ENABLED_GIT_ACCESS_PROTOCOL is none of ssh, http. " + WHERE,
        id="protocol",
    ),
    pytest.param(
        "LFS_STORE",
        "S3",
        "The settings cannot be used: LFS_STORE is none of local, s3. " + WHERE,
        id="store",
    ),
]


def ran(data: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    result = subprocess.run(
        command, env=environment(data, **settings), cwd=ROOT, capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize(("name", "value", "line"), CASES)
def test_one_line_says_what_and_where_to_mend(tmp_path: Path, name: str, value: str, line: str) -> None:
    (tmp_path / "env").write_text(f"{name}={value}\n")

    ended = ran(tmp_path, "migrate", "--skip-checks")

    assert ended == (1, "", line.replace("{data}", str(tmp_path)) + "\n")


def test_a_level_may_be_in_small_letters(tmp_path: Path) -> None:
    ended = ran(tmp_path, "shell", "--no-imports", "--command", "pass", LOG_LEVEL="warning")

    assert ended == (0, "", "")


def test_a_database_without_tables_wants_to_be_migrated(tmp_path: Path) -> None:
    code = "from apps.directory.models import User; User.objects.count()"

    ended = ran(tmp_path, "shell", "--no-imports", "--command", code)

    assert ended == (
        1,
        "",
        "The database lacks tables: no such table: directory_user. Run manage.py migrate.\n",
    )


def test_the_whole_traceback_is_there_for_who_asks(tmp_path: Path) -> None:
    status, _, said = ran(tmp_path, "migrate", "--traceback", GITALY_STORAGES="{bad")

    assert status == 1 and "ImproperlyConfigured: GITALY_STORAGES is not JSON." in said
