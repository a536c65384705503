"""Instance information."""

from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.views import InternalViewSet
from apps.git_access import instance

API_VERSION = "v4"


class InstanceViewSet(InternalViewSet):
    """Doc: Instance information. Called by ``bin/check`` of GitLab Shell and by ``gitaly check``."""

    authentication_classes = (SharedSecretAuthentication,)

    def check(self, request: Request) -> Response:
        """Answer with version and revision; Gitaly reads the latter under a name of its own."""
        described = instance.describe()
        return Response(
            {
                "api_version": API_VERSION,
                "gitlab_version": described.version,
                "gitlab_rev": described.revision,
                "redis": described.store_answers,
                "gitlab_revision": described.revision,
            }
        )
