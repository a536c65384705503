"""What can go wrong with a call to Gitaly, as the caller needs to tell it apart."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc  # commands know these failures and call nobody

LONGEST_DETAIL = 300  # characters


@dataclass(frozen=True, slots=True)
class Cause:
    """Which call failed where, and what was said: what a log has to tell."""

    code: str
    detail: str
    storage: str
    call: str


class GitalyFailure(Exception):
    """A call to Gitaly failed; the subclasses are the failures that callers answer differently."""

    cause: Cause | None = None
    """``None`` where no call was made."""


class GitalyUnavailable(GitalyFailure):
    """No server is configured or reachable."""


class GitalyDeadlineExceeded(GitalyFailure):
    """The call, or the request it belongs to, ran out of time."""


class GitalyExhausted(GitalyFailure):
    """Gitaly is up but takes no more work for now."""


class RepositoryNotFound(GitalyFailure):
    """The storage holds no such repository."""


class RepositoryExists(GitalyFailure):
    """A repository that should be created is there already."""


class RevisionNotFound(GitalyFailure):
    """The repository is there, and a commit that was asked about is not."""

    @classmethod
    def because_of(cls, failure: GitalyFailure) -> "RevisionNotFound":
        """Return what a failure means that was taken for another one at first."""
        meant = cls(str(failure))
        meant.cause = failure.cause
        return meant


class OtherObjectFormat(GitalyFailure):
    """A repository has another kind of object ids than was asked for."""


class GitalyRefused(GitalyFailure):
    """Gitaly did not accept the token."""


class GitalyRefusedRequest(GitalyFailure):
    """Gitaly found the request malformed; an older version may not know all of it."""


_OF_STATUS: dict[str, type[GitalyFailure]] = {
    "UNAVAILABLE": GitalyUnavailable,
    "DEADLINE_EXCEEDED": GitalyDeadlineExceeded,
    "RESOURCE_EXHAUSTED": GitalyExhausted,
    "NOT_FOUND": RepositoryNotFound,
    "ALREADY_EXISTS": RepositoryExists,
    "INVALID_ARGUMENT": GitalyRefusedRequest,
    "UNAUTHENTICATED": GitalyRefused,
    "PERMISSION_DENIED": GitalyRefused,
}


def failure_of(error: "grpc.RpcError", *, call: str, storage: str) -> GitalyFailure:
    """Translate gRPC's error about a call, such as ``/gitaly.RefService/RefExists``."""
    kind = _OF_STATUS.get(error.code().name, GitalyFailure)
    return _caused(kind, Cause(error.code().name, str(error.details()), storage, call))


def no_message(*, call: str, storage: str) -> GitalyFailure:
    """Return the failure of a call that ended well and said nothing."""
    return _caused(GitalyFailure, Cause("OK", "answered without a message", storage, call))


def _caused(kind: type[GitalyFailure], cause: Cause) -> GitalyFailure:
    failure = kind(f"{cause.code}: {cause.detail}")
    failure.cause = cause
    return failure
