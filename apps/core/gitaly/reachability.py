"""Whether the servers of the storages can be reached at all; nothing is asked of them."""

import time

import grpc
from django.conf import settings

from apps.core.gitaly.channels import UnusableGitalyAddress, channel_to
from apps.core.gitaly.servers import server_of


def unreachable(*, seconds: float) -> list[str]:
    """Return the storages whose server cannot be reached within ``seconds`` altogether."""
    end = time.monotonic() + seconds
    waiting = {storage: _connected(storage) for storage in settings.GITALY_STORAGES}
    return [storage for storage, connected in waiting.items() if not _in_time(connected, end=end)]


def _connected(storage: str) -> "grpc.Future[None] | None":
    try:
        return grpc.channel_ready_future(channel_to(server_of(storage).address))
    except UnusableGitalyAddress:
        return None


def _in_time(connected: "grpc.Future[None] | None", *, end: float) -> bool:
    if connected is None:
        return False
    try:
        connected.result(timeout=max(0, end - time.monotonic()))
    except grpc.FutureTimeoutError:
        connected.cancel()
        return False
    return True
