"""One order of checks for all endpoints: strangers learn nothing about namespaces, settings, parameters."""

import pytest
from django.conf import LazySettings

from tests.billing.customers_dot import CustomersDot
from tests.factories.directory import GroupFactory

NOT_FOUND = {"message": "404 Namespace Not Found"}
MALFORMED = {
    "error": "\nProblem:\n  message body does not match declared format\nResolution:\n  when specifying "
    "application/json as content-type, you must pass valid application/json in the request's 'body' "
}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["namespaces", "namespaces/", "namespaces//minutes", "internal/nothing"])
def test_an_unknown_route(stranger: CustomersDot, path: str) -> None:
    response = stranger.get(path)

    assert (response.status_code, response.json()) == (404, {"error": "404 Not Found"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "namespaces/1/gitlab_subscription", "GET, HEAD, POST, PUT"),
        ("OPTIONS", "namespaces/1/gitlab_subscription", "GET, HEAD, POST, PUT"),
        ("GET", "namespaces/1/minutes", "POST"),
        ("POST", "namespaces/1/minutes/move/2", "PATCH"),
        ("POST", "internal/upcoming_reconciliations", "DELETE, PUT"),
        ("GET", "namespaces/1", "PUT"),
    ],
)
def test_a_wrong_method_comes_before_authentication(
    stranger: CustomersDot, method: str, path: str, allowed: str
) -> None:
    response = stranger.send(method, path)

    assert (response.status_code, response.json()) == (405, {"error": "405 Not Allowed"})
    assert sorted(response.headers["Allow"].split(", ")) == allowed.split(", ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "namespaces/99/gitlab_subscription"),
        ("POST", "namespaces/99/gitlab_subscription"),
        ("PUT", "namespaces/99/gitlab_subscription"),
        ("POST", "namespaces/99/minutes"),
        ("PATCH", "namespaces/99/minutes/move/98"),
        ("PUT", "namespaces/99"),
    ],
)
def test_the_namespace_comes_before_the_body(dot: CustomersDot, method: str, path: str) -> None:
    response = dot.send(method, path, raw=("{", "application/json"))

    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_the_gate_comes_before_the_body(dot: CustomersDot, settings: LazySettings) -> None:
    settings.GITLAB_COM = False

    response = dot.put("internal/upcoming_reconciliations", raw=("{", "application/json"))

    assert response.status_code == 403
    assert response.json() == {"message": "403 Forbidden - This API is gitlab.com only!"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "namespaces/{}/gitlab_subscription"),
        ("PUT", "namespaces/{}/gitlab_subscription"),
        ("POST", "namespaces/{}/minutes"),
        ("PATCH", "namespaces/{0}/minutes/move/{0}"),
        ("PUT", "internal/upcoming_reconciliations"),
        ("DELETE", "internal/upcoming_reconciliations"),
        ("PUT", "namespaces/{}"),
    ],
)
def test_the_body_comes_before_the_rules(dot: CustomersDot, method: str, path: str) -> None:
    url = path.format(GroupFactory.create().pk)

    broken = dot.send(method, url, raw=('{"seats":', "application/json"))
    text = dot.send(method, url, raw=("seats", "text/plain; charset=utf-8"))

    assert (broken.status_code, broken.json()) == (400, MALFORMED)
    assert text.status_code == 415
    assert text.json() == {"error": "The provided content-type 'text/plain' is not supported."}


def test_a_broken_form_is_refused_at_its_place(dot: CustomersDot, stranger: CustomersDot) -> None:
    path = f"namespaces/{GroupFactory.create().pk}/minutes"
    form = ("--b\r\nno end", "multipart/form-data")

    assert stranger.post(path, raw=form).status_code == 401
    response = dot.post(path, raw=form)
    assert (response.status_code, response.json()) == (400, MALFORMED)


def test_types_come_before_the_missing_subscription(dot: CustomersDot) -> None:
    path = f"namespaces/{GroupFactory.create().pk}/gitlab_subscription"

    wrong = dot.put(path, json={"seats": "many"})
    right = dot.put(path, json={"seats": 5})

    assert (wrong.status_code, wrong.json()) == (400, {"error": "seats is invalid"})
    assert right.status_code == 404
    assert right.json() == {"message": "404 GitlabSubscription Not Found"}


@pytest.mark.parametrize("body", ["[]", "null", "5", '"text"', ""])
def test_a_body_that_is_no_object_counts_as_no_parameters(dot: CustomersDot, body: str) -> None:
    path = f"namespaces/{GroupFactory.create().pk}/gitlab_subscription"

    response = dot.post(path, raw=(body, "application/json"))

    assert (response.status_code, response.json()) == (400, {"error": "start_date is missing"})
