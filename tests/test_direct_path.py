"""What a request to the API passes on its way to the view, and what a page of the site does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory

from gitlab_internal.direct_path import DirectPathMiddleware
from tests.callers import Caller

SITE_HEADERS = {"X-Frame-Options", "Cross-Origin-Opener-Policy"}


def test_the_api_passes_no_middleware_of_the_site(shell: Caller, db: None) -> None:
    response = shell.get("check")

    assert response.status_code == 200
    assert not SITE_HEADERS & set(response.headers)
    assert not response.cookies


@pytest.mark.django_db
def test_pages_of_the_site_pass_all_of_it(client: Client) -> None:
    response = client.get("/admin/")

    assert response.status_code == 302
    assert set(response.headers) >= SITE_HEADERS


@pytest.mark.django_db
def test_a_form_of_the_site_needs_its_token() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "root", "password": "x"})

    assert response.status_code == 403


@pytest.mark.parametrize("path", ["/api/v4/internal/check", "//api/v4/internal/check", "/nothing"])
def test_another_host_is_refused(client: Client, path: str) -> None:
    response = client.get(path, headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert response.json() == {"message": "400 Bad request - The request is not valid"}
    assert "X-Request-Id" in response.headers


def test_probes_come_by_address(client: Client) -> None:
    assert client.get("/-/liveness", headers={"Host": "10.0.0.7:3001"}).status_code == 200


def test_what_the_view_raises_becomes_an_answer_on_the_short_path_too() -> None:
    from django.core.handlers.exception import convert_exception_to_response

    def view(request: HttpRequest) -> HttpResponseBase:
        raise PermissionDenied

    class Between:
        def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
            self.get_response = get_response

        def __call__(self, request: HttpRequest) -> HttpResponseBase:
            raise AssertionError("not on the way")

    wrap: Any = convert_exception_to_response
    direct = DirectPathMiddleware(wrap(Between(wrap(view))))

    response = direct(RequestFactory().get("/api/v4/internal/check"))

    assert isinstance(response, HttpResponse)
    assert response.status_code == 403
