"""What is wrong with a server is found, and nothing else is."""

import base64
import json

import pytest

from tests.conformance.conftest import Conformance, differing
from tests.conformance.distorting import Distortion, Exchange, server_with
from tests.instances import Instance


def test_a_server_that_is_passed_through_unchanged_has_no_difference(
    gunicorn: Instance, conformance: Conformance
) -> None:
    with server_with(lambda exchange: exchange, gunicorn) as url:
        report = conformance(url, "--only", "keys", "--only", "authentication")

    assert differing(report) == {}


def _ids_as_text(exchange: Exchange) -> Exchange:
    if "discover" not in exchange.path or exchange.body == b"null":
        return exchange
    body = json.loads(exchange.body)
    return exchange.but(body=json.dumps({**body, "id": str(body["id"])}).encode())


def test_a_number_as_text_is_found(gunicorn: Instance, conformance: Conformance) -> None:
    with server_with(_ids_as_text, gunicorn) as url:
        report = conformance(url, "--only", "keys")

    assert report["exit"] == 1
    assert differing(report) == {
        "keys.discover": [(f"call {number}: body.id", "1", '"1"') for number in (1, 2, 3, 4)]
    }


def _created(exchange: Exchange) -> Exchange:
    return exchange.but(status=201) if exchange.status == 200 else exchange


def _html(exchange: Exchange) -> Exchange:
    return exchange.but(headers={**exchange.headers, "Content-Type": "text/html"})


def _forbidden(exchange: Exchange) -> Exchange:
    return exchange.but(status=403) if exchange.status == 401 else exchange


def _detail(exchange: Exchange) -> Exchange:
    return exchange.but(body=b'{"detail": "no"}') if exchange.status >= 400 else exchange


def _redirected(exchange: Exchange) -> Exchange:
    location = {"Location": "/elsewhere", "Content-Type": "text/html"}
    return exchange.but(status=301, headers=location) if exchange.path.endswith("/") else exchange


def _silent(exchange: Exchange) -> Exchange:
    return exchange.but(body=b"") if exchange.status == 200 else exchange


@pytest.mark.parametrize(
    ("distortion", "check", "found"),
    [
        (_created, "owners.two_factor_config", ("status", "200", '201, {"success": true')),
        (_html, "shell.check", ("header content-type", "application/json", "text/html")),
        (_forbidden, "authentication.no_nothing", ("status", "401", '403, {"message": "401 Unauthorized"}')),
        (_detail, "authentication.no_nothing", ("body.message", '"401 Unauthorized"', "nothing")),
        (_redirected, "wire.unknown_path", ("call 2: status", "404", "301, ")),
        (_silent, "keys.discover_nobody", ("call 1: body", "null", '""')),
    ],
    ids=["another status", "HTML", "403 for 401", "a detail", "a redirect", "no body"],
)
def test_a_wrong_answer_is_found(
    gunicorn: Instance,
    conformance: Conformance,
    distortion: Distortion,
    check: str,
    found: tuple[str, str, str],
) -> None:
    with server_with(distortion, gunicorn) as url:
        report = conformance(url, "--only", check)

    what, expected, seen = differing(report)[check][0]
    assert (report["exit"], what, expected) == (1, found[0], found[1])
    assert seen.startswith(found[2])


def test_a_server_that_lets_everybody_in_is_found(gunicorn: Instance, conformance: Conformance) -> None:
    secret = base64.b64encode((gunicorn.data / ".gitlab_shell_secret").read_bytes()).decode()

    with server_with(lambda exchange: exchange, gunicorn, Gitlab_Shared_Secret=secret) as url:
        found = differing(conformance(url, "--only", "authentication"))

    assert all(name.startswith(("authentication.no_", "authentication.closed_")) for name in found)
    assert len(found) == 8 + 3 + 16


def test_a_secret_in_a_wrong_answer_is_not_printed(gunicorn: Instance, conformance: Conformance) -> None:
    def spoiled(exchange: Exchange) -> Exchange:
        return exchange.but(status=201) if "lfs_authenticate" in exchange.path else exchange

    with server_with(spoiled, gunicorn) as url:
        ((_, _, seen), *_) = differing(conformance(url, "--only", "shell.lfs_token"))["shell.lfs_token"]

    assert seen.startswith('201, {"username": "root", "lfs_token": "[hidden]"')
