"""What the users of the emulated gitlab-shell see."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.gitaly.fake_api import FakeApi, Prepared
from tests.gitaly.shells import ALL, box, shell_of
from tests.gitaly_double.shell import runs
from tests.gitaly_double.shell.runs import Ended


def upload(api: FakeApi, secret_file: Path, answer: Prepared, version: str = "14.56") -> Ended:
    """Answer ``/allowed`` and return how a fetch ended."""
    api.answer("/allowed", answer)
    return runs.gitlab_shell(shell_of(api, secret_file, version), "key-11", command="git-upload-pack x")


@ALL
def test_discover_greets_a_user(api: FakeApi, secret_file: Path, version: str) -> None:
    api.answer("/discover", Prepared({"id": 7, "name": "Alice", "username": "alice"}))

    ended = runs.gitlab_shell(shell_of(api, secret_file, version), "key-11")

    assert ended == Ended(0, "Welcome to GitLab, @alice!\n", "")


@ALL
def test_discover_greets_nobody(api: FakeApi, secret_file: Path, version: str) -> None:
    api.answer("/discover", Prepared(b"null"))

    ended = runs.gitlab_shell(shell_of(api, secret_file, version), "username-x", command="discover")

    assert ended == Ended(0, "Welcome to GitLab, Anonymous!\n", "")


def test_discover_without_identity_asks_nobody(api: FakeApi, secret_file: Path) -> None:
    ended = runs.gitlab_shell(shell_of(api, secret_file))

    assert ended == Ended(1, "", box("Failed to get username: who='' is invalid"))
    assert api.requests == []


def test_discover_says_why_it_failed(api: FakeApi, secret_file: Path) -> None:
    api.answer("/discover", Prepared({"message": "401 Unauthorized"}, 401))

    ended = runs.gitlab_shell(shell_of(api, secret_file), "key-11")

    assert ended == Ended(1, "", box("Failed to get username: 401 Unauthorized"))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Prepared({"status": False, "message": "No."}, 401), "No."),
        (Prepared({"message": "No."}, 404), "No."),
        (Prepared({"status": False, "message": "No."}), "No."),
        (Prepared({"message": ["No."]}, 400), "Internal API error (400)"),
        (Prepared(b"<h1>", 400, "text/html"), "Internal API error (400)"),
        (Prepared({"status": True, "gitaly": {"address": ""}}), "no gitaly_address given"),
        (Prepared({"status": True}), "no gitaly_address given"),
        (
            Prepared({"status": True, "gitaly": {"address": "tcp://x:1/y"}}),
            'invalid connection string: "tcp://x:1/y"',
        ),
    ],
)
def test_a_refusal_stands_in_a_box(api: FakeApi, secret_file: Path, answer: Prepared, text: str) -> None:
    assert upload(api, secret_file, answer) == Ended(1, "", box(text))


@pytest.mark.parametrize("answer", [Prepared({"detail": "No."}, 403), Prepared({"message": None}, 401)])
def test_an_error_without_message_shows_nothing(api: FakeApi, secret_file: Path, answer: Prepared) -> None:
    assert upload(api, secret_file, answer) == Ended(1, "", "")


@pytest.mark.parametrize(
    ("version", "text"),
    [("13.19", "Later."), ("14.7", "Later."), ("14.56", "Internal API unreachable")],
)
def test_newer_releases_hide_the_text_of_a_server_error(
    api: FakeApi, secret_file: Path, version: str, text: str
) -> None:
    ended = upload(api, secret_file, Prepared({"message": "Later."}, 503), version)

    assert ended.err == box(text)


@ALL
def test_an_api_that_is_down_is_unreachable(secret_file: Path, version: str) -> None:
    down = FakeApi(url="http://127.0.0.1:1")

    ended = runs.gitlab_shell(shell_of(down, secret_file, version), "key-1", command="git-upload-pack x")

    assert ended.err == box("Internal API unreachable")


@pytest.mark.parametrize(
    ("version", "text"),
    [("13.19", "Parsing failed"), ("14.7", "Parsing failed"), ("14.56", "parsing failed")],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        {"status": "true"},
        {"status": True, "gl_key_id": "11"},
        {"status": True, "gl_key_id": True},
        {"status": True, "git_config_options": "x"},
        {"status": True, "gl_console_messages": [1]},
        {"status": True, "gitaly": {"features": {"gitaly-feature-x": True}}},
        {"status": True, "gitaly": {"features": []}},
        {"status": True, "gitaly": {"repository": {"git_alternate_object_directories": "objects"}}},
        {"status": True, "gitaly": []},
    ],
)
def test_one_wrong_type_fails_the_whole_answer(
    api: FakeApi, secret_file: Path, version: str, text: str, body: Any
) -> None:
    assert upload(api, secret_file, Prepared(body), version).err == box(text)


def test_nulls_and_unknown_keys_are_no_wrong_types(api: FakeApi, secret_file: Path) -> None:
    body = {"status": True, "gl_key_id": None, "gitaly": {"token": None, "features": None}, "new": 1}

    assert upload(api, secret_file, Prepared(body)).err == box("no gitaly_address given")


def test_console_messages_come_before_the_refusal(api: FakeApi, secret_file: Path) -> None:
    body = {"status": False, "message": "No.", "gl_console_messages": ["one", "two"]}

    ended = upload(api, secret_file, Prepared(body))

    assert ended.err == f"remote: \nremote: one\nremote: two\nremote: \n{box('No.')}"


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("14.7", "The git server, Gitaly, is not available at this time. Please contact your administrator."),
        (
            "14.56",
            "The git server, Gitaly, is not available at this time. Please contact your administrator.",
        ),
    ],
)
def test_a_gitaly_that_is_down_is_told_since_13_22(
    api: FakeApi, secret_file: Path, version: str, text: str
) -> None:
    answer = Prepared({"status": True, "gitaly": {"address": "unix:/nonexistent.sock"}})

    assert upload(api, secret_file, answer, version).err == box(text)


def test_older_releases_show_the_bare_error_of_a_gitaly_that_is_down(api: FakeApi, secret_file: Path) -> None:
    answer = Prepared({"status": True, "gitaly": {"address": "unix:/nonexistent.sock"}})

    assert "remote: rpc error: code = Unavailable desc = " in upload(api, secret_file, answer, "13.19").err


@pytest.mark.parametrize(
    ("command", "ended"),
    [
        ("git-upload-pack a b", Ended(1, "", box("Disallowed command"))),
        ("git-upload-pack", Ended(1, "", box("Disallowed command"))),
        ("git-lfs-authenticate a", Ended(1, "", box("Disallowed command"))),
        ("git-lfs-authenticate a delete", Ended(1, "", box("Disallowed command"))),
        ("ls -l", Ended(1, "", "Disallowed command\n")),
        ("git-upload-pack 'a", Ended(1, "", "Invalid SSH command\n")),
    ],
)
def test_other_commands_are_disallowed(api: FakeApi, secret_file: Path, command: str, ended: Ended) -> None:
    assert runs.gitlab_shell(shell_of(api, secret_file), "key-1", command=command) == ended
    assert api.requests == []


def test_only_ssh_is_allowed(api: FakeApi, secret_file: Path) -> None:
    ended = runs.gitlab_shell(shell_of(api, secret_file), "key-1", SSH_CONNECTION="")

    assert ended == Ended(1, "", "Only SSH allowed\n")


@pytest.mark.parametrize(("expires_in", "tail"), [(7200, {"expires_in": 7200}), (0, {})])
def test_lfs_gets_one_line_of_json(
    api: FakeApi, secret_file: Path, expires_in: int, tail: dict[str, int]
) -> None:
    api.answer("/allowed", Prepared({"status": True, "gl_id": "user-7"}))
    body = {
        "username": "alice",
        "lfs_token": "t",
        "repository_http_path": "http://x/a.git",
        "expires_in": expires_in,
    }
    api.answer("/lfs_authenticate", Prepared(body))

    ended = runs.gitlab_shell(shell_of(api, secret_file), "key-1", command="git-lfs-authenticate a download")

    assert ended.status == 0
    assert list(json.loads(ended.out).items()) == list(
        {"header": {"Authorization": "Basic YWxpY2U6dA=="}, "href": "http://x/a.git/info/lfs", **tail}.items()
    )


def test_lfs_that_is_refused_prints_nothing(api: FakeApi, secret_file: Path) -> None:
    ended = runs.gitlab_shell(shell_of(api, secret_file), "key-1", command="git-lfs-authenticate a download")

    assert ended == Ended(0, "", "")
