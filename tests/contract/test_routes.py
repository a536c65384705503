"""The routes are the table of endpoints, in its order."""

import re
from collections.abc import Iterator

from django.urls import URLResolver

from gitlab_internal.urls import urlpatterns
from tests.contract.endpoints import ENDPOINTS

API = "api/v4"
HOW_TO = "Add one Endpoint(heading, method, path, consumer) to ENDPOINTS in tests/contract/endpoints.py"


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path that urls.py answers, the admin site apart, in its order."""
    for pattern in urlpatterns:
        path = document_path(str(pattern.pattern))
        if path is not None:
            yield from ((method, path) for method in methods_of(pattern))


def document_path(route: str) -> str | None:
    """Write a route as the document does: ``/internal/allowed``, ``/namespaces/:id``."""
    plain = route.removeprefix("^").removesuffix(r"\Z").removesuffix("/?")
    if not plain.startswith(API):
        return None
    named = re.sub(r"<(?:\w+:)?(\w+)>", r":\1", plain.removeprefix(API))
    return named.replace(":namespace", ":id").replace(":target", ":target_id")


def methods_of(pattern: object) -> list[str]:
    """The methods that the viewset's action map names; HEAD follows from GET."""
    # A route with and without a slash is two patterns of one view.
    first = pattern.url_patterns[0] if isinstance(pattern, URLResolver) else pattern
    actions: dict[str, str] = first.callback.actions  # type: ignore[attr-defined]  # every route is a viewset's
    return [method.upper() for method in actions if method != "head"]


def test_every_route_is_in_the_table_of_endpoints() -> None:
    known = {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}

    missing = [f"{method} {path}" for method, path in routes() if (method, path) not in known]

    assert missing == [], f"{HOW_TO} for each of these."


def test_every_endpoint_of_the_table_has_a_route_and_the_order_is_the_same() -> None:
    assert list(routes()) == [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS], HOW_TO


def test_no_endpoint_stands_in_the_table_twice() -> None:
    assert len({str(endpoint) for endpoint in ENDPOINTS}) == len(ENDPOINTS)


def test_routes_with_parameters_are_read_as_the_document_writes_them() -> None:
    assert document_path("api/v4/namespaces/<path:id>/minutes") == "/namespaces/:id/minutes"
    assert document_path(r"^api/v4/internal/kubernetes/agent_info/?\Z") == ("/internal/kubernetes/agent_info")
    assert document_path("admin/") is None
