"""No endpoint answers to somebody who is not its consumer."""

import base64
import time
from typing import Any

import jwt
import pytest
from pytest_django.fixtures import Settings

from tests.callers import Caller
from tests.contract.endpoints import (
    CONSUMERS,
    ENDPOINTS,
    PORTAL_URL,
    Consumer,
    Endpoint,
    publish_portal_keys,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _portal(settings: Settings) -> None:
    settings.CUSTOMERS_DOT_URL = PORTAL_URL
    publish_portal_keys()


every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)

HEADERS = (
    "Gitlab-Shared-Secret",
    "Gitlab-Shell-Api-Request",
    "Gitlab-Kas-Api-Request",
    "PRIVATE-TOKEN",
    "TOKEN",
    "Authorization",
)


def bad_values() -> dict[str, str]:
    """Values that no credential has, by what is wrong with them."""
    now = int(time.time())
    claims = {"iss": "gitlab-shell", "iat": now, "exp": now + 60}
    wrong_key = "0000000000000000000000000000000000"
    return {
        "empty": "",
        "blank": " ",
        "malformed": "%%%",
        "not a token": "a.b.c",
        "binary": "\x80\xff",
        "wrong": base64.b64encode(wrong_key.encode()).decode(),
        "wrong signature": jwt.encode(claims, wrong_key, "HS256"),
        "bearer": f"Bearer {jwt.encode(claims, wrong_key, 'HS256')}",
        "nested without end": base64.urlsafe_b64encode(b"[" * 6000).decode().rstrip("=") + ".e30.AAAA",
    }


def assert_refused(stranger: Caller, endpoint: Endpoint, **options: Any) -> None:
    response = stranger.request(endpoint.method, endpoint.url, **options)

    assert (response.status_code, response.json()) == (401, endpoint.caller.refusal), options


def foreign_pairs() -> list[Any]:
    return [
        pytest.param(endpoint, consumer, id=f"{endpoint} by {consumer.name}")
        for endpoint in ENDPOINTS
        for consumer in CONSUMERS
        if consumer not in (endpoint.caller, endpoint.caller.through)
    ]


@every_endpoint
def test_without_credential_nobody_gets_in(stranger: Caller, endpoint: Endpoint) -> None:
    assert_refused(stranger, endpoint)


@pytest.mark.parametrize("header", HEADERS)
@every_endpoint
def test_a_bad_credential_lets_nobody_in(stranger: Caller, endpoint: Endpoint, header: str) -> None:
    for value in bad_values().values():
        assert_refused(stranger, endpoint, headers={header: value})


@every_endpoint
def test_a_bad_secret_token_lets_nobody_in(stranger: Caller, endpoint: Endpoint) -> None:
    for value in bad_values().values():
        assert_refused(stranger, endpoint, query_params={"secret_token": value})


@pytest.mark.parametrize(("endpoint", "consumer"), foreign_pairs())
def test_the_credential_of_another_consumer_lets_nobody_in(
    stranger: Caller, endpoint: Endpoint, consumer: Consumer
) -> None:
    assert_refused(stranger, endpoint, headers=consumer.credential())


@pytest.mark.parametrize("endpoint", [row for row in ENDPOINTS if row.caller.through], ids=str)
def test_who_passes_a_request_on_needs_the_credential_of_its_sender(
    stranger: Caller, endpoint: Endpoint
) -> None:
    assert endpoint.caller.through
    response = stranger.request(endpoint.method, endpoint.url, headers=endpoint.caller.through.credential())

    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})


@every_endpoint
def test_the_consumer_itself_gets_in(stranger: Caller, endpoint: Endpoint, settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/run/gitaly.socket"}}

    response = stranger.request(endpoint.method, endpoint.url, headers=endpoint.caller.credential())

    assert response.status_code in {200, 204, 400, 404}


@every_endpoint
def test_the_method_is_checked_before_the_credential(stranger: Caller, endpoint: Endpoint) -> None:
    same_path = {other.method for other in ENDPOINTS if other.path == endpoint.path}

    unknown = next(method for method in ("DELETE", "PATCH") if method not in same_path)
    response = stranger.request(unknown, endpoint.url)

    assert (response.status_code, response.json()) == (405, {"error": "405 Not Allowed"})
    assert set(response.headers["Allow"].split(", ")) - {"HEAD"} == same_path


def test_an_unknown_path_needs_no_credential(stranger: Caller) -> None:
    response = stranger.get("nothing")

    assert (response.status_code, response.json()) == (404, {"error": "404 Not Found"})
