"""One-time passwords of the owner of a key."""

from gitlab_internal.shared_store.store import store


def session_open(key_id: int) -> bool:
    """Whether the owner has shown a one-time password for this key a short while ago."""
    return store().get(f"otp_session:{key_id}") is not None
