"""`POST /shellhorse/git_audit_event`."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.directory.models import AccessLevel, Project, Visibility
from apps.git_access.models import GitAuditEvent
from apps.ssh_keys.models import Key
from tests.callers import INTERNAL, Caller
from tests.factories.directory import MemberFactory, ProjectFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory
from tests.workhorse.asking import signature

pytestmark = pytest.mark.django_db

PATH = "shellhorse/git_audit_event"


@pytest.fixture(autouse=True)
def _auditing(settings: Settings) -> None:
    settings.GIT_AUDIT_EVENTS_ENABLED = True


@pytest.fixture
def project() -> Project:
    return ProjectFactory.create(repository_exists=True)


@pytest.fixture
def key(project: Project) -> Key:
    """The key of a developer."""
    key = KeyFactory.create(user__username="rubi")
    MemberFactory.create(user=key.user, project=project, access_level=AccessLevel.DEVELOPER)
    return key


def report(project: Project, key: Key, **changes: Any) -> dict[str, Any]:
    return {
        "action": "git-upload-pack",
        "protocol": "ssh",
        "gl_repository": f"project-{project.pk}",
        "username": "rubi",
        "key_id": key.pk,
        "changes": "_any",
        "check_ip": "192.0.2.7",
        **changes,
    }


def from_workhorse(client: Client, body: dict[str, Any], token: str) -> tuple[int, Any]:
    headers = {"Gitlab-Workhorse-Api-Request": token, "User-Agent": "GitLab-Workhorse"}
    answer = client.post(f"{INTERNAL}/{PATH}", body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("username", ["rubi", ""])
@pytest.mark.parametrize("changes", [{}, {"changes": "_any"}], ids=["absent", "any"])
def test_workhorse_reports_too(
    client: Client, project: Project, key: Key, username: str, changes: dict[str, Any]
) -> None:
    Project.objects.update(visibility_level=Visibility.PUBLIC)
    body = {
        "action": "git-upload-pack",
        "protocol": "http",
        "gl_repository": f"project-{project.pk}",
        "username": username,
        "packfile_stats": {"wants": 1},
        "identifier": "user-1",
        "written_bytes": 5,
        **changes,
    }

    answer = from_workhorse(client, body, signature())

    message = {"protocol": "http", "action": "git-upload-pack", "verb": "clone"}
    assert answer == (200, {"status": True, "message": message})
    assert GitAuditEvent.objects.get().username == username


def test_nobody_else_signs_for_workhorse_and_it_opens_nothing_else(client: Client, project: Project) -> None:
    refused = (401, {"message": "401 Unauthorized"})
    assert from_workhorse(client, {}, signature(key=b"x" * 32)) == refused

    answer = client.get(f"{INTERNAL}/check", headers={"Gitlab-Workhorse-Api-Request": signature()})
    assert (answer.status_code, answer.json()) == refused


@pytest.mark.parametrize(
    ("action", "statistics", "verb"),
    [
        ("git-upload-pack", {"wants": 3, "packets": 7, "caps": ["ofs-delta"]}, "clone"),
        ("git-upload-pack", {"wants": 3, "haves": 2}, "pull"),
        ("git-upload-pack", {"haves": 2}, "pull"),
        ("git-upload-pack", {}, "pull"),
        ("git-upload-pack", None, "pull"),
        ("git-receive-pack", None, "push"),
    ],
)
def test_a_command_is_recorded_by_what_it_did(
    modern_shell: Caller,
    project: Project,
    key: Key,
    action: str,
    statistics: dict[str, Any] | None,
    verb: str,
) -> None:
    body = report(project, key, action=action, packfile_stats=statistics)

    response = modern_shell.request("POST", PATH, body, headers={"X-Request-Id": "abc"}, format="json")

    message = {"protocol": "ssh", "action": action, "verb": verb}
    assert (response.status_code, response.json()) == (200, {"status": True, "message": message})
    event = GitAuditEvent.objects.get()
    assert (event.user, event.username, event.key) == (key.user, "rubi", key)
    assert (event.gl_repository, event.protocol) == (f"project-{project.pk}", "ssh")
    assert (event.action, event.verb) == (action, verb)
    assert (event.address, event.correlation_id) == ("192.0.2.7", "abc")


def test_form_parameters_are_understood(shell: Caller, project: Project, key: Key) -> None:
    form = (
        f"action=git-upload-pack&protocol=ssh&gl_repository=project-{project.pk}&key_id={key.pk}"
        "&changes=_any&packfile_stats[wants]=12&packfile_stats[haves]=0"
    )

    response = shell.request("POST", PATH, form, content_type="application/x-www-form-urlencoded")

    assert response.json()["message"]["verb"] == "clone"


def test_a_deploy_key_is_recorded_without_user(modern_shell: Caller, project: Project) -> None:
    key = DeployKeyFactory.create()
    DeployKeyGrantFactory.create(key=key, project=project)

    modern_shell.post(PATH, **report(project, key))

    event = GitAuditEvent.objects.get()
    assert (event.user, event.username, event.key) == (None, "", key)
    assert str(event) == f"Pull of project-{project.pk} by {key}"


def test_a_record_outlives_its_user_and_key(modern_shell: Caller, project: Project, key: Key) -> None:
    modern_shell.post(PATH, **report(project, key))
    assert key.user is not None

    key.user.delete()
    key.delete()

    event = GitAuditEvent.objects.get()
    assert (event.user, event.key, event.username) == (None, None, "rubi")


@pytest.mark.parametrize("address", ["nonsense", "", None, "fe80::1%" + "x" * 100])
def test_any_address_will_do(modern_shell: Caller, project: Project, key: Key, address: str | None) -> None:
    response = modern_shell.post(PATH, **report(project, key, check_ip=address))

    assert response.json()["status"] is True


def test_without_auditing_nothing_is_recorded(
    modern_shell: Caller, project: Project, key: Key, settings: Settings
) -> None:
    settings.GIT_AUDIT_EVENTS_ENABLED = False

    response = modern_shell.post(PATH, **report(project, key))

    body = {"status": False, "message": "No git audit event needed"}
    assert (response.status_code, response.json()) == (200, body)
    assert not GitAuditEvent.objects.exists()


@pytest.mark.parametrize("action", ["git-upload-archive", "", "nonsense"])
def test_another_action_is_refused(modern_shell: Caller, project: Project, key: Key, action: str) -> None:
    response = modern_shell.post(PATH, **report(project, key, action=action))

    body = {"status": False, "message": "No valid action specified"}
    assert (response.status_code, response.json()) == (400, body)


def test_the_refusal_of_the_access_check_is_the_answer(
    modern_shell: Caller, project: Project, settings: Settings
) -> None:
    settings.GIT_AUDIT_EVENTS_ENABLED = False  # it comes first
    stranger = KeyFactory.create()

    hidden = modern_shell.post(PATH, **report(project, stranger))
    project.visibility_level = Visibility.PUBLIC
    project.save()
    forbidden = modern_shell.post(PATH, **report(project, stranger, action="git-receive-pack"))

    text = "The project you were looking for could not be found or you don't have permission to view it."
    assert (hidden.status_code, hidden.json()) == (404, {"status": False, "message": text})
    text = "You are not allowed to push code to this project."
    assert (forbidden.status_code, forbidden.json()) == (401, {"status": False, "message": text})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {},
            "action is missing, protocol is missing, gl_repository is missing, changes is missing",
        ),
        (
            {"action": None, "protocol": "ssh", "gl_repository": ["x"], "changes": "_any"},
            "action is missing, gl_repository is invalid",
        ),
        (
            {
                "action": "a\0",
                "protocol": 7,
                "gl_repository": "project-1",
                "changes": {},
                "check_ip": 7,
                "packfile_stats": [],
            },
            "action is invalid, protocol is invalid, changes is invalid, check_ip is invalid, "
            "packfile_stats is invalid",
        ),
        (
            {
                "action": "git-upload-pack",
                "protocol": "ssh",
                "gl_repository": "project-1",
                "changes": "_any",
                "packfile_stats": {"wants": "x", "haves": True},
            },
            "packfile_stats[wants] is invalid, packfile_stats[haves] is invalid",
        ),
    ],
)
def test_what_is_missing_or_invalid_is_named(modern_shell: Caller, body: dict[str, Any], error: str) -> None:
    response = modern_shell.post(PATH, **body)

    assert (response.status_code, response.json()) == (400, {"error": error})


def test_a_malformed_repository_is_a_bad_request(modern_shell: Caller, project: Project, key: Key) -> None:
    response = modern_shell.post(PATH, **report(project, key, gl_repository="project-0"))

    message = '400 Bad request - "gl_repository" is invalid'
    assert (response.status_code, response.json()) == (400, {"message": message})


def test_without_credential_nothing_is_recorded(stranger: Caller, project: Project, key: Key) -> None:
    response = stranger.post(PATH, **report(project, key))

    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})
    assert not GitAuditEvent.objects.exists()
