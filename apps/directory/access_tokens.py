"""Personal access tokens: only their SHA-256 digest is kept, the token itself is shown once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date

from django.conf import settings

from apps.directory.models import PersonalAccessToken, User

RANDOM_BYTES = 15  # 20 characters


def digest(raw: str) -> str:
    """Return what is stored in place of a token."""
    return hashlib.sha256(raw.encode()).hexdigest()


def issue(
    *, user: User, name: str, scopes: Sequence[str], expires_at: date | None
) -> tuple[PersonalAccessToken, str]:
    """Create a token and return it with its text, which cannot be had again."""
    raw = settings.PERSONAL_ACCESS_TOKEN_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = PersonalAccessToken.objects.create(
        user=user, name=name, scopes=list(scopes), expires_at=expires_at, token_digest=digest(raw)
    )
    return token, raw
