"""The correlation id of a request, its log line, and what must never stand in a log."""

import base64
import logging
from typing import Any

import pytest
import structlog

from apps.core import correlation
from tests.api.logs import LogLines
from tests.callers import Caller
from tests.matchers import Matching, correlation_id

pytestmark = pytest.mark.django_db

MOMENT = Matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "a moment")


class Milliseconds:
    """Equal to every duration."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and other >= 0

    __hash__ = object.__hash__


@pytest.mark.parametrize("offered", ["01HZX", "a" * 128, "4bdf-eac3_9619.48", "0"])
def test_the_id_of_the_caller_is_echoed(shell: Caller, offered: str) -> None:
    response = shell.request("GET", "check", headers={"X-Request-Id": offered})

    assert response.headers["X-Request-Id"] == offered


@pytest.mark.parametrize(
    "offered",
    ["", " ", "a" * 129, "a b", "a\nb", 'a"b', "é", "<script>", "a,b", "../x", "a\r\nSet-Cookie: b"],
)
def test_an_id_that_does_not_belong_in_a_log_is_replaced(shell: Caller, offered: str) -> None:
    response = shell.request("GET", "check", headers={"X-Request-Id": offered})

    assert response.headers["X-Request-Id"] == correlation_id()


def test_a_request_without_id_gets_one_of_its_own(shell: Caller) -> None:
    ids = [shell.get("check").headers["X-Request-Id"] for _ in range(2)]

    assert ids == [correlation_id(), correlation_id()]
    assert len(set(ids)) == 2


def test_one_line_is_logged_for_each_request(shell: Caller, log_lines: LogLines) -> None:
    shell.request("GET", "check?key_id=11", headers={"X-Request-Id": "from-the-caller"})

    assert log_lines() == [
        {
            "event": "request",
            "method": "GET",
            "route": "/api/v4/internal/check",
            "path": "/api/v4/internal/check",
            "status": 200,
            "duration_ms": Milliseconds(),
            "remote_ip": "127.0.0.1",
            "caller": "gitlab-shell",
            "correlation_id": "from-the-caller",
            "level": "info",
            "logger": "gitlab_internal.request",
            "time": MOMENT,
        }
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "check", 405), ("GET", "discover?user_id[]=1", 400)],
)
def test_refusals_are_logged_in_one_line_too(
    shell: Caller, log_lines: LogLines, method: str, path: str, status: int
) -> None:
    shell.request(method, path)

    assert [line["status"] for line in log_lines()] == [status]


def test_the_id_ends_with_its_request(shell: Caller) -> None:
    shell.get("check")

    assert correlation.current() == ""


def requests_with_secrets(secret: str) -> list[tuple[str, str, dict[str, Any]]]:
    encoded = base64.b64encode(secret.encode()).decode()
    both = {"secret_token": secret, "otp_attempt": "123456"}
    return [
        ("GET", "check", {"query_params": both}),
        ("GET", "check", {"query_params": {"secret_token": encoded}}),
        ("POST", "pre_receive", {"data": both, "format": "json"}),
        ("POST", "pre_receive", {"data": both, "format": "multipart"}),
        ("POST", "pre_receive", {"data": {**both, "gl_repository": "\0"}, "format": "json"}),
        ("POST", "/nothing", {"data": both, "format": "json"}),
        ("GET", "check", {"headers": {"Gitlab-Shared-Secret": encoded, "Authorization": f"Bearer {secret}"}}),
        ("GET", "check", {"headers": {"PRIVATE-TOKEN": secret, "X-Request-Id": f"{secret} {secret}"}}),
    ]


def test_no_secret_is_ever_logged(stranger: Caller, shell: Caller, secret: str, log_lines: LogLines) -> None:
    encoded = base64.b64encode(secret.encode()).decode()

    for method, path, options in requests_with_secrets(secret):
        data = options.pop("data", None)
        for caller in (shell, stranger):
            caller.request(method, path, data, **options)

    assert len(log_lines.requests()) == 2 * len(requests_with_secrets(secret))
    for text in (secret.strip(), encoded[:-4], "123456"):
        assert text not in log_lines.text()


def test_values_of_secret_names_are_taken_out_whoever_logs_them(log_lines: LogLines) -> None:
    structlog.get_logger("anybody").warning("careless", token="t-1", password="p-1", name="kept")

    (line,) = log_lines()
    assert (line["token"], line["password"], line["name"]) == ("[redacted]", "[redacted]", "kept")


def test_the_lines_of_other_libraries_have_the_same_form(log_lines: LogLines) -> None:
    logging.getLogger("some.library").warning("%s of %s", 1, 2)

    assert log_lines() == [{"event": "1 of 2", "level": "warning", "logger": "some.library", "time": MOMENT}]
