"""What stops working soon, and which tokens that are."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from operator import attrgetter
from typing import Any

from apps.directory.models import PersonalAccessToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiration:
    """One thing that expires; it names the thing and its owner, never its content."""

    kind: str
    id: int
    name: str
    owner: str
    expires_at: datetime

    def __str__(self) -> str:
        owner = f"@{self.owner}" if self.owner else "nobody"
        return f"{self.expires_at:%Y-%m-%d %H:%M} {self.kind} {self.id} of {owner}: {self.name}"

    @property
    def facts(self) -> dict[str, Any]:
        """The same for a program."""
        return {**asdict(self), "expires_at": f"{self.expires_at:%Y-%m-%dT%H:%M:%SZ}"}


in_order = attrgetter("expires_at", "kind", "id")


def tokens(*, days: int, now: datetime) -> list[Expiration]:
    """Return the tokens that work now and expire within ``days`` days, the first to expire first."""
    end = now + timedelta(days=days)
    rows = PersonalAccessToken.objects.usable(on=now.date()).filter(expires_at__lte=end.date())
    found = [
        Expiration(
            kind="personal access token",
            id=token.pk,
            name=token.name,
            owner=token.user.username,
            # It works until its date begins.
            expires_at=datetime.combine(token.expires_at, time.min, UTC),
        )
        for token in rows.select_related("user")
        if token.expires_at
    ]
    return sorted(found, key=in_order)
