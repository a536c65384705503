"""Paths and methods: nothing is ever redirected, and routing comes before everything else."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import get_script_prefix
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from tests.callers import Caller

ROUTE_NOT_FOUND = (404, {"error": "404 Not Found"})
METHOD_NOT_ALLOWED = (405, {"error": "405 Not Allowed"})
CHECK = "/api/v4/internal/check"


def at(caller: Caller, path: str, method: str = "GET") -> tuple[int, Any]:
    """Ask for a path as it stands in the request line; a test client would take ``//api`` for a host."""
    response = caller.request(method, "/", PATH_INFO=path)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v4/internal/",
        "/api/v4/internal/nothing",
        "/api/v4/internal/checks",
        "/api/v3/internal/check",
    ],
)
def test_an_unknown_path_is_not_found(stranger: Caller, path: str) -> None:
    assert at(stranger, path) == ROUTE_NOT_FOUND


@pytest.mark.parametrize("path", [f"{CHECK}/", f"{CHECK}%20", f"{CHECK}\n", "/api/v4//internal/check"])
def test_a_path_that_is_not_quite_a_route_is_not_found(shell: Caller, path: str) -> None:
    assert at(shell, path) == ROUTE_NOT_FOUND


def test_a_trailing_slash_is_not_redirected_on_post_either(shell: Caller) -> None:
    assert at(shell, "/api/v4/internal/allowed/", "POST") == ROUTE_NOT_FOUND


@pytest.mark.parametrize("path", ["/api/v4/internal/merge_request_urls", "/api/v4/internal/geo_proxy"])
def test_what_is_not_offered_is_an_unknown_path(shell: Caller, path: str) -> None:
    assert at(shell, path) == ROUTE_NOT_FOUND


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/{CHECK}", f"//{CHECK}", f"///{CHECK}"])
def test_slashes_repeated_in_front_count_as_one(shell: Caller, path: str) -> None:
    assert at(shell, path)[0] == 200


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/gitlab", "//gitlab", "/gitlab/", ""])
def test_the_relative_url_root_is_taken_off(shell: Caller, settings: Settings, prefix: str) -> None:
    settings.RELATIVE_URL_ROOT = "/gitlab"

    assert at(shell, f"{prefix}{CHECK}")[0] == 200


@pytest.mark.parametrize(
    "path", ["/gitlabs/api/v4/internal/check", "/gitlab", "/gitlab/gitlab/api/v4/internal/check"]
)
def test_only_the_relative_url_root_is_taken_off(shell: Caller, settings: Settings, path: str) -> None:
    settings.RELATIVE_URL_ROOT = "/gitlab"

    assert at(shell, path) == ROUTE_NOT_FOUND


def test_the_links_of_the_admin_keep_the_relative_url_root(stranger: Caller, settings: Settings) -> None:
    settings.RELATIVE_URL_ROOT = "/gitlab"

    response = stranger.client.get("/gitlab/admin/")

    assert response.headers["Location"] == "/gitlab/admin/login/?next=/gitlab/admin/"
    assert get_script_prefix() == "/"


def test_static_files_keep_the_relative_url_root_too(settings: Settings, tmp_path: Path) -> None:
    settings.RELATIVE_URL_ROOT, settings.STATIC_URL = "/gitlab", "/gitlab/static/"
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "one.css").write_text("a {}")

    response = APIClient().get("/gitlab/static/one.css")

    assert (response.status_code, b"".join(response)) == (200, b"a {}")


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["unix", "localhost:3001", "127.0.0.1"])
def test_every_name_of_the_instance_is_answered(shell: Caller, host: str) -> None:
    response = shell.request("GET", "check", headers={"Host": host})

    assert response.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["gitlab.example.com", "a b", ""])
def test_no_other_host_is(shell: Caller, host: str) -> None:
    response = shell.request("GET", "check", headers={"Host": host})

    assert response.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=1", "*/*", "nonsense", "image/png", ""])
def test_whatever_the_client_accepts_it_gets_json(shell: Caller, accept: str) -> None:
    response = shell.request("GET", "check", headers={"Accept": accept})

    assert response.status_code == 200
    assert response.json()["api_version"] == "v4"


@pytest.mark.parametrize("accept", ["text/html", "nonsense"])
@pytest.mark.parametrize("path", ["/api/nothing", CHECK])
def test_errors_are_json_too_whatever_the_client_accepts(stranger: Caller, path: str, accept: str) -> None:
    response = stranger.request("DELETE", path, headers={"Accept": accept})

    assert (response.status_code, response.json()) in (ROUTE_NOT_FOUND, METHOD_NOT_ALLOWED)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_wrong_method_is_told_the_right_ones(stranger: Caller, method: str) -> None:
    response = stranger.client.generic(method, CHECK)

    assert (response.status_code, response.json()) == METHOD_NOT_ALLOWED
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_what_changes_something_is_posted(stranger: Caller, method: str) -> None:
    response = stranger.client.generic(method, "/api/v4/internal/allowed")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


@pytest.mark.django_db
def test_head_answers_as_get_does_without_a_body(shell: Caller) -> None:
    response = shell.request("HEAD", "check")

    assert (response.status_code, response.content) == (200, b"")


def test_no_cookie_is_set_and_none_is_needed(stranger: Caller) -> None:
    response = stranger.post("allowed")

    assert response.status_code == 401
    assert response.cookies == {}
