"""Logins by certificate."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.ssh_keys import certificates
from gitlab_internal.api.authentication import SharedSecretAuthentication
from gitlab_internal.api.errors import Failure
from gitlab_internal.api.params import Given
from gitlab_internal.api.views import InternalViewSet


class CertificateViewSet(InternalViewSet):
    """Not in the doc: GitLab Shell's own SSH server asks whom a certificate lets in."""

    authentication_classes = (SharedSecretAuthentication,)

    def authorized_certs(self, request: Request) -> Response:
        """Name the user and the namespace of a certificate's holder."""
        given = Given(request)
        try:
            admission = certificates.admit(
                fingerprint=given.text("key") or "",
                holder=given.text("user_identifier") or "",
                on=timezone.now().date(),
            )
        except certificates.UnknownAuthority:
            raise Failure(404, {"message": "Certificate Not Found"}) from None
        except certificates.UnknownHolder:
            raise Failure(404, {"message": "User Not Found"}) from None
        return Response({"success": True, "namespace": admission.namespace, "username": admission.username})
