"""How the hooks reach the API, and how they sign."""

import base64
from pathlib import Path

import jwt
import pytest

from tests.gitaly.conftest import SECRET
from tests.gitaly.fake_api import FakeApi, Prepared, serving
from tests.gitaly.hook_runs import payload, run
from tests.gitaly_double.generations import Generation, credentials, of_gitaly, of_shell
from tests.gitaly_double.versions import Version

ENCODED = base64.b64encode(SECRET.encode()).decode()


def test_a_call_has_exactly_gitalys_headers(api: FakeApi, secret_file: Path) -> None:
    run("pre-receive", payload(api, secret_file, api={"generation": "shared-secret"}))

    request = api.requests[0]
    assert request.method == "POST"
    assert request.target == "/api/v4/internal/allowed"
    assert request.headers == [
        ("Host", api.url.removeprefix("http://")),
        ("User-Agent", "gitaly/16.0"),
        ("Connection", "close"),
        ("Content-Length", str(len(request.body))),
        ("Content-Type", "application/json"),
        ("Gitlab-Shared-Secret", ENCODED),
        ("Accept-Encoding", "gzip"),
    ]


def test_a_correlation_id_and_basic_credentials_go_along(api: FakeApi, secret_file: Path) -> None:
    run("pre-receive", payload(api, secret_file, correlation_id="abc", api={"basic": "user:password"}))

    assert api.requests[0].header("X-Request-Id") == "abc"
    assert api.requests[0].header("Authorization") == "Basic dXNlcjpwYXNzd29yZA=="


def test_a_unix_socket_is_the_host_unix(tmp_path: Path, secret_file: Path) -> None:
    with serving(tmp_path / "api.sock") as api:
        run("pre-receive", payload(api, secret_file, api={"relative_url_root": "/gitlab"}))

        assert api.targets()[0] == "POST /gitlab/api/v4/internal/allowed"
        assert api.requests[0].header("Host") == "unix"


def test_a_slash_at_the_end_of_the_url_is_doubled(api: FakeApi, secret_file: Path) -> None:
    run("pre-receive", payload(api, secret_file, api={"url": f"{api.url}/", "relative_url_root": "/x"}))

    assert api.targets()[0] == "POST //api/v4/internal/allowed"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirected_post_becomes_a_get_without_body(api: FakeApi, secret_file: Path, status: int) -> None:
    where = {"Location": "/api/v4/internal/allowed/?x=1"}
    api.answer("/allowed", Prepared({}, status, headers=where))
    api.answer("/allowed/", Prepared({"message": "405 Not Allowed"}, 405))

    ended = run("pre-receive", payload(api, secret_file))

    assert api.targets()[1] == "GET /api/v4/internal/allowed/?x=1"
    assert api.requests[1].body == b""
    assert ended.err == "GitLab: 405 Not Allowed\n"


def test_a_temporary_redirect_keeps_the_body(api: FakeApi, secret_file: Path) -> None:
    api.answer("/allowed", Prepared({}, 307, headers={"Location": "/api/v4/internal/pre_receive"}))

    run("pre-receive", payload(api, secret_file))

    assert api.targets()[1] == "POST /api/v4/internal/pre_receive"
    assert api.requests[1].body == api.requests[0].body


def test_redirects_end_somewhere(api: FakeApi, secret_file: Path) -> None:
    api.answer("/allowed", Prepared({}, 302, headers={"Location": "/api/v4/internal/allowed"}))

    ended = run("pre-receive", payload(api, secret_file))

    assert len(api.requests) == 11
    assert ended.err == "GitLab: gitlab api is not accessible: 302\n"


def test_the_shared_secret_is_the_whole_file() -> None:
    headers = credentials(Generation.SHARED_SECRET, secret=SECRET.encode(), at=1)

    assert headers == {"Gitlab-Shared-Secret": ENCODED}


@pytest.mark.parametrize(
    ("generation", "key", "has_secret"),
    [
        (Generation.BOTH_UNTRIMMED, SECRET, True),
        (Generation.BOTH_TRIMMED, SECRET.strip(), True),
        (Generation.JWT, SECRET.strip(), False),
    ],
)
def test_a_token_is_signed_with_the_key_of_its_time(
    generation: Generation, key: str, has_secret: bool
) -> None:
    now = 4102444800  # in 2100; the token must not have expired

    headers = credentials(generation, secret=SECRET.encode(), at=now)

    claims = jwt.decode(
        headers["Gitlab-Shell-Api-Request"], key, algorithms=["HS256"], options={"verify_iat": False}
    )
    assert claims == {"iss": "gitlab-shell", "iat": now, "exp": now + 60}
    assert ("Gitlab-Shared-Secret" in headers) is has_secret


@pytest.mark.parametrize(
    ("version", "gitaly", "shell"),
    [
        ("13.19", Generation.SHARED_SECRET, Generation.SHARED_SECRET),
        ("13.26", Generation.SHARED_SECRET, Generation.BOTH_UNTRIMMED),
        ("14.11", Generation.SHARED_SECRET, Generation.BOTH_UNTRIMMED),
        ("14.12", Generation.SHARED_SECRET, Generation.BOTH_TRIMMED),
        ("14.13", Generation.SHARED_SECRET, Generation.JWT),
        ("15.1", Generation.SHARED_SECRET, Generation.JWT),
        ("15.2", Generation.BOTH_UNTRIMMED, Generation.JWT),
        ("15.4", Generation.BOTH_UNTRIMMED, Generation.JWT),
        ("15.5", Generation.BOTH_TRIMMED, Generation.JWT),
        ("15.6", Generation.JWT, Generation.JWT),
    ],
)
def test_each_release_signs_in_its_own_way(version: str, gitaly: Generation, shell: Generation) -> None:
    assert of_gitaly(Version.of(version)) is gitaly
    assert of_shell(Version.of(version)) is shell
