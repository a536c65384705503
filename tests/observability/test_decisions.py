"""Every decision is in the log line of its request and is counted by its rule."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory
from pytest_django import Settings

from tests.api.logs import LogLines
from tests.callers import Caller
from tests.contract.endpoints import AGENT, CUSTOMERS_DOT, KAS
from tests.factories.directory import ProjectFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory
from tests.observability.test_metrics import counted

pytestmark = pytest.mark.django_db

WHO = ("caller", "key_id", "user_id", "agent_id", "decision", "refusal", "rule", "scheme")


@pytest.fixture(autouse=True)
def _storage(settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nonexistent.socket"}}


def last(log_lines: LogLines) -> dict[str, Any]:
    line = log_lines.requests()[-1]
    return {name: line[name] for name in WHO if name in line}


def pull(shell: Caller, **who: Any) -> int:
    common = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any"}
    return shell.post("allowed", **common, **who).status_code


def test_a_command_that_may_run(shell: Caller, log_lines: LogLines) -> None:
    project = ProjectFactory.create(visibility_level=20, repository_exists=True)
    user = UserFactory.create()
    key = KeyFactory.create(user=user)
    labels = {"endpoint": "allowed", "decision": "allowed", "refusal": "", "rule": ""}
    before = counted("decisions_total", **labels)

    status = pull(shell, key_id=key.pk, project=project.full_path)

    assert status == 200
    assert last(log_lines) == {
        "caller": "gitlab-shell",
        "key_id": key.pk,
        "user_id": user.pk,
        "decision": "allowed",
    }
    assert counted("decisions_total", **labels) == before + 1


def test_a_command_that_is_refused_names_the_rule(shell: Caller, log_lines: LogLines) -> None:
    key = KeyFactory.create()

    status = pull(shell, key_id=key.pk, project="no/where")

    found = last(log_lines)
    rule = found.pop("rule")
    assert status == 404
    assert found == {
        "caller": "gitlab-shell",
        "key_id": key.pk,
        "user_id": key.user_id,
        "decision": "refused",
        "refusal": "Hidden",
    }
    assert rule == "container-exists"
    assert (
        counted("decisions_total", endpoint="allowed", decision="refused", refusal="Hidden", rule=rule) >= 1
    )


def test_a_gitaly_that_is_away_refuses_nothing_and_is_an_outcome_of_its_own(
    shell: Caller, log_lines: LogLines
) -> None:
    project = ProjectFactory.create(visibility_level=20, repository_exists=None)
    labels = {"decision": "unavailable", "refusal": "Unavailable", "rule": "gitaly-unavailable"}
    before = counted("decisions_total", endpoint="allowed", **labels)

    status = pull(shell, project=project.full_path)

    assert status == 503
    assert last(log_lines) == {"caller": "gitlab-shell", **labels}
    assert counted("decisions_total", endpoint="allowed", **labels) == before + 1


def test_lfs_for_nobody_and_for_nothing(shell: Caller, log_lines: LogLines) -> None:
    shell.post("lfs_authenticate", project="no/where", key_id=1)

    assert last(log_lines) == {"caller": "gitlab-shell", "decision": "refused", "refusal": "NoLfs"}


@pytest.mark.parametrize(
    ("method", "path", "scheme"),
    [
        ("POST", "allowed", "Gitlab-Shared-Secret"),
        ("POST", "kubernetes/usage_metrics", "Gitlab-Kas-Api-Request"),
        ("PUT", "upcoming_reconciliations", "Private-Token"),
    ],
)
def test_a_caller_without_credential(
    stranger: Caller, log_lines: LogLines, method: str, path: str, scheme: str
) -> None:
    before = counted("authentication_failures_total", scheme=scheme)

    stranger.request(method, path)

    assert last(log_lines) == {"decision": "refused", "refusal": "authentication", "scheme": scheme}
    assert counted("authentication_failures_total", scheme=scheme) == before + 1


@pytest.mark.django_db
def test_a_wrong_password_counts_too(rf: RequestFactory) -> None:
    before = counted("authentication_failures_total", scheme="password")

    authenticate(rf.post("/admin/login/"), username="root", password="wrong")

    assert counted("authentication_failures_total", scheme="password") == before + 1


def test_the_other_callers_are_named(stranger: Caller, log_lines: LogLines) -> None:
    stranger.request("POST", "kubernetes/usage_metrics", headers=KAS.credential())
    kas = last(log_lines)
    stranger.request("GET", "kubernetes/agent_info", headers=AGENT.credential())
    agent = last(log_lines)
    stranger.request("PUT", "upcoming_reconciliations", headers=CUSTOMERS_DOT.credential())
    portal = last(log_lines)

    assert kas == {"caller": "kas"}
    assert agent.keys() == {"caller", "agent_id"}
    assert portal.keys() == {"caller", "user_id"}
    assert (agent["caller"], portal["caller"]) == ("kas", "user")
