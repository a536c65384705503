"""What every call about a repository goes with: the server, the time that is left, the metadata."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from apps.core.gitaly import calls
from apps.core.gitaly.channels import UnusableGitalyAddress, channel_to
from apps.core.gitaly.failures import GitalyDeadlineExceeded, GitalyUnavailable
from apps.core.gitaly.messages import repository_message
from apps.core.gitaly.metadata import metadata
from apps.core.gitaly.repository import Repository
from apps.core.gitaly.servers import UnknownStorage, server_of
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb


def unlimited() -> float:
    """Leave a call to its own limit."""
    return math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class GitalyAsker:
    """Makes calls about one repository."""

    repository: Repository
    seconds_left: Callable[[], float] = unlimited
    """How much time the whole request has left; asked before each call."""
    correlation_id: str = ""
    primary_only: bool = False
    """Ask the primary of a cluster: replicas do not see a push that is still being checked."""
    relative_path: str = ""
    """The path that Gitaly named in its own request, which may be a snapshot's."""

    @property
    def _repository(self) -> pb.Repository:
        return repository_message(self.repository)

    def _ask(
        self,
        method: calls.Unary[calls.Request, calls.Response],
        request: calls.Request,
        *,
        also: calls.Metadata = (),
    ) -> calls.Response:
        """Make a call; ``also`` goes with it beside the usual metadata."""
        terms = self._terms(method.seconds)
        return calls.ask(method, request, replace(terms, metadata=(*terms.metadata, *also)))

    def _collect(
        self, method: calls.Stream[calls.Request, calls.Response], request: calls.Request
    ) -> Sequence[calls.Response]:
        return calls.collect(method, request, self._terms(method.seconds))

    def _terms(self, limit: float) -> calls.CallTerms:
        seconds = min(limit, self.seconds_left())
        if seconds <= 0:
            raise GitalyDeadlineExceeded("no time left for the call")
        try:
            server = server_of(self.repository.storage_name)
            channel = channel_to(server.address)
        except UnknownStorage as error:
            raise GitalyUnavailable(f"no server for storage {error}") from error
        except UnusableGitalyAddress as error:
            raise GitalyUnavailable(f"unusable address: {error}") from error
        sent = metadata(
            server,
            correlation_id=self.correlation_id,
            primary_only=self.primary_only,
            relative_path=self.relative_path,
        )
        return calls.CallTerms(channel, self.repository.storage_name, seconds, sent)
