"""The requests that `manage.py examples` prints, run by curl against a real gunicorn as they are printed."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import matchers
from tests.instances import ROOT, Instance, database, environment, manage, running_instance

GRANT = {
    "status": True,
    "gl_repository": "project-3",
    "gl_project_path": "gnuwget/wget2",
    "gl_id": "user-1",
    "gl_username": "root",
    "git_config_options": ["uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"],
    "gitaly": {
        "repository": {
            "storage_name": "default",
            "relative_path": "@hashed/4e/07/"
            "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce.git",
            "git_object_directory": "",
            "git_alternate_object_directories": [],
            "gl_repository": "project-3",
            "gl_project_path": "gnuwget/wget2",
        },
        "address": "unix:/Users/bvl/repos/gitlab/gitaly.socket",
        "token": None,
        "features": {},
    },
    "gl_console_messages": [],
    "need_audit": False,
    "gl_key_type": "key",
    "gl_key_id": 11,
    "gl_project_id": 3,
    "gl_root_namespace_id": 2,
}


def printed(instance: Instance) -> dict[str, str]:
    """Return what `examples` prints for this instance: heading -> command."""
    bind = ["--bind", f"unix:{instance.socket}"] if instance.socket else []
    output = instance.manage("examples", *bind)
    return dict(re.findall(r"^# (.+)\n(curl .+)$", output, re.MULTILINE))


def run(command: str) -> Any:
    """Paste a line into a shell."""
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module", params=["gunicorn", "gunicorn_on_socket"])
def instance(request: pytest.FixtureRequest) -> Instance:
    found: Instance = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def lines(instance: Instance) -> dict[str, str]:
    return printed(instance)


def test_git_authentication(lines: dict[str, str]) -> None:
    assert run(lines["Git Authentication"]) == GRANT


def test_lfs_authentication(lines: dict[str, str], instance: Instance) -> None:
    answer = run(lines["LFS Authentication"])

    assert answer.pop("lfs_token").count(".") == 2
    root = instance.url if not instance.socket else "http://localhost:3001"
    assert answer == {
        "username": "root",
        "repository_http_path": f"{root}/gnuwget/wget2.git",
        "expires_in": 1800,
    }


def test_authorized_keys(lines: dict[str, str]) -> None:
    answer = run(lines["Authorized Keys Check"])

    assert re.fullmatch(r"ssh-rsa AAAA\S+ Administrator \(localhost\)", answer.pop("key"))
    assert answer == {"id": 11, "title": "admin@example.com", "created_at": "2019-06-27T15:29:02.219Z"}


def test_discover(lines: dict[str, str]) -> None:
    assert run(lines["Get user for user ID or key"]) == {"id": 7, "name": "Dede Eichmann", "username": "rubi"}


def test_check(lines: dict[str, str]) -> None:
    assert run(lines["Instance information"]) == {
        "api_version": "v4",
        "gitlab_version": "12.3.0-pre",
        "gitlab_rev": "d69c988e6a6",
        "redis": True,
        "gitlab_revision": "d69c988e6a6",
    }


def test_two_factor_recovery_codes(lines: dict[str, str]) -> None:
    answer = run(lines["Get new 2FA recovery codes using an SSH key"])

    assert answer == {"success": True, "recovery_codes": matchers.recovery_codes()}


def test_personal_access_token(lines: dict[str, str]) -> None:
    assert run(lines["Get new personal access-token"]) == {
        "success": True,
        "token": matchers.personal_access_token(),
        "scopes": ["read_user", "read_repository"],
        "expires_at": "2020-07-24",
    }


def test_pre_receive(lines: dict[str, str]) -> None:
    answer = run(lines["Incrementing counter on pre-receive"])

    assert answer == {"reference_counter_increased": True}


def test_post_receive(lines: dict[str, str]) -> None:
    run(lines["Incrementing counter on pre-receive"])

    assert run(lines["PostReceive"]) == {
        "messages": [{"message": "Hello from post-receive", "type": "alert"}],
        "reference_counter_decreased": True,
    }


def subscription() -> dict[str, Any]:
    """The one that the first example creates for a group with one member."""
    return {
        "plan": {
            "code": "premium",
            "name": "premium",
            "trial": False,
            "auto_renew": None,
            "upgradable": True,
        },
        "usage": {
            "seats_in_subscription": 10,
            "seats_in_use": 1,
            "max_seats_used": 0,
            "seats_owed": 0,
        },
        "billing": {
            "subscription_start_date": "2020-07-15",
            "subscription_end_date": None,
            "trial_ends_on": None,
        },
    }


def test_subscriptions_in_the_order_of_the_document(lines: dict[str, str]) -> None:
    assert run(lines["Creating a subscription"]) == subscription()
    assert run(lines["Updating a subscription"]) == subscription()
    assert run(lines["Retrieving a subscription"]) == subscription()


def test_packs_in_the_order_of_the_document(lines: dict[str, str]) -> None:
    pack = {
        "namespace_id": 123,
        "expires_at": "2022-01-01",
        "number_of_minutes": 10000,
        "purchase_xid": "46952fe69bebc1a4de10b2b4ff439d0c",
    }
    assert run(lines["Creating an additional pack"]) == [pack]
    assert run(lines["Moving additional packs"]) == {"message": "202 Accepted"}


def test_reconciliations(lines: dict[str, str]) -> None:
    assert run(lines["Updating upcoming_reconciliations"]) == 200


def test_on_a_new_instance_every_line_is_answered_with_success() -> None:
    with running_instance() as new:
        lines = printed(new)
        assert len(lines) == 20
        done = {heading: status(f"{command} --fail") for heading, command in lines.items()}

    assert done == dict.fromkeys(lines, 0)


def status(command: str) -> int:
    return subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode


def test_json_for_programs(instance: Instance, lines: dict[str, str]) -> None:
    bind = ["--bind", f"unix:{instance.socket}"] if instance.socket else []

    assert json.loads(instance.manage("examples", "--json", *bind)) == {"examples": lines}


def test_below_another_root_lines_name_it_once(instance: Instance) -> None:
    below = {**instance.environment, "RELATIVE_URL_ROOT": "/gitlab"}

    output = manage(below, "examples", "--bind", "127.0.0.1:3001")

    assert output.count("http://localhost:3001/gitlab/api/v4/") == output.count("\ncurl ") == 20


def test_an_empty_instance_has_no_examples(tmp_path: Path) -> None:
    settings = environment(tmp_path / "data", **database())
    manage(settings, "serve", "--only-prepare", "--empty")
    command = [sys.executable, str(ROOT / "manage.py"), "examples"]

    refused = subprocess.run(command, env=settings, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "The document's world is not here" in refused.stderr
