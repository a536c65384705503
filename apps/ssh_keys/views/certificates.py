"""Logins by certificate."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import Failure
from apps.core.api.params import read_object
from apps.core.api.views import InternalViewSet
from apps.ssh_keys import certificates
from apps.ssh_keys.params import CertificateParameters


class CertificateViewSet(InternalViewSet):
    """Not in the doc: GitLab Shell's own SSH server asks whom a certificate lets in."""

    authentication_classes = (SharedSecretAuthentication,)

    def authorized_certs(self, request: Request) -> Response:
        """Name the user and the namespace of a certificate's holder."""
        given = read_object(CertificateParameters, request)
        try:
            admission = certificates.admit(
                fingerprint=given["key"],
                holder=given["user_identifier"],
                on=timezone.now().date(),
            )
        except certificates.UnknownAuthority:
            raise Failure(404, {"message": "Certificate Not Found"}) from None
        except certificates.UnknownHolder:
            raise Failure(404, {"message": "User Not Found"}) from None
        return Response({"success": True, "namespace": admission.namespace, "username": admission.username})
