"""The double run by hand."""

import subprocess
import sys
from pathlib import Path

from pytest_django import Settings

from apps.core.gitaly.client import Gitaly
from tests.gitaly.doubles import REPOSITORY
from tests.gitaly_double.__main__ import arguments, settings_of
from tests.gitaly_double.environments import of_git
from tests.gitaly_double.versions import Version


def test_the_double_serves_until_it_is_stopped(tmp_path: Path, settings: Settings) -> None:
    storage = tmp_path / "repositories"
    storage.mkdir()
    command = [
        sys.executable,
        "-m",
        "tests.gitaly_double",
        "--storage",
        f"default={storage}",
        "--token",
        "foo",
    ]

    with subprocess.Popen(command, env=of_git(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        unix, tcp = process.stdout.readline().split()
        settings.GITALY_STORAGES = {"default": {"address": unix, "token": "foo"}}
        Gitaly(repository=REPOSITORY).create_repository(default_branch="main")
        settings.GITALY_STORAGES = {"default": {"address": tcp, "token": "foo"}}
        found = Gitaly(repository=REPOSITORY).repository_exists()
        process.terminate()

    assert found
    assert process.returncode == 0


def test_the_command_line_sets_everything(tmp_path: Path) -> None:
    line = [
        "--storage=default=/a", "--storage=far=/b", "--version=15.3", "--api=http://127.0.0.1:8000",
        "--secret-file=/s", "--generation=jwt", "--timeout=1", "--protocol=web", "--custom-hooks=/h",
    ]  # fmt: skip

    chosen = settings_of(arguments(line), tmp_path)

    assert chosen.storages == {"default": Path("/a"), "far": Path("/b")}
    assert chosen.version == Version(15, 3)
    assert chosen.api
    assert (chosen.api.url, chosen.api.secret_file) == ("http://127.0.0.1:8000", "/s")
    assert (chosen.api.generation, chosen.api.timeout) == ("jwt", 1)
    assert (chosen.protocol, chosen.custom_hooks) == ("web", Path("/h"))


def test_a_release_chooses_its_credentials_itself(tmp_path: Path) -> None:
    line = ["--storage=default=/a", "--version=15.3", "--api=http://127.0.0.1:8000"]

    chosen = settings_of(arguments(line), tmp_path)

    assert chosen.api
    assert chosen.api.generation == "both-untrimmed"
