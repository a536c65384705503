"""All that is known of one user, for whoever answers a question about it."""

from typing import Any

from apps.directory.models import Member, User
from apps.ssh_keys import second_factors


def describe(user: User) -> dict[str, Any]:
    """Return the facts about a user, times as datetimes, nothing secret among them."""
    memberships = Member.objects.filter(user=user, requested_at=None)
    memberships = memberships.select_related("group__route", "project__route").order_by("pk")
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "emails": list(user.emails.order_by("email").values_list("email", flat=True)),
        "state": user.state,
        "type": user.user_type,
        "admin": user.admin,
        "external": user.external,
        "two_factor": second_factors.enabled(user),
        "locked_at": user.locked_at,
        "created_at": user.created_at,
        "last_activity_on": user.last_activity_on,
        "namespaces": [row.full_path for row in user.namespaces.select_related("route")],
        "memberships": [_membership(member) for member in memberships],
        "keys": user.keys.count(),
        "tokens": user.personal_access_tokens.filter(revoked=False).count(),
    }


def _membership(member: Member) -> str:
    source = member.group or member.project
    path = source.full_path if source else ""
    until = f" until {member.expires_at}" if member.expires_at else ""
    return f"{path}: {member.get_access_level_display().lower()}{until}"
