"""The service's routes, and the floor: a view that authenticates, reads and answers with a constant."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.params import RequestParameters
from apps.core.api.views import InternalViewSet
from bench.constant import CONSTANT
from gitlab_internal.urls import urlpatterns as service_urls


class FloorViewSet(InternalViewSet):
    """What every endpoint pays before it does anything."""

    authentication_classes = (SharedSecretAuthentication,)

    def floor(self, request: Request) -> Response:
        """Answer with a constant."""
        RequestParameters(request)
        return Response(CONSTANT)


urlpatterns = [
    path("api/v4/internal/floor", FloorViewSet.as_view({"get": "floor", "post": "floor"})),
    *service_urls,
]
