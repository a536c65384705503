"""What Gitaly says right before and right after the refs of a push change."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import correlation
from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import Failure
from apps.core.api.params import read_object
from apps.core.api.views import InternalViewSet
from apps.git_access.pushes import journal, post_receive, pre_receive, push_options
from apps.git_access.pushes.post_receive import Outcome
from apps.git_access.pushes.records import FinishedPush
from apps.git_access.serializers.params import FinishedPushParameters, RepositoryParameters

NO_ROOM = (
    "The disk of the service is full: your push could not be recorded. Please contact your administrator."
)


class PushViewSet(InternalViewSet):
    """Doc: Incrementing counter on pre-receive, PostReceive. Called by Gitaly."""

    authentication_classes = (SharedSecretAuthentication,)

    def pre_receive(self, request: Request) -> Response:
        """Count a push that is under way; the repository need not exist."""
        repository = read_object(RepositoryParameters, request)["gl_repository"]
        try:
            return Response({"reference_counter_increased": pre_receive.begin(repository)})
        except journal.JournalFull:
            raise Failure(503, {"message": NO_ROOM}) from None

    def post_receive(self, request: Request) -> Response:
        """Record a finished push and answer with what its user is told."""
        push = _push(read_object(FinishedPushParameters, request))
        return Response(_payload(post_receive.finish(push, now=timezone.now())))


def _push(given: Mapping[str, Any]) -> FinishedPush:
    context = given.get("gitaly_client_context_bin", {})
    return FinishedPush(
        repository=given["gl_repository"],
        identifier=given.get("identifier"),
        changes=given.get("changes", ""),
        options=push_options.parse(given.get("push_options", ()), skip_ci=context.get("skip-ci") is True),
        correlation_id=correlation.current(),
    )


def _payload(outcome: Outcome) -> dict[str, object]:
    alerts = [{"message": text, "type": "alert"} for text in outcome.alerts]
    messages = [{"message": text, "type": "basic"} for text in outcome.messages]
    return {
        "messages": [*alerts, *messages],
        "reference_counter_decreased": outcome.counter_decreased,
    }
