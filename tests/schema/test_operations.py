"""The schema has every endpoint, every parameter and every example, and nothing else."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.core.examples import Example, examples
from apps.operations.openapi.document import document
from apps.operations.openapi.example_entries import of, parameters_of
from tests import described
from tests.contract.attribute_tables import DEPARTURES, TABLES, VALUES, Row
from tests.contract.endpoints import ENDPOINTS, PORTAL
from tests.described import operation
from tests.schema.worlds import parameters_in_schema, path_in_schema

# Generated clients are called so: a name that goes breaks whoever uses them.
PUBLISHED = """
    Accepted AccessAllowed AccessRefused AlertCiliumAlert AuditGitAuditEvent
    ConfigurationAgentConfiguration Error InvalidModel KaseventAgentEvents
    KeyownerPersonalAccessToken KeyownerTwoFactorConfig KeyownerTwoFactorManualOtpCheck
    KeyownerTwoFactorPushOtpCheck KeyownerTwoFactorRecoveryCodes LfsLfsAuthenticate Message
    MessageOrError MinutesCreate NamespaceUpdate PoliteRefusal PortalreconciliationUpdate
    ProxyuserAuthorizeProxyUser PushPostReceive PushPreReceive ReconciliationUpdate
    SubscriptionCreate SubscriptionUpdate TokenRefused UsagemetricsUsageMetrics
    VulnerabilityScanResult VulnerabilityStarboardVulnerability
"""
METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        yield from ((method.upper(), path, said) for method, said in methods.items())


def headed(heading: str) -> tuple[str, str, dict[str, Any]]:
    """The operation that the document speaks of under this heading; the signed mirror comes after it."""
    return next(item for item in operations() if f"document: {heading}." in item[2]["description"])


def test_the_schema_is_valid_and_made_without_a_warning() -> None:
    output = StringIO()

    call_command("spectacular", validate=True, fail_on_warn=True, stdout=output)

    assert output.getvalue().startswith("openapi: 3.1.0")


def test_components_keep_the_names_that_clients_know() -> None:
    assert sorted(document()["components"]["schemas"]) == PUBLISHED.split()


def test_every_endpoint_is_in_the_schema_and_no_other() -> None:
    expected = [(endpoint.method, path_in_schema(endpoint.path)) for endpoint in ENDPOINTS]

    assert sorted((method, path) for method, path, _ in operations()) == sorted(expected)


def test_paths_stand_in_the_order_of_the_routes() -> None:
    assert list(document()["paths"]) == list(dict.fromkeys(path_in_schema(row.path) for row in ENDPOINTS))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_the_schema_names_the_consumer_whose_credential_the_endpoint_takes(endpoint: Any) -> None:
    (tag,) = operation(endpoint.method, path_in_schema(endpoint.path))["tags"]

    group = (endpoint.caller.through or endpoint.caller).name
    assert tag == {"GitLab Agent Server": "kas"}.get(group, group)


def test_every_operation_describes_the_refusal_of_strangers_and_of_bodies_that_are_too_large() -> None:
    for method, path, said in operations():
        assert {"401", "413", "500"} <= set(said["responses"]), f"{method} {path}"


@pytest.mark.parametrize("heading", TABLES)
def test_parameters_are_those_of_the_document_in_its_order(heading: str) -> None:
    rows, said = TABLES[heading], parameters_in_schema(headed(heading)[2])

    beyond = [name for name in said if name not in [name for name, *_ in rows]]
    ours = [name for name in said if name not in beyond]
    assert sorted(ours) == sorted(name for name, *_ in rows)
    if heading not in {"Git Authentication", "LFS Authentication"}:  # the actor's rows stay together there
        assert ours == [name for name, *_ in rows]


every_row = pytest.mark.parametrize(
    ("heading", "row"),
    [
        pytest.param(heading, row, id=f"{heading}: {row[0]}")
        for heading, table in TABLES.items()
        for row in table
    ],
)


@every_row
def test_a_parameter_is_required_where_the_document_says_so(heading: str, row: Row) -> None:
    name, _, required = row

    assert parameters_in_schema(headed(heading)[2])[name] == (required and (heading, name) not in DEPARTURES)


@every_row
def test_a_parameter_takes_values_of_the_type_that_the_document_gives(heading: str, row: Row) -> None:
    name, kind, _ = row
    method, path, _ = headed(heading)

    for value in VALUES[kind]:
        errors = list(described.request_validator(method, path).iter_errors({name: value}))

        # An empty object lacks what is required inside; that is no fault of its type.
        assert [error.message for error in errors if "is a required property" not in error.message] == []


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.heading)
def test_an_example_keeps_to_the_schema_of_its_operation(example: Example) -> None:
    (match,) = [
        (method, path)
        for method, path, _ in operations()
        if example in of(method, path) and "gitlab_subscriptions" not in path
    ]

    described.request_validator(*match).validate(parameters_of(example.request))
    if example.response is not None:
        described.answer_validator(*match, str(example.status)).validate(example.answer())


def test_every_example_is_shown_at_its_operation() -> None:
    shown = {
        name
        for _, _, said in operations()
        for answer in said["responses"].values()
        for content in answer.get("content", {}).values()
        for name in content.get("examples", {})
    }

    assert shown == {example.heading for example in examples() if example.response is not None}


def test_the_mirror_says_what_the_document_says_with_another_credential() -> None:
    mirrored = "/api/v4/internal/gitlab_subscriptions/namespaces/{id}/minutes"
    ours = operation("POST", "/api/v4/namespaces/{id}/minutes")
    theirs = operation("POST", mirrored)

    assert theirs["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/MinutesCreate"
    }
    assert theirs["summary"] == ours["summary"]
    assert theirs["security"] == [{"customersDotToken": []}]
    assert theirs["tags"] == [PORTAL.name]
