"""Which Gitaly server holds which storage, from the settings."""

from dataclasses import dataclass, field

from django.conf import settings


class UnknownStorage(LookupError):
    """No server is configured for this storage."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Gitaly server listens, and the raw token that it shares with its callers."""

    address: str
    token: str | None = field(default=None, repr=False)


def server_of(storage: str) -> Server:
    """Return the server that holds ``storage``; a storage without a token of its own has the global one."""
    try:
        configured = settings.GITALY_STORAGES[storage]
    except KeyError:
        raise UnknownStorage(storage) from None
    return Server(
        address=configured["address"],
        token=configured.get("token") or settings.GITALY_TOKEN or None,
    )
