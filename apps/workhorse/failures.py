"""Credentials that do not hold are counted: by address, as GitLab can, and passwords by login, always.

The counters are in the shared store, so they count for all processes; where it cannot be reached, nobody is
shut out.
"""

import hashlib
from collections.abc import Callable
from ipaddress import ip_address
from typing import TypeVar

import structlog
from django.conf import settings

from apps.core import client_address
from apps.core.shared_store import store as shared_store
from apps.core.shared_store.store import store

MAX_PASSWORD_FAILURES = 20
WINDOW = 60  # seconds, of the failures of one login

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


def may_try(login: str) -> bool:
    """Whether a password of this login is looked at; counts the attempt, so that none are made at once."""
    count = _reached(lambda: store().count_within(_login_key(login), window=WINDOW), otherwise=0)
    return count <= MAX_PASSWORD_FAILURES


def forgive(login: str) -> None:
    """Take one attempt back: the password was right."""
    _reached(lambda: store().decrease(_login_key(login)), otherwise=True)


def is_banned(address: str | None) -> bool:
    """Whether the address is shut out for now."""
    if not _counts(address):
        return False
    return _reached(lambda: store().get(_ban_key(address)), otherwise=None) is not None


def count(address: str | None) -> None:
    """Count a credential that did not hold; the last one allowed shuts the address out."""
    if not _counts(address):
        return
    key, window = _address_key(address), settings.GIT_BASIC_AUTH_BAN_FINDTIME
    failures = _reached(lambda: store().count_within(key, window=window), otherwise=0)
    if failures >= settings.GIT_BASIC_AUTH_BAN_MAXRETRY:
        log.warning("an address is shut out of Git over HTTP", address=address)
        lifetime = settings.GIT_BASIC_AUTH_BAN_BANTIME
        _reached(lambda: store().put(_ban_key(address), "banned", lifetime=lifetime), otherwise=None)


def forget(address: str | None) -> None:
    """Begin anew: a credential from there has held."""
    if _counts(address):
        _reached(lambda: store().forget(_address_key(address)), otherwise=None)


def _counts(address: str | None) -> bool:
    if not settings.GIT_BASIC_AUTH_BAN_ENABLED or address is None:
        return False
    allowed = client_address.networks(tuple(settings.GIT_BASIC_AUTH_BAN_IP_ALLOWLIST))
    return not any(ip_address(address) in network for network in allowed)


def _reached(ask: Callable[[], Result], *, otherwise: Result) -> Result:
    try:
        return ask()
    except shared_store.failures():
        log.warning("failed credentials could not be counted", exc_info=True)
        return otherwise


def _login_key(login: str) -> str:
    # A digest: what people type there by mistake is a password.
    return f"git_password_failures:{hashlib.sha256(login.lower().encode()).hexdigest()}"


def _address_key(address: str | None) -> str:
    return f"git_basic_auth_failures:{address}"


def _ban_key(address: str | None) -> str:
    return f"git_basic_auth_ban:{address}"
