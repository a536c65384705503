"""Who stands behind a key."""

from django.http import JsonResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import Failure, ResourceNotFound
from apps.core.api.params import RequestParameters
from apps.core.api.views import InternalViewSet
from apps.core.observability import request_facts
from apps.ssh_keys import keys, people
from apps.ssh_keys.params import claim
from apps.ssh_keys.payloads import key_payload, user_payload


class KeyViewSet(InternalViewSet):
    """Doc: Authorized Keys Check; Get user for user ID or key."""

    authentication_classes = (SharedSecretAuthentication,)

    def authorized_keys(self, request: Request) -> Response:
        """``GET /internal/authorized_keys``; asked by OpenSSH through GitLab Shell."""
        text = RequestParameters(request).required_text("key")
        try:
            key = keys.find(text, now=timezone.now())
        except keys.UnknownKeyText:
            raise ResourceNotFound("Key") from None
        except keys.OwnerBlocked:
            raise Failure(401, {"message": "401 Unauthorized - Key"}) from None
        request_facts.note(key_id=key.id)
        return Response(key_payload(key))

    def discover(self, request: Request) -> JsonResponse:
        """``GET /internal/discover``; nobody is the JSON literal ``null``, which DRF renders as no body."""
        person = people.find(claim(RequestParameters(request)))
        return JsonResponse(user_payload(person) if person else None, safe=False)
