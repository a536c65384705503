"""What the emulated gitlab-shell sends."""

import base64
from pathlib import Path

import pytest

from tests.gitaly.conftest import SECRET
from tests.gitaly.fake_api import FakeApi, Prepared, serving
from tests.gitaly.shells import ALL, shell_of
from tests.gitaly_double.generations import Generation
from tests.gitaly_double.shell import runs
from tests.gitaly_double.shell.settings import ShellSettings

ENCODED = base64.b64encode(SECRET.encode()).decode()
KEY = "AAAAC3NzaC1lZDI1NTE5+/="


@ALL
def test_a_get_has_a_content_type_and_no_body(api: FakeApi, secret_file: Path, version: str) -> None:
    settings = shell_of(api, secret_file, version)

    runs.gitlab_shell(settings, "key-11", CORRELATION_ID="abc")

    request = api.requests[0]
    signed = [header for header in request.headers if not header[0].startswith("Gitlab-")]
    assert request.target == "/api/v4/internal/discover?key_id=11"
    assert request.body == b""
    assert signed == [
        ("Host", api.url.removeprefix("http://")),
        ("User-Agent", "GitLab-Shell"),
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("X-Request-Id", "abc"),
        ("Accept-Encoding", "gzip"),
    ]


@pytest.mark.parametrize(
    ("version", "has_secret", "has_token"),
    [("13.19", True, False), ("14.7", True, True), ("14.12", True, True), ("14.56", False, True)],
)
def test_each_release_sends_its_credentials(
    api: FakeApi, secret_file: Path, version: str, has_secret: bool, has_token: bool
) -> None:
    runs.check(shell_of(api, secret_file, version))

    request = api.requests[0]
    assert (request.header("Gitlab-Shared-Secret") == ENCODED) is has_secret
    assert (request.header("Gitlab-Shell-Api-Request") is not None) is has_token


@ALL
def test_access_is_asked_for_any_change(api: FakeApi, secret_file: Path, version: str) -> None:
    settings = shell_of(api, secret_file, version)

    runs.gitlab_shell(settings, "key-11", command="git-receive-pack '/a b/c.git'")

    assert api.targets() == ["POST /api/v4/internal/allowed"]
    assert api.requests[0].body == (
        b'{"action":"git-receive-pack","project":"/a b/c.git","changes":"_any","protocol":"ssh",'
        b'"key_id":"11","check_ip":"127.0.0.1"}'
    )


@pytest.mark.parametrize(
    ("arguments", "version", "identity"),
    [
        (["key-11"], "14.56", {"key_id": "11"}),
        (["-c", "/opt/gitlab-shell key-11"], "14.56", {"key_id": "11"}),
        (["username-alice"], "14.56", {"username": "alice"}),
        (["xkey-11x"], "14.56", {}),
        (["xkey-11x"], "13.19", {"key_id": "11"}),
        ([], "14.56", {}),
    ],
)
def test_the_caller_is_named_by_an_argument(
    api: FakeApi, secret_file: Path, arguments: list[str], version: str, identity: dict[str, str]
) -> None:
    settings = shell_of(api, secret_file, version)

    runs.gitlab_shell(settings, *arguments, command="git-upload-pack x")

    body = api.requests[0].json
    assert {name: body[name] for name in ("key_id", "username") if name in body} == identity


@pytest.mark.parametrize(
    ("version", "peer", "sent"),
    [
        ("13.19", "10.0.0.1:5555", "10.0.0.1:5555"),
        ("14.7", "10.0.0.1:5555", "10.0.0.1"),
        ("14.7", "[::1]:5555", "::1"),
        ("14.7", "::1", "::1"),
        ("14.7", "nonsense", "nonsense"),
    ],
)
def test_the_address_loses_its_port_since_14_1(
    api: FakeApi, secret_file: Path, version: str, peer: str, sent: str
) -> None:
    settings = shell_of(api, secret_file, version)

    runs.gitlab_shell(settings, "key-1", command="git-upload-pack x", SSH_CONNECTION=f"{peer} 1 2 3")

    assert api.requests[0].json["check_ip"] == sent


@pytest.mark.parametrize(
    ("command", "project"),
    [
        ("git-upload-pack group/project.git", "group/project.git"),
        ("git upload-pack 'group/project.git'", "group/project.git"),
        ("git-upload-pack a; rm -rf /", "a"),
        ("git-upload-pack 'a;b'", "a;b"),
        ("git-upload-pack ''", ""),
        ("git-upload-pack a#b", "a#b"),
    ],
)
def test_the_project_is_sent_as_typed(api: FakeApi, secret_file: Path, command: str, project: str) -> None:
    runs.gitlab_shell(shell_of(api, secret_file, "14.56"), "key-1", command=command)

    assert api.requests[0].json["project"] == project


def test_the_key_query_is_escaped(api: FakeApi, secret_file: Path) -> None:
    runs.authorized_keys_check(shell_of(api, secret_file, "14.56"), "git", "git", KEY)

    assert api.targets() == ["GET /api/v4/internal/authorized_keys?key=AAAAC3NzaC1lZDI1NTE5%2B%2F%3D"]


@pytest.mark.parametrize(("version", "slashes"), [("13.19", "//"), ("14.7", "//"), ("14.56", "/")])
def test_a_slash_at_the_end_of_the_url_is_doubled_before_14_11(
    api: FakeApi, secret_file: Path, version: str, slashes: str
) -> None:
    api.url += "/"

    runs.check(shell_of(api, secret_file, version))

    assert api.targets()[0] == f"GET {slashes}api/v4/internal/check"


@ALL
def test_a_unix_socket_is_the_host_unix(tmp_path: Path, secret_file: Path, version: str) -> None:
    with serving(tmp_path / "api.sock") as api:
        runs.check(shell_of(api, secret_file, version))

        assert api.requests[0].header("Host") == "unix"


@pytest.mark.parametrize(("version", "requests"), [("13.19", 1), ("14.7", 1), ("14.56", 3)])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_newer_releases_repeat_a_request_with_the_same_token(
    api: FakeApi, secret_file: Path, version: str, requests: int, status: int
) -> None:
    api.answer("/allowed", Prepared({"message": "Later."}, status))

    runs.gitlab_shell(shell_of(api, secret_file, version), "key-1", command="git-upload-pack x")

    tokens = {request.header("Gitlab-Shell-Api-Request") for request in api.requests}
    assert (len(api.requests), len(tokens)) == (requests, 1)


def test_a_repetition_that_succeeds_is_enough(api: FakeApi, secret_file: Path) -> None:
    api.answer("/check", Prepared({}, 503), Prepared({"redis": True}))

    ended = runs.check(shell_of(api, secret_file, "14.56"))

    assert (ended.status, len(api.requests)) == (0, 2)


def test_what_is_not_implemented_is_not_repeated(api: FakeApi, secret_file: Path) -> None:
    api.answer("/check", Prepared({"message": "No."}, 501))

    ended = runs.check(shell_of(api, secret_file, "14.56"))

    assert (ended.err, len(api.requests)) == ("Internal API available: FAILED - No.\n", 1)


@ALL
def test_lfs_is_asked_for_after_access(api: FakeApi, secret_file: Path, version: str) -> None:
    api.answer("/allowed", Prepared({"status": True, "gl_id": "user-7"}))
    settings = shell_of(api, secret_file, version)

    runs.gitlab_shell(settings, "key-11", command="git-lfs-authenticate a/b.git upload")

    assert api.requests[0].json["action"] == "git-receive-pack"
    assert api.requests[1].target == "/api/v4/internal/lfs_authenticate"
    assert api.requests[1].body == b'{"operation":"upload","project":"a/b.git","key_id":"11"}'


def test_lfs_for_a_user_without_key_names_the_user(api: FakeApi, secret_file: Path) -> None:
    api.answer("/allowed", Prepared({"status": True, "gl_id": "user-7"}))
    settings = shell_of(api, secret_file, "14.56")

    runs.gitlab_shell(settings, "username-alice", command="git-lfs-authenticate a/b.git download")

    assert api.requests[0].json["action"] == "git-upload-pack"
    assert api.requests[1].body == b'{"operation":"download","project":"a/b.git","user_id":"7"}'


def test_the_settings_survive_the_environment(secret_file: Path) -> None:
    settings = ShellSettings.of("14.7", url="http://x", secret_file=str(secret_file))

    assert ShellSettings.from_environment(settings.to_environment()) == settings
    assert settings.api.generation == Generation.BOTH_UNTRIMMED
