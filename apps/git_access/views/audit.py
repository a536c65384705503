"""What GitLab Shell reports after a Git command."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.errors import BadRequest, Failure
from apps.core.api.params import Parameters, storable
from apps.core.api.views import InternalViewSet
from apps.core.api.workhorse_authentication import ShellOrWorkhorseAuthentication, is_workhorse
from apps.git_access.access import audit
from apps.git_access.access.audit import Negotiation
from apps.git_access.context import refusals
from apps.git_access.context.changes import ANY
from apps.git_access.serializers import params
from apps.git_access.serializers.access_params import command_of
from apps.git_access.views.access import refused

REQUIRED = ("action", "protocol", "gl_repository", "changes")
STATISTICS = "packfile_stats"


class AuditViewSet(InternalViewSet):
    """Not in the document: newer GitLab Shells and Workhorses report commands where they were asked to."""

    authentication_classes = (ShellOrWorkhorseAuthentication,)

    def git_audit_event(self, request: Request) -> Response:
        """``POST /internal/shellhorse/git_audit_event``."""
        given = Parameters(request)
        if is_workhorse(request):
            given = given.with_default("changes", ANY)  # its first releases leave them out
        if problems := [*_missing(given), *_invalid(given)]:
            raise Failure(400, {"error": ", ".join(problems)})
        repository, command = params.repository(given), command_of(given)
        try:
            event = audit.record(command, repository, _negotiation(given), now=timezone.now())
        except audit.UnknownAction:
            return Response({"status": False, "message": "No valid action specified"}, status=400)
        except audit.NotNeeded:
            return Response({"status": False, "message": "No git audit event needed"})
        except refusals.Refusal as refusal:
            return refused(refusal)
        message = {"protocol": given.text("protocol"), "action": event.action, "verb": event.verb}
        return Response({"status": True, "message": message})


def _missing(given: Parameters) -> Iterator[str]:
    return (f"{name} is missing" for name in REQUIRED if given.value(name) is None)


def _invalid(given: Parameters) -> Iterator[str]:
    for name in (*REQUIRED, "check_ip"):
        if given.value(name) is not None and not _is_text(name, given.value(name)):
            yield f"{name} is invalid"
    statistics = given.value(STATISTICS)
    if statistics is not None and not isinstance(statistics, Mapping):
        yield f"{STATISTICS} is invalid"
        return
    for name in ("wants", "haves"):
        if _count(statistics, name) is None:
            yield f"{STATISTICS}[{name}] is invalid"


def _is_text(name: str, value: Any) -> bool:
    try:
        storable(name, value)
    except BadRequest:
        return False
    return True


def _negotiation(given: Parameters) -> Negotiation:
    statistics = given.value(STATISTICS)
    return Negotiation(wants=_count(statistics, "wants") or 0, haves=_count(statistics, "haves") or 0)


def _count(statistics: Mapping[str, Any] | None, name: str) -> int | None:
    """Return one of the numbers; clients leave a zero out. ``None`` is no number."""
    value = (statistics or {}).get(name)
    match value:
        case None:
            return 0
        case int() if not isinstance(value, bool):
            return value
        case str() if value.isascii() and value.isdigit():
            return min(len(value.lstrip("0")), 1)  # only whether it is zero counts
        case _:
            return None
