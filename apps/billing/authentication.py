"""CustomersDot proves with a token that it has signed itself who it is."""

import structlog
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.billing import portal
from apps.core.api.authentication import Component

log = structlog.get_logger(__name__)


class PortalAuthentication(BaseAuthentication):
    """A JWT in a header of its own; no other credential opens these endpoints, nor does it open others."""

    def authenticate(self, request: Request) -> tuple[Component, None]:
        """Return the component.

        Raises:
            AuthenticationFailed: the token does not hold; the log says why.
        """
        try:
            portal.verify(request.META.get("HTTP_X_CUSTOMERS_DOT_INTERNAL_TOKEN", ""))
        except portal.NotFromPortal as refusal:
            log.info("customers_dot refused", reason=str(refusal))
            raise AuthenticationFailed from None
        return Component("customers-dot"), None

    def authenticate_header(self, request: Request) -> str:
        """Keep the 401: without a challenge it would become a 403."""
        return "X-Customers-Dot-Internal-Token"
