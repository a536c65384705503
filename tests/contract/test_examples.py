"""The document's examples run as they stand there, on the seeded world; the secret is filled in here."""

from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from apps.core.examples import Example, ExampleRequest, examples, put
from tests import matchers
from tests.callers import Caller
from tests.contract.endpoints import ENDPOINTS

pytestmark = pytest.mark.django_db

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"
every_example = pytest.mark.parametrize("example", examples(), ids=lambda example: example.heading)
# Those of kas and CustomersDot are run over a socket, by the conformance kit and as `make serve` prints them.
of_the_shell = pytest.mark.parametrize(
    "example",
    [example for example in examples() if example.consumer == "shell"],
    ids=lambda example: example.heading,
)


@pytest.fixture
def _world(settings: Settings) -> None:
    """The seeded database, and the Gitaly of the document's author."""
    settings.GITALY_STORAGES = {"default": {"address": "unix:/Users/bvl/repos/gitlab/gitaly.socket"}}
    settings.INSTANCE_URL, settings.INSTANCE_HOST = "http://localhost:3001", "localhost"
    call_command("seed", stdout=StringIO())


@of_the_shell
@pytest.mark.usefixtures("_world")
def test_the_example_gets_the_documented_answer(
    shell: Caller, modern_shell: Caller, example: Example
) -> None:
    for caller in (shell, modern_shell):
        response = send(caller, example.request)

        assert response.status_code == example.status
        assert response.json() == expected(example)
        assert [key for key in response.json() if key in example.response] == list(example.response)


def send(caller: Caller, request: ExampleRequest) -> Any:
    """Send what curl sends: the text as it is, nothing encoded."""
    return caller.request(
        request.method,
        f"/api/v4{request.path}",
        request.form,
        content_type="application/x-www-form-urlencoded",
        QUERY_STRING=request.query,
    )


def expected(example: Example) -> Any:
    """The printed body, with what the answer has in its place."""
    body = deepcopy(example.answer())
    for at, matcher in example.varies.items():
        put(body, at, getattr(matchers, matcher)())
    return body


@every_example
def test_each_difference_is_decided_in_a_record(example: Example) -> None:
    for difference in example.differences:
        (record,) = DECISIONS.glob(f"{difference['decision']}-*.md")

        assert f"`{difference['at'].rpartition('.')[2]}`" in record.read_text()


@every_example
def test_each_example_is_one_of_the_endpoints(example: Example) -> None:
    headed = [endpoint for endpoint in ENDPOINTS if endpoint.heading == example.heading]

    assert any(endpoint.method == example.request.method for endpoint in headed)
