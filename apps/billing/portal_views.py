"""The same functions for newer versions of CustomersDot, which sign a token for each request."""

from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from apps.billing import params, reconciliations
from apps.billing.authentication import PortalAuthentication
from apps.billing.views import (
    BillingViewSet,
    InvalidModel,
    IsOnGitlabCom,
    MinutesViewSet,
    NamespaceViewSet,
    SubscriptionViewSet,
    find_namespace,
    withdraw,
)
from apps.core.api.params import parameters
from apps.core.api.serializer_errors import read
from apps.directory.models import Namespace


class PortalNamespaceViewSet(NamespaceViewSet):
    """Namespaces, for the portal."""

    authentication_classes = (PortalAuthentication,)
    permission_classes = (IsAuthenticated,)


class PortalSubscriptionViewSet(SubscriptionViewSet):
    """Subscriptions, for the portal, which may read all of them."""

    authentication_classes = (PortalAuthentication,)
    permission_classes = (IsAuthenticated,)

    def check_reader(self, request: Request, namespace: Namespace) -> None:
        """Let it read."""


class PortalMinutesViewSet(MinutesViewSet):
    """Packs of CI minutes, for the portal."""

    authentication_classes = (PortalAuthentication,)
    permission_classes = (IsAuthenticated,)


class PortalReconciliationViewSet(BillingViewSet):
    """The reconciliation of one namespace, for the portal."""

    authentication_classes = (PortalAuthentication,)
    permission_classes = (IsAuthenticated, IsOnGitlabCom)

    def update(self, request: Request, namespace: str) -> Response:
        """Announce it."""
        found = find_namespace(namespace)
        dates = read(params.ReconciliationDatesParameters, parameters(request))
        missing = reconciliations.missing_dates(dates)
        if missing:
            raise InvalidModel({"error": ", ".join(missing)})
        reconciliations.store({found.pk: dates}, now=timezone.now())
        return Response(200)

    def destroy(self, request: Request, namespace: str) -> Response:
        """Withdraw it."""
        found = find_namespace(namespace)
        parameters(request)
        return withdraw(found.pk)
