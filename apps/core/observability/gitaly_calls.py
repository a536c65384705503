"""Calls to Gitaly: counted by their outcome, timed, and spanned where traces are configured."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from apps.core.observability import tracing
from apps.core.observability.instruments import GITALY_CALLS, GITALY_SECONDS


@contextmanager
def observed(path: str) -> Iterator[None]:
    """Observe one call; ``path`` is that of its method, such as ``/gitaly.RefService/RefExists``."""
    method = path.removeprefix("/")
    service, _, name = method.partition("/")
    code, started = "OK", time.perf_counter()
    try:
        with tracing.call(method, **{"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}):
            yield
    except grpc.RpcError as error:
        code = error.code().name
        raise
    finally:
        GITALY_CALLS.labels(method, code).inc()
        GITALY_SECONDS.labels(method).observe(time.perf_counter() - started)
