"""What is refused by its shape, and what is not."""

from typing import Any

import pytest
from pytest_django import Settings

from apps.core.json_values import MAX_DIGITS
from apps.directory.models import Namespace, Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.git_access import IpRestrictionFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    HIDDEN,
    NO_PROJECT,
    PULL,
    PUSH,
    actor,
    ask,
    line,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

SURROGATE = "\ud800"
NUL = "a\0b"
TEXTS = [
    "action", "protocol", "gl_repository", "project", "changes", "username", "identifier", "namespace_path",
    "relative_path", "gitaly_client_context_bin",
]  # fmt: skip


def bad_request(reason: str) -> dict[str, str]:
    return {"message": f"400 Bad request - {reason}"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"protocol": None}, '"protocol" not given'),
        ({"protocol": ""}, '"protocol" not given'),
        ({"project": None}, '"project" not given'),
        ({"project": None, "gl_repository": None}, '"project" not given'),
        ({"action": PUSH, "changes": None}, '"changes" not given'),
        ({"gitaly_client_context_bin": "%"}, "malformed gitaly_client_context_bin"),
        ({"gitaly_client_context_bin": "bm90IEpTT04="}, "malformed gitaly_client_context_bin"),
        (
            {"gitaly_client_context_bin": "WzFd"},
            "Decoded gitaly_client_context_bin is not a valid JSON object",
        ),
        ({"changes": {"a": "b"}}, '"changes" is invalid'),
        ({"changes": ["a", 1]}, '"changes" is invalid'),
        ({"changes": ["a", NUL]}, '"changes" is invalid'),
        ({"key_id": [1]}, '"key_id" is invalid'),
        ({"user_id": {"a": 1}}, '"user_id" is invalid'),
    ],
)
def test_what_cannot_be_done_without_is_asked_for(
    shell: Caller, project: Project, key: Key, given: dict[str, Any], reason: str
) -> None:
    response = pull(shell, key, project, **given)

    assert response.status_code == 400
    assert response.json() == bad_request(reason)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_a_text_that_can_be_stored(shell: Caller, key: Key, name: str) -> None:
    for value in (7, 1.5, True, {"a": "b"}, NUL, SURROGATE):
        response = pull(shell, key, "no/where", **{name: value})

        assert response.status_code == 400
        assert response.json() == bad_request(f'"{name}" is invalid')


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000, b'{"key_id": 1' + b"0" * MAX_DIGITS + b"}"]
)
def test_a_body_is_json(shell: Caller, body: bytes) -> None:
    response = shell.request("POST", "allowed", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json() == bad_request("The request body is not valid JSON")


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"null"])
def test_a_body_is_an_object(shell: Caller, body: bytes) -> None:
    response = shell.request("POST", "allowed", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json() == bad_request("The request body must be a JSON object")


def test_another_media_type_is_not_read(shell: Caller) -> None:
    response = shell.request("POST", "allowed", b"<a/>", content_type="application/xml")

    assert response.status_code == 415
    assert response.json() == {"message": "415 Unsupported Media Type"}


def test_a_body_may_be_too_large(shell: Caller, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = shell.post("allowed", changes="x" * 1000)

    assert response.status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_only_post_is_known_and_that_is_said_to_everybody(stranger: Caller, method: str) -> None:
    response = stranger.request(method, "allowed")

    assert response.status_code == 405
    assert response.json() == {"error": "405 Not Allowed"}
    assert "POST" in response.headers["Allow"]


def test_without_credential_nothing_is_looked_at(stranger: Caller) -> None:
    response = stranger.request("POST", "allowed", b"{", content_type="application/json")

    assert response.status_code == 401
    assert response.json() == {"message": "401 Unauthorized"}


def test_parameters_come_from_the_query_too_and_the_body_wins(
    shell: Caller, project: Project, key: Key
) -> None:
    query = f"?project=no/where&protocol=ssh&action={PULL}&key_id={key.pk}"

    response = shell.request("POST", f"allowed{query}", {"project": project.full_path}, format="json")

    assert outcome(response) == GRANTED


def test_a_form_may_name_the_changes_one_by_one(shell: Caller, project: Project, key: Key) -> None:
    given = {"key_id": key.pk, "project": project.full_path, "action": PUSH, "protocol": "http"}
    changes = {"changes[]": [line("refs/notes/a"), line("refs/notes/b")]}

    response = shell.post_form("allowed", **given, **changes)

    assert outcome(response) == GRANTED


def test_a_pull_needs_no_changes(shell: Caller, project: Project, key: Key) -> None:
    response = pull(shell, key, project, changes=None)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("protocol", ["ssh", "SSH", "http", "Http", "web", "WEB"])
def test_the_letter_case_of_the_protocol_does_not_matter(
    shell: Caller, project: Project, key: Key, protocol: str
) -> None:
    response = pull(shell, key, project, protocol=protocol)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize(("protocol", "shown"), [("ftp", "FTP"), ("smart card", "SMART CARD"), ("%s", "%S")])
def test_another_protocol_is_named(
    shell: Caller, project: Project, key: Key, protocol: str, shown: str
) -> None:
    response = pull(shell, key, project, protocol=protocol)

    assert outcome(response) == (401, f"Git access over {shown} is not allowed")


@pytest.mark.parametrize("action", [None, "", "git-lfs-authenticate", "GIT-UPLOAD-PACK"])
def test_another_command_is_refused(shell: Caller, project: Project, key: Key, action: str | None) -> None:
    response = ask(shell, PULL, key, project, action=action)

    assert outcome(response) == (401, "The command you're trying to execute is not allowed.")


@pytest.mark.parametrize(
    "gl_repository",
    [
        "", "-", "project", "project-", "project-0", "project-01", "project-x", "project--1", "project-1-2",
        "project-1-wiki-2", "wiki", "wiki-0", "group-1", "group-wiki-1", "group-1-design", "snippet-1-wiki",
        "repository-1", "PROJECT-1", " project-1", "project-1\n", "project-9223372036854775808",
        f"project-{'9' * 5000}", "project-\N{ARABIC-INDIC DIGIT ONE}",
    ],
)  # fmt: skip
def test_a_malformed_repository_is_a_project_that_is_not_there(
    shell: Caller, project: Project, key: Key, gl_repository: str
) -> None:
    response = pull(shell, key, project, gl_repository=gl_repository)

    assert outcome(response) == HIDDEN


@pytest.mark.parametrize("more", [
    {"unknown": {"deep": [1]}}, {"push_options": 7}, {"push_options": None}, {"ref": ["x"]},
    {"krb5principal": "rubi@EXAMPLE.COM"}, {"relative_path": "@hashed/x.git"},
    {"gitaly_client_context_bin": None}, {"gitaly_client_context_bin": ""},
    {"gitaly_client_context_bin": "eyJza2lwLWNpIjp0cnVlfQ=="}, {"check_ip": "nonsense"},
    {"check_ip": 7}, {"check_ip": ["x"]}, {"check_ip": NUL}, {"check_ip": SURROGATE}, {"check_ip": ""},
], ids=repr)  # fmt: skip
def test_what_is_unknown_or_optional_is_let_be(
    shell: Caller, project: Project, key: Key, more: dict[str, Any]
) -> None:
    response = push(shell, key, project, **more)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("check_ip", ["nonsense", 7, ["192.0.2.1"], NUL, SURROGATE, "", "192.0.2"], ids=repr)
def test_an_address_that_is_none_lies_outside_every_range(
    shell: Caller, group: Namespace, project: Project, key: Key, check_ip: Any
) -> None:
    IpRestrictionFactory.create(group=group, cidr="0.0.0.0/0")

    response = pull(shell, key, project, check_ip=check_ip)

    assert outcome(response) == (404, NO_PROJECT)


@pytest.mark.parametrize("name", ["key_id", "user_id"])
def test_an_id_that_is_none_is_nobody(shell: Caller, project: Project, user: User, name: str) -> None:
    numbers = [0, -1, 1.5, 1e300, 2**63, 10**1000]
    texts = ["", "0", "-1", "+1", " 1", "1 ", "1.0", "0x1", "12abc", "9" * 30]
    other_digits = ["\N{ARABIC-INDIC DIGIT ONE}", "\N{SUPERSCRIPT TWO}"]

    for value in [*numbers, *texts, *other_digits]:
        response = pull(shell, None, project, **{name: value}, username=user.username)

        assert outcome(response) == HIDDEN, value


def test_ids_are_numbers_or_texts(shell: Caller, project: Project, key: Key) -> None:
    for key_id in (key.pk, str(key.pk), f"00{key.pk}"):
        response = pull(shell, None, project, key_id=key_id)

        assert outcome(response) == GRANTED


@pytest.mark.parametrize(
    "path",
    [
        "a" * 5000 + "/b",
        "a/" * 3000 + "b",
        "a/b" + "\n",
        "%s/%d",
        "a'/b--",
        "\N{SNOWMAN}/\N{SNOWMAN}",
        "a\\b/c",
        "a//b",
    ],
    ids=lambda path: path[:12],
)
def test_a_strange_path_is_not_found(shell: Caller, key: Key, path: str) -> None:
    response = pull(shell, key, path)

    assert response.status_code == 404


def test_a_push_of_very_many_refs_is_decided(shell: Caller, project: Project, key: Key) -> None:
    changes = "".join(line(f"refs/notes/{number}") for number in range(20_000))

    response = push(shell, key, project, changes=changes)

    assert outcome(response) == GRANTED


def test_the_credential_may_be_a_parameter_beside_the_others(
    stranger: Caller, project: Project, key: Key, secret: str
) -> None:
    given = {**actor(key), "project": project.full_path, "action": PULL, "protocol": "ssh"}

    response = stranger.post("allowed", secret_token=secret, **given)

    assert outcome(response) == GRANTED


def test_the_clients_of_today_sign_their_requests(modern_shell: Caller, project: Project, key: Key) -> None:
    response = pull(modern_shell, key, project)

    assert outcome(response) == GRANTED
