"""The requests for kas that `manage.py examples` prints, run by a real curl as they are printed."""

import json
import subprocess
from typing import Any

import pytest

from tests.instances import Instance
from tests.operations.test_examples import printed

GITALY: dict[str, Any] = {
    "address": "unix:/Users/bvl/repos/gitlab/gitaly.socket",
    "token": None,
    "features": {},
}
REPOSITORY = {
    "storage_name": "default",
    "relative_path": "@hashed/79/02/7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451.git",
    "gl_repository": "project-7",
    "gl_project_path": "gnuwget/wget",
}
PROJECT = {
    "project_id": 7,
    "gitaly_info": GITALY,
    "gitaly_repository": REPOSITORY,
    "default_branch": "main",
}


@pytest.fixture(scope="module", params=["gunicorn", "gunicorn_on_socket"])
def lines(request: pytest.FixtureRequest) -> dict[str, str]:
    instance: Instance = request.getfixturevalue(request.param)
    return printed(instance)


def run(command: str) -> tuple[int, Any]:
    """Paste a line into a shell; return status and body."""
    command = f"{command} --write-out '\\n%{{http_code}}'"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    body, _, status = result.stdout.rpartition("\n")
    return int(status), json.loads(body) if body else None


def test_agent_information(lines: dict[str, str]) -> None:
    agent = {"agent_id": 5, "agent_name": "production"}

    assert run(lines["GitLab Agent information"]) == (200, {**PROJECT, **agent})


def test_project_information(lines: dict[str, str]) -> None:
    assert run(lines["GitLab Agent project information"]) == (200, PROJECT)


def test_usage_metrics(lines: dict[str, str]) -> None:
    assert run(lines["GitLab Agent usage metrics"]) == (204, None)


def test_alert(lines: dict[str, str]) -> None:
    assert run(lines["GitLab Agent alert metrics"]) == (200, 200)


def test_vulnerability(lines: dict[str, str]) -> None:
    uuid = "58bd4058-4ef1-54f9-af47-849177789f78"  # the contract's vector for this agent and project

    assert run(lines["Create Starboard vulnerability"]) == (200, {"uuid": uuid})
