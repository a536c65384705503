"""The settings that rules of access read; a rule is handed them and never looks them up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSettings:
    """What the instance allows, at the moment of one decision."""

    url: str
    ssh_user: str
    """May be empty."""
    ssh_host: str
    ssh_port: int
    maintenance_mode: bool
    read_only: bool
    enabled_protocol: str
    """``ssh`` or ``http``; empty allows both."""
    upload_pack: bool
    """Whether pulling over HTTP is on."""
    receive_pack: bool
    """Whether pushing over HTTP is on."""
    two_factor_enforced: bool
    enforce_terms: bool
    email_confirmation_required: bool
    password_authentication: bool
    unlock_period: timedelta
    key_restrictions: Mapping[str, int]
    """By technology: the least length in bits; 0 allows every length, -1 forbids the type."""
    globally_allowed_ips: tuple[str, ...]
    """Ranges that no group's restriction keeps out."""
    repository_size_limit: int
    """Bytes; 0 is none."""
    snippet_size_limit: int
    """Bytes; 0 is none."""


@cache
def current() -> InstanceSettings:
    """Return the settings as they are now; only tests change them while a process lives."""
    return InstanceSettings(
        url=settings.INSTANCE_URL,
        ssh_user=settings.SSH_USER,
        ssh_host=settings.SSH_HOST,
        ssh_port=settings.SSH_PORT,
        maintenance_mode=settings.MAINTENANCE_MODE,
        read_only=settings.READ_ONLY,
        enabled_protocol=settings.ENABLED_GIT_ACCESS_PROTOCOL,
        upload_pack=settings.UPLOAD_PACK,
        receive_pack=settings.RECEIVE_PACK,
        two_factor_enforced=settings.GIT_TWO_FACTOR_ENFORCEMENT,
        enforce_terms=settings.ENFORCE_TERMS,
        email_confirmation_required=settings.EMAIL_CONFIRMATION_REQUIRED,
        password_authentication=settings.PASSWORD_AUTHENTICATION_ENABLED,
        unlock_period=timedelta(minutes=settings.FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES),
        key_restrictions=settings.KEY_RESTRICTIONS,
        globally_allowed_ips=tuple(settings.GLOBALLY_ALLOWED_IPS),
        repository_size_limit=settings.REPOSITORY_SIZE_LIMIT,
        snippet_size_limit=settings.SNIPPET_SIZE_LIMIT,
    )


def _forget(**_: Any) -> None:
    current.cache_clear()


setting_changed.connect(_forget)
