"""What can go wrong with a call to Gitaly, as the caller needs to tell it apart."""

import grpc


class GitalyFailure(Exception):
    """A call to Gitaly failed; the subclasses are the failures that callers answer differently."""


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


class GitalyRefused(GitalyFailure):
    """Gitaly did not accept the token."""


class GitalyRefusedRequest(GitalyFailure):
    """Gitaly found the request malformed; an older version may not know all of it."""


_OF_STATUS: dict[grpc.StatusCode, type[GitalyFailure]] = {
    grpc.StatusCode.UNAVAILABLE: GitalyUnavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: GitalyDeadlineExceeded,
    grpc.StatusCode.RESOURCE_EXHAUSTED: GitalyExhausted,
    grpc.StatusCode.NOT_FOUND: RepositoryNotFound,
    grpc.StatusCode.ALREADY_EXISTS: RepositoryExists,
    grpc.StatusCode.INVALID_ARGUMENT: GitalyRefusedRequest,
    grpc.StatusCode.UNAUTHENTICATED: GitalyRefused,
    grpc.StatusCode.PERMISSION_DENIED: GitalyRefused,
}


def failure_of(error: grpc.RpcError) -> GitalyFailure:
    """Translate gRPC's error; its status and details become the text."""
    failure = _OF_STATUS.get(error.code(), GitalyFailure)
    return failure(f"{error.code().name}: {error.details()}")
