"""Columns that never leave the database through the operators' site: no page, no file, no record has them."""

from django.db.models import Model

COLUMNS: dict[str, tuple[str, ...]] = {
    "directory.User": ("password",),
    "directory.PersonalAccessToken": ("token_digest",),
    "ssh_keys.OtpSecret": ("secret",),
    "ssh_keys.RecoveryCode": ("digest",),
    "git_access.Webhook": ("secret",),
    "agent.AgentToken": ("token_digest",),
}


def of(model: type[Model]) -> tuple[str, ...]:
    """Return the names of the model's secret columns."""
    return COLUMNS.get(model._meta.label, ())
