"""What goes wrong, and how it is said."""

import json

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.test import RequestFactory
from rest_framework.exceptions import NotAuthenticated
from rest_framework.test import APIClient

from apps.core.api import errors
from tests.api.logs import LogLines
from tests.api.probes import SECRET_TEXT
from tests.callers import Caller

pytestmark = pytest.mark.urls("tests.api.probes")

SERVER_ERROR = (500, {"message": "500 Internal Server Error"})


def test_an_unforeseen_failure_is_json_and_its_cause_is_logged(shell: Caller, log_lines: LogLines) -> None:
    response = shell.get("/fail")

    assert (response.status_code, response.json()) == SERVER_ERROR
    (line,) = [line for line in log_lines() if line["event"] == "unforeseen failure"]
    assert line["level"] == "error"
    assert line["correlation_id"] == response.headers["X-Request-Id"]
    assert line["exception"][0]["exc_value"] == "unforeseen"


def test_the_variables_of_a_failing_frame_are_not_logged(shell: Caller, log_lines: LogLines) -> None:
    shell.get("/fail")

    assert log_lines()
    assert SECRET_TEXT not in log_lines.text()


def test_an_answer_that_cannot_be_rendered_is_json_all_the_same(shell: Caller) -> None:
    shell.client = APIClient(raise_request_exception=False)

    response = shell.get("/unprintable")

    assert (response.status_code, response.json()) == SERVER_ERROR


def test_a_refusal_brings_its_headers(shell: Caller) -> None:
    response = shell.get("/refuse")

    assert (response.status_code, response.json()) == (429, {"message": "later"})
    assert response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("what", "message"), [("", "404 Not Found"), ("Key", "404 Key Not Found")])
def test_what_is_lacking_is_named(shell: Caller, what: str, message: str) -> None:
    response = shell.get("/lack", what=what)

    assert (response.status_code, response.json()) == (404, {"message": message})


def test_a_bad_request_says_why(shell: Caller) -> None:
    response = shell.get("/object")

    assert (response.status_code, response.json()) == (
        400,
        {"message": '400 Bad request - "key" not given'},
    )


@pytest.mark.parametrize("path", ["/forgotten", "/plain"])
def test_a_view_that_names_no_scheme_is_closed_to_everybody(
    shell: Caller, modern_shell: Caller, stranger: Caller, path: str
) -> None:
    for caller in (shell, modern_shell, stranger):
        response = caller.get(path)

        assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (Http404(), 404, {"message": "404 Not Found"}),
        (NotAuthenticated(), 401, {"message": "401 Unauthorized"}),
        (RequestDataTooBig(), 413, {"message": "413 Request Entity Too Large"}),
        (
            SuspiciousOperation(),
            400,
            {"message": "400 Bad request - The request body is not valid JSON"},
        ),
    ],
)
def test_what_django_raises_is_said_in_the_same_way(
    error: Exception, status: int, body: dict[str, str]
) -> None:
    response = errors.exception_handler(error, {})

    assert (response.status_code, response.data) == (status, body)


def test_the_pages_of_django_are_json(rf: RequestFactory) -> None:
    request = rf.get("/")
    answers = [errors.bad_request(request, Exception()), errors.forbidden(request, Exception())]

    assert [(answer.status_code, json.loads(answer.content)) for answer in answers] == [
        (400, {"message": "400 Bad request - The request is not valid"}),
        (403, {"message": "403 Forbidden"}),
    ]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}
