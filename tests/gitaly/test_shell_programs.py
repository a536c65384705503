"""The programs beside gitlab-shell: what sshd and administrators see."""

from pathlib import Path

import pytest

from tests.gitaly.fake_api import FakeApi, Prepared
from tests.gitaly.shells import ALL, box, shell_of
from tests.gitaly_double.shell import runs
from tests.gitaly_double.shell.runs import Ended

LINE = "ssh-ed25519 AAAA alice@example.com"


@ALL
def test_a_known_key_becomes_a_line_for_sshd(api: FakeApi, secret_file: Path, version: str) -> None:
    api.answer("/authorized_keys", Prepared({"id": 11, "key": LINE, "title": "x"}))

    ended = runs.authorized_keys_check(shell_of(api, secret_file, version), "git", "git", "AAAA")

    options = "no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty"
    assert ended == Ended(0, f'command="/opt/gitlab-shell/bin/gitlab-shell key-11",{options} {LINE}\n', "")


@pytest.mark.parametrize(
    "answer", [Prepared({"message": "404 Key Not Found"}, 404), Prepared(b"x"), Prepared({"id": "11"})]
)
def test_every_failure_is_an_unknown_key(api: FakeApi, secret_file: Path, answer: Prepared) -> None:
    api.answer("/authorized_keys", answer)

    ended = runs.authorized_keys_check(shell_of(api, secret_file), "git", "git", "AAAA")

    assert ended == Ended(0, "# No key was found for AAAA\n", "")


@pytest.mark.parametrize(("version", "text"), [("13.19", "Invalid value"), ("14.56", "invalid value")])
def test_a_key_of_two_lines_is_invalid(api: FakeApi, secret_file: Path, version: str, text: str) -> None:
    api.answer("/authorized_keys", Prepared({"id": 11, "key": "a\nb"}))

    ended = runs.authorized_keys_check(shell_of(api, secret_file, version), "git", "git", "AAAA")

    assert ended == Ended(1, "", box(f"{text}: a\nb"))


@pytest.mark.parametrize(
    ("arguments", "ended"),
    [
        (("git", "root", "AAAA"), Ended(0, "", "")),
        (("git",), Ended(1, "", "# Insufficient arguments. 1. Usage\n")),
        (("", "git", "AAAA"), Ended(1, "", "# No username provided\n")),
        (("git", "git", ""), Ended(1, "", "# No key provided\n")),
    ],
)
def test_other_users_of_sshd_are_not_looked_up(
    api: FakeApi, secret_file: Path, arguments: tuple[str, ...], ended: Ended
) -> None:
    assert runs.authorized_keys_check(shell_of(api, secret_file), *arguments) == ended
    assert api.requests == []


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        (
            Prepared({"api_version": "v4", "redis": True}),
            Ended(0, "Internal API available: OK\nRedis available via internal API: OK\n", ""),
        ),
        (
            Prepared({"redis": False}),
            Ended(1, "Internal API available: OK\n", "Redis available via internal API: FAILED\n"),
        ),
        (
            Prepared({"message": "401 Unauthorized"}, 401),
            Ended(1, "", "Internal API available: FAILED - 401 Unauthorized\n"),
        ),
        (Prepared({"gitlab_rev": 1}), Ended(1, "", "Internal API available: FAILED - parsing failed\n")),
    ],
)
def test_check_says_what_is_available(
    api: FakeApi, secret_file: Path, answer: Prepared, ended: Ended
) -> None:
    api.answer("/check", answer)

    assert runs.check(shell_of(api, secret_file)) == ended


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_newest_release_refuses_redirects(api: FakeApi, secret_file: Path, status: int) -> None:
    api.answer("/check", Prepared({}, status, headers={"Location": "/api/v4/internal/check/"}))

    ended = runs.check(shell_of(api, secret_file))

    text = f'Internal API returned redirect ({status}) to "/api/v4/internal/check/"'
    assert ended.err == f"Internal API available: FAILED - {text}\n"
