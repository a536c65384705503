"""What goes with every call besides its message."""

import base64
import json
import time
from collections.abc import Iterator

from apps.core.gitaly.calls import Metadata
from apps.core.gitaly.servers import Server, server_of
from apps.core.gitaly.tokens import authorization


def metadata(server: Server, *, correlation_id: str, primary_only: bool, relative_path: str) -> Metadata:
    """Return the metadata of a call that is made now; what is empty is left out."""
    return tuple(_items(server, correlation_id, primary_only, relative_path))


def _items(
    server: Server, correlation_id: str, primary_only: bool, relative_path: str
) -> Iterator[tuple[str, str | bytes]]:
    if server.token:
        yield "authorization", authorization(token=server.token, at=int(time.time()))
    if correlation_id:
        yield "x-gitlab-correlation-id", correlation_id
    if primary_only:
        yield "gitaly-route-repository-accessor-policy", "primary-only"
    if relative_path:
        yield "relative-path-bin", relative_path.encode(errors="replace")


def where_it_is(storage: str) -> Metadata:
    """Return what tells one Gitaly where another one listens, which it is to copy from.

    Raises:
        UnknownStorage: no server is configured for it.
    """
    server = server_of(storage)
    told = {storage: {"address": server.address, "token": server.token or ""}}
    return (("gitaly-servers", base64.b64encode(json.dumps(told).encode()).decode()),)
