"""Bodies about keys and users, in the document's key order."""

from typing import Any

from apps.core.api.timestamps import timestamp
from apps.ssh_keys.keys import OfferedKey
from apps.ssh_keys.people import DiscoveredUser


def key_payload(key: OfferedKey) -> dict[str, Any]:
    """Return the body about a key that may log in."""
    return {
        "id": key.id,
        "title": key.title,
        "key": key.line,
        "created_at": timestamp(key.created_at),
    }


def user_payload(user: DiscoveredUser) -> dict[str, Any]:
    """Return the body about a user."""
    return {"id": user.id, "name": user.name, "username": user.username}
