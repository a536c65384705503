"""The document's examples run as they are written there, on the seeded world.

Each file of ``examples/`` is one example: the request, and the body that the document prints. What the answer
has in its place stands beside it: a value that varies, one that the document abridges, or a difference and
the decision record that decides it. The secret is filled in here.
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from tests import matchers
from tests.callers import Caller
from tests.contract.endpoints import ENDPOINTS

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parent / "examples"
DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"
EXAMPLES = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["heading"])


@pytest.fixture
def _world(settings: Settings) -> None:
    """The seeded database, and the Gitaly of the document's author."""
    settings.GITALY_STORAGES = {"default": {"address": "unix:/Users/bvl/repos/gitlab/gitaly.socket"}}
    settings.INSTANCE_URL, settings.INSTANCE_HOST = "http://localhost:3001", "localhost"
    call_command("seed", verbosity=0)


@every_example
@pytest.mark.usefixtures("_world")
def test_the_example_gets_the_documented_answer(
    shell: Caller, modern_shell: Caller, example: dict[str, Any]
) -> None:
    for caller in (shell, modern_shell):
        response = send(caller, **example["request"])

        assert response.status_code == 200
        assert response.json() == expected(example)
        assert [key for key in response.json() if key in example["response"]] == list(example["response"])


def send(caller: Caller, *, method: str, path: str, query: str = "", form: str = "") -> Any:
    """Send what curl sends: the text as it is, nothing encoded."""
    return caller.request(
        method,
        f"/api/v4{path}",
        form,
        content_type="application/x-www-form-urlencoded",
        QUERY_STRING=query,
    )


def expected(example: dict[str, Any]) -> Any:
    """The printed body, with what the answer has in its place."""
    body = deepcopy(example["response"])
    for at, matcher in example.get("varies", {}).items():
        put(body, at, getattr(matchers, matcher)())
    for at, value in example.get("abridged", {}).items():
        put(body, at, value)
    for difference in example.get("differences", ()):
        put(body, difference["at"], difference["answer"])
    return body


def put(body: dict[str, Any], at: str, value: Any) -> None:
    *parents, name = at.split(".")
    for parent in parents:
        body = body[parent]
    body[name] = value


@every_example
def test_each_difference_is_decided_in_a_record(example: dict[str, Any]) -> None:
    for difference in example.get("differences", ()):
        (record,) = DECISIONS.glob(f"{difference['decision']}-*.md")

        assert f"`{difference['at'].rpartition('.')[2]}`" in record.read_text()


@every_example
def test_each_example_is_one_of_the_endpoints(example: dict[str, Any]) -> None:
    (endpoint,) = (endpoint for endpoint in ENDPOINTS if endpoint.heading == example["heading"])

    assert (endpoint.method, endpoint.path) == (example["request"]["method"], example["request"]["path"])
