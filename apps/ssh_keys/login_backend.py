"""Django's side of the door: :mod:`apps.ssh_keys.logins` decides."""

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.core import client_address
from apps.core.counting import counted
from apps.directory.models import User
from apps.ssh_keys import logins

log = structlog.get_logger(__name__)


class AccountBackend(ModelBackend):
    """Lets in whom the accounts' rules let in; permissions are Django's own.

    Why somebody was refused stands on the request as ``login_refusal``, for the form and the audit log.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        code: str = "",
        **others: Any,
    ) -> User | None:
        """Return the user, or end the attempt."""
        if username is None or password is None:
            return None
        try:
            return logins.log_in(login=username, password=password, code=code, now=timezone.now())
        except logins.LoginRefused as refusal:
            if request is not None:
                request.login_refusal = refusal  # type: ignore[attr-defined]  # ours
            raise PermissionDenied from refusal


def nobody(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Name no one: failures are counted by address, and what was typed as a name may be a password."""
    return "-"


def too_many(request: HttpRequest, answered: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """Answer an address that has failed too often; the log is told, the audit log is not filled by it."""
    log.warning("login", outcome="too many failures", address=client_address.of(request))
    wait: timedelta = settings.AXES_COOLOFF_TIME
    minutes = int(wait.total_seconds() // 60)
    text = (
        f"Too many logins from this address have failed. Wait {counted(minutes, 'minute')}, then try again."
    )
    answer = render(request, "message.html", {"title": "Too many failed logins", "text": text}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer
