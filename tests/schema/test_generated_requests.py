"""Requests that nobody thought of, made from the schema: no failure of the server, no unknown answer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks

from gitlab_internal.conformance import credentials
from gitlab_internal.conformance.credentials import Credentials, Headers
from gitlab_internal.openapi.document import document
from tests.instances import Instance, running_instance

EXAMPLES = 6  # of each operation
SIGNERS: dict[str, Callable[[Credentials], Headers]] = {
    "GitLab Shell and Gitaly": lambda known: known.shell_token(),
    "kas": lambda known: known.for_agent(),
    "CustomersDot": lambda known: {"PRIVATE-TOKEN": known.admin or ""},
    "CustomersDot, signed": lambda known: {},  # nobody has the portal's key: what strangers get
}
generated = schemathesis.openapi.from_dict(document())


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


@generated.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_server_answers_as_the_schema_says(
    case: "schemathesis.Case[Any]", instance: Instance, known: Credentials
) -> None:
    (consumer,) = case.operation.definition.raw["tags"]

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
