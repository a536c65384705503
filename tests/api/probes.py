"""Views that show what every view gets, and routes of their own for them."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from apps.core.api import serializers
from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import BadRequest, Failure, ResourceNotFound
from apps.core.api.params import RequestParameters, parameters, read_object
from apps.core.api.plain_fields import PlainIdentifier, PlainText, PlainTexts
from apps.core.api.views import InternalViewSet

handler404 = "apps.core.api.errors.route_not_found"
handler400 = "apps.core.api.errors.bad_request"
handler500 = "apps.core.api.errors.server_error"

SECRET_TEXT = "what-nobody-may-read-in-a-log"


class TypedParameters(serializers.Parameters):
    """One parameter of each type."""

    name = PlainText(required=False)
    id = PlainIdentifier(required=False)
    all = PlainTexts(required=False)


class ProbeViewSet(InternalViewSet):
    """Shows parameters, and fails in several ways."""

    authentication_classes = (SharedSecretAuthentication,)

    def show(self, request: Request) -> Response:
        """Answer with the parameters."""
        return Response(parameters(request))

    def typed(self, request: Request) -> Response:
        """Answer with one parameter of each type."""
        given = read_object(TypedParameters, request)
        return Response({"name": given.get("name"), "id": given.get("id"), "all": given.get("all", [])})

    def by_hand(self, request: Request) -> Response:
        """Answer with two of them, as the endpoints that are asked most often read theirs."""
        given = RequestParameters(request)
        return Response({"name": given.text("name"), "id": given.identifier("id")})

    def fail(self, request: Request) -> Response:
        """Fail as nobody has foreseen."""
        password = SECRET_TEXT  # noqa: F841 -- a log must not show the variables of a frame
        raise RuntimeError("unforeseen")

    def unprintable(self, request: Request) -> Response:
        """Answer with what cannot be rendered."""
        return Response({"text": "\ud800"})

    def refuse(self, request: Request) -> Response:
        """Refuse with a header."""
        raise Failure(429, {"message": "later"}, headers={"Retry-After": "7"})

    def lack(self, request: Request) -> Response:
        """Lack something."""
        raise ResourceNotFound(request.query_params.get("what", ""))

    def object(self, request: Request) -> Response:
        """Object to something."""
        raise BadRequest('"key" not given')


class ForgottenViewSet(ViewSet):
    """Names no authentication class."""

    def show(self, request: Request) -> Response:
        """Never get here."""
        raise AssertionError


class PlainViewSet(InternalViewSet):
    """Names no authentication class either."""

    def show(self, request: Request) -> Response:
        """Never get here."""
        raise AssertionError


urlpatterns = [
    path("show", ProbeViewSet.as_view({"get": "show", "post": "show"})),
    path("typed", ProbeViewSet.as_view({"post": "typed"})),
    path("by_hand", ProbeViewSet.as_view({"post": "by_hand"})),
    path("fail", ProbeViewSet.as_view({"get": "fail"})),
    path("unprintable", ProbeViewSet.as_view({"get": "unprintable"})),
    path("refuse", ProbeViewSet.as_view({"get": "refuse"})),
    path("lack", ProbeViewSet.as_view({"get": "lack"})),
    path("object", ProbeViewSet.as_view({"get": "object"})),
    path("forgotten", ForgottenViewSet.as_view({"get": "show"})),
    path("plain", PlainViewSet.as_view({"get": "show"})),
]
