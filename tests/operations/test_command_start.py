"""What a command loads: a command that lists rows needs no page of the site, no gRPC and no cloud."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instances import ROOT, environment, prepared_folder

HEAVY = (
    "boto3",
    "drf_spectacular",
    "grpc",
    "import_export.admin",
    "redis",
    "rich.console",
    "unfold.admin",
    "apps.git_access.admin",
)


LISTING = ("user", "project", "keys", "token", "agent", "denials")


@pytest.fixture(scope="module")
def instance() -> Iterator[tuple[Path, dict[str, str]]]:
    with prepared_folder() as prepared:
        yield prepared


@pytest.mark.parametrize("noun", LISTING)
def test_a_command_that_lists_loads_nothing_heavy(noun: str, instance: tuple[Path, dict[str, str]]) -> None:
    data, database = instance
    command = [sys.executable, "-X", "importtime", str(ROOT / "manage.py"), noun, "list"]
    ran = subprocess.run(
        command, env=environment(data, **database), cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded = set(re.findall(r"^import time:.*\|\s+(\S+)$", ran.stderr, re.MULTILINE))
    assert "apps.directory.models.users" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_help_is_drawn_whole(instance: tuple[Path, dict[str, str]]) -> None:
    data, database = instance
    for words in (["help", "user"], ["user", "--help"], ["user", "list", "--help"]):
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        ran = subprocess.run(
            command, env=environment(data, **database), cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert "\N{BOX DRAWINGS LIGHT HORIZONTAL} Options \N{BOX DRAWINGS LIGHT HORIZONTAL}" in ran.stdout


def test_the_overview_loads_no_model() -> None:
    command = [sys.executable, "-X", "importtime", str(ROOT / "manage.py")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = set(re.findall(r"^import time:.*\|\s+(\S+)$", ran.stderr, re.MULTILINE))
    assert "gitlab_internal.command_overview" in loaded
    ours = {name for name in loaded if name.startswith(("apps.", "django.db.models"))}
    assert ours == {"apps.core", "apps.core.json_values"}  # what tells text from what is none
