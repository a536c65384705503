"""With what Git LFS does what a batch has told it to do."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.git_access.lfs import holders, tokens
from apps.git_access.repositories.ids import RepositoryId
from apps.workhorse.identities import Identity


@dataclass(frozen=True, slots=True)
class LfsCredential:
    """The value of a header, and for how many seconds it holds; nobody in particular has neither."""

    authorization: str = ""
    expires_in: int | None = None

    def action(self, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return this credential as a part of an action, before other headers."""
        own = {"Authorization": self.authorization} if self.authorization else {}
        body: dict[str, Any] = {"header": {**own, **(headers or {})}}
        return body if self.expires_in is None else {**body, "expires_in": self.expires_in}


def for_batch(
    identity: Identity | None,
    *,
    repository: RepositoryId,
    operation: str,
    authorization: str,
    now: datetime,
) -> LfsCredential:
    """Return a fresh token for one operation; a deploy key goes on with what it has shown.

    Args:
        identity: who asks; ``None`` for nobody in particular.
        repository: what the token opens, and nothing else.
        operation: ``download`` or ``upload``.
        authorization: the header that was shown.
        now: the moment from which it holds.
    """
    if identity is None:
        return LfsCredential()
    if identity.is_deploy_key:
        left = int((identity.expires_at - now).total_seconds()) if identity.expires_at else tokens.LIFETIME
        return LfsCredential(authorization, max(left, 1))
    holder = identity.holder or holders.of_user(identity.user.id)
    token = tokens.issue(holder, repository=repository, operation=operation, now=now)
    pair = f"{holder.name}:{token}".encode()
    return LfsCredential(f"Basic {base64.b64encode(pair).decode()}", tokens.LIFETIME)
