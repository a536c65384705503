"""What the endpoints of GitLab Shell and Gitaly look at is what the schema says.

A few of them are read by hand beside a description of their own. Here each endpoint reads a mapping that
notes what it is asked for.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from apps.core.api import params
from tests.callers import Caller
from tests.contract.endpoints import ENDPOINTS, SHELL
from tests.described import operation
from tests.factories.directory import UserFactory
from tests.schema.worlds import parameters_in_schema, path_in_schema

pytestmark = pytest.mark.django_db

# Accepted and not used: clients send it.
NOT_READ = {
    "/internal/lfs_authenticate": {"operation"},
    "/internal/two_factor_push_otp_check": {"key_id", "user_id"},
}
# Enough for each endpoint to read on to its end.
SENT: dict[str, Any] = {
    "protocol": "ssh",
    "action": "git-upload-pack",
    "changes": "_any",
    "project": "a/b",
    "gl_repository": "project-1",
    "key": "AAAA",
    "otp_attempt": "1",
    "oid": "0" * 64,
}


class Noting(dict[str, Any]):
    """Parameters that note which of them are asked for."""

    def __init__(self, values: Any, names: set[str]) -> None:
        super().__init__(values)
        self.names = names

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names that a view reads; those of authentication have been read before."""
    noted: set[str] = set()
    original = params.object_of
    monkeypatch.setattr(params, "object_of", lambda request: Noting(original(request), noted))
    yield noted


@pytest.mark.parametrize("endpoint", [row for row in ENDPOINTS if row.caller is SHELL], ids=str)
def test_an_endpoint_reads_the_parameters_of_the_schema(
    endpoint: Any, shell: Caller, names: set[str], settings: Settings
) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/run/gitaly.socket"}}
    send = {"GET": shell.get, "POST": shell.post}[endpoint.method]

    send(endpoint.url, user_id=UserFactory.create().pk, **SENT)

    said = set(parameters_in_schema(operation(endpoint.method, path_in_schema(endpoint.path))))
    assert names == said - NOT_READ.get(endpoint.path, set())
