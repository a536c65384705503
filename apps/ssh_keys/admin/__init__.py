"""SSH keys for operators, and what their owners have."""

# Importing these registers their pages.
from apps.ssh_keys.admin import key_owners, keys, login

__all__ = ["key_owners", "keys", "login"]
