"""What a command loads: a command that lists rows needs no page of the site, no gRPC and no cloud."""

import re
import subprocess
import sys

from tests.instances import ROOT, environment, prepared_folder

HEAVY = (
    "boto3",
    "drf_spectacular",
    "grpc",
    "import_export.admin",
    "redis",
    "unfold.admin",
    "apps.git_access.admin",
)


def test_a_command_that_lists_loads_nothing_heavy() -> None:
    with prepared_folder() as (data, database):
        command = [sys.executable, "-X", "importtime", str(ROOT / "manage.py"), "user", "list"]
        ran = subprocess.run(
            command, env=environment(data, **database), cwd=ROOT, capture_output=True, text=True, check=True
        )

    loaded = set(re.findall(r"^import time:.*\|\s+(\S+)$", ran.stderr, re.MULTILINE))
    assert "apps.directory.models.users" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_the_overview_loads_no_model() -> None:
    command = [sys.executable, "-X", "importtime", str(ROOT / "manage.py")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = set(re.findall(r"^import time:.*\|\s+(\S+)$", ran.stderr, re.MULTILINE))
    assert "gitlab_internal.command_overview" in loaded
    assert [name for name in loaded if name.startswith(("apps.", "django.db.models"))] == []
