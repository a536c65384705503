"""What GitLab Shell reports after a Git command."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.errors import Failure
from apps.core.api.params import RequestParameters
from apps.core.api.serializer_errors import MISSING, Problem, all_at_once, read
from apps.core.api.views import InternalViewSet
from apps.core.api.workhorse_authentication import ShellOrWorkhorseAuthentication, is_workhorse
from apps.git_access.access import audit
from apps.git_access.access.audit import Negotiation
from apps.git_access.context import refusals
from apps.git_access.context.changes import ANY
from apps.git_access.serializers.access_params import command_of
from apps.git_access.serializers.params import ReportParameters, well_formed
from apps.git_access.views.access import refused


class AuditViewSet(InternalViewSet):
    """Not in the document: newer GitLab Shells and Workhorses report commands where they were asked to."""

    authentication_classes = (ShellOrWorkhorseAuthentication,)

    def git_audit_event(self, request: Request) -> Response:
        """``POST /internal/shellhorse/git_audit_event``."""
        given = RequestParameters(request)
        if is_workhorse(request):
            given = given.with_default("changes", ANY)  # its first releases leave them out
        report = read(ReportParameters, given.values, refusal=_missing_first)
        repository, command = well_formed(report["gl_repository"]), command_of(given)
        try:
            event = audit.record(command, repository, _negotiation(report), now=timezone.now())
        except audit.UnknownAction:
            return Response({"status": False, "message": "No valid action specified"}, status=400)
        except audit.NotNeeded:
            return Response({"status": False, "message": "No git audit event needed"})
        except refusals.Refusal as refusal:
            return refused(refusal)
        message = {"protocol": report["protocol"], "action": event.action, "verb": event.verb}
        return Response({"status": True, "message": message})


def _missing_first(problems: Sequence[Problem]) -> Failure:
    return all_at_once(sorted(problems, key=lambda problem: problem.kind != MISSING))


def _negotiation(given: Mapping[str, Any]) -> Negotiation:
    statistics = given.get("packfile_stats", {})
    return Negotiation(wants=statistics.get("wants", 0), haves=statistics.get("haves", 0))
