"""Requests that nobody thought of, made from the schema: no failure of the server, no unknown answer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from apps.operations.conformance import credentials
from apps.operations.conformance.credentials import Credentials, Headers
from apps.operations.openapi.document import document
from tests.instances import Instance, running_instance

EXAMPLES = 6  # of each operation
SIGNERS: dict[str, Callable[[Credentials], Headers]] = {
    "GitLab Shell and Gitaly": lambda known: known.shell_token(),
    "kas": lambda known: known.for_agent(),
    "CustomersDot": lambda known: {"PRIVATE-TOKEN": known.admin or ""},
    "CustomersDot, signed": lambda known: {},  # nobody has the portal's key: what strangers get
}
DESCRIBED: list[Any] = [*schemathesis.openapi.from_dict(document()).get_all_operations()]
OPERATIONS = [described.ok() for described in DESCRIBED]


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """An instance of the module's own: what is sent writes, too."""
    with running_instance() as running:
        yield running


@pytest.fixture(scope="module")
def known(instance: Instance) -> Credentials:
    data: Path = instance.data
    return credentials.read(
        data / ".gitlab_shell_secret",
        kas=data / ".gitlab_kas_secret",
        agent=data / "agent_token",
        admin=data / "admin_token",
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_the_server_answers_as_the_schema_says(
    operation: Any,
    instance: Instance,
    known: Credentials,
    data: st.DataObject,
) -> None:
    (consumer,) = operation.definition.raw["tags"]
    # What the schema allows, and what it does not.
    case = data.draw(st.one_of([operation.as_strategy(mode) for mode in GenerationMode]))

    case.call_and_validate(
        base_url=instance.url,
        headers=SIGNERS[consumer](known),
        checks=[
            checks.not_a_server_error,
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_schema_conformance,
        ],
    )
