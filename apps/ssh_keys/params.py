"""The parameters that say who a request is from."""

from apps.core.api.params import Parameters
from apps.ssh_keys.actors import Claim


def claim(given: Parameters) -> Claim:
    """Read who the request is from: key, user, name or identifier."""
    return Claim(
        key_id=given.identifier("key_id"),
        user_id=given.identifier("user_id"),
        username=given.text("username"),
        identifier=given.text("identifier"),
    )
