"""Settings come from the environment, and from the file ``env`` in DATA."""

import os
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.instances import ROOT


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """An empty folder of an instance; what the test, or reading the file `env`, sets is undone."""
    before = dict(os.environ)
    for name in ("DATABASE_URL", "REDIS_URL", "INSTANCE_URL", "SECRET_KEY"):
        os.environ.pop(name, None)
    os.environ["DATA"] = str(tmp_path)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


def read() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "gitlab_internal" / "settings.py"))


def test_everything_lies_in_one_folder_by_default(data: Path) -> None:
    settings = read()

    assert settings["DATABASES"]["default"]["ENGINE"] == "apps.core.sqlite"
    assert settings["DATABASES"]["default"]["NAME"] == str(data / "db.sqlite3")
    assert settings["SHELL_SECRET_FILE"] == data / ".gitlab_shell_secret"
    assert settings["STATIC_ROOT"] == data / "static"
    assert settings["REDIS_URL"] == ""


def test_database_url_switches_to_postgresql(data: Path) -> None:
    os.environ["DATABASE_URL"] = "postgres://gitlab:secret@db.example.com:5433/internal"

    database = read()["DATABASES"]["default"]

    assert database["ENGINE"].endswith(".postgresql")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.com", 5433, "internal")
    assert "init_command" not in database.get("OPTIONS", {})


def test_redis_url_switches_the_cache_too(data: Path) -> None:
    os.environ["REDIS_URL"] = "redis://redis.example.com:6379/2"

    settings = read()

    assert settings["REDIS_URL"] == "redis://redis.example.com:6379/2"
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://redis.example.com:6379/2"


def test_the_file_env_is_read(data: Path) -> None:
    (data / "env").write_text('READ_ONLY=true\nGITALY_STORAGES={"default": {"address": "unix:/run/g"}}\n')

    settings = read()

    assert settings["READ_ONLY"] is True
    assert settings["GITALY_STORAGES"] == {"default": {"address": "unix:/run/g"}}


def test_the_environment_wins_over_the_file(data: Path) -> None:
    (data / "env").write_text("INSTANCE_URL=https://from.the.file\n")
    os.environ["INSTANCE_URL"] = "https://from.the.environment"

    assert read()["INSTANCE_URL"] == "https://from.the.environment"


def test_of_two_lines_the_later_one_counts(data: Path) -> None:
    (data / "env").write_text("READ_ONLY=false\nREAD_ONLY=true\n")

    assert read()["READ_ONLY"] is True


def test_the_file_that_serve_writes_names_the_gitaly_of_the_examples(data: Path) -> None:
    from apps.operations.folder import EXAMPLE_SETTINGS

    (data / "env").write_text("".join(f"{name}={value}\n" for name, value in EXAMPLE_SETTINGS.items()))

    address = "unix:/Users/bvl/repos/gitlab/gitaly.socket"
    assert read()["GITALY_STORAGES"] == {"default": {"address": address}}


def test_the_secret_key_is_read_from_its_file(data: Path) -> None:
    (data / "secret_key").write_text("from the file\n")

    assert read()["SECRET_KEY"] == "from the file"
