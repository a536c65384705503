"""What CustomersDot calls, in the order of the document, and what it calls beyond it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.billing import minutes, namespaces, params, reconciliations, seats, serializers, subscriptions
from apps.billing.models import Subscription
from apps.core.api.errors import (
    PARAMETER_BODY_ERRORS,
    BadRequest,
    Failure,
    RequestForbidden,
    ResourceNotFound,
)
from apps.core.api.params import parameters
from apps.core.api.serializer_errors import read
from apps.core.api.views import InternalViewSet
from apps.directory.access_levels import level_in_group
from apps.directory.authentication import AdminTokenAuthentication
from apps.directory.models import AccessLevel, Namespace, User
from apps.directory.permissions import IsInstanceAdmin, IsInstanceAdminToWrite

ACCEPTED = {"message": "202 Accepted"}


class InvalidModel(Failure):
    """400 with the texts by attribute: what was asked for would break a rule."""

    def __init__(self, errors: Any) -> None:
        super().__init__(400, {"message": errors})


class IsOnGitlabCom(BasePermission):
    """Reconciliations exist on GitLab.com only."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return ``True``.

        Raises:
            RequestForbidden: this instance is another one.
        """
        if settings.GITLAB_COM:
            return True
        raise RequestForbidden("This API is gitlab.com only!")


class BillingViewSet(InternalViewSet):
    """Everything here is for instance administrators and answers in one order of checks."""

    body_errors = PARAMETER_BODY_ERRORS
    authentication_classes: Sequence[type[BaseAuthentication]] = (AdminTokenAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = (IsInstanceAdmin,)


def find_namespace(id_or_path: str, *, called: str = "Namespace") -> Namespace:
    """Return the namespace of the path, or answer 404."""
    try:
        return namespaces.find(id_or_path)
    except namespaces.UnknownAccount:
        raise ResourceNotFound(called) from None


class SubscriptionViewSet(BillingViewSet):
    """Doc: Subscriptions. Owners of a namespace may read theirs."""

    permission_classes: Sequence[type[BasePermission]] = (IsInstanceAdminToWrite,)

    def create(self, request: Request, namespace: str) -> Response:
        """Doc: Creating a subscription."""
        found = find_namespace(namespace)
        attributes = read(params.NewSubscriptionParameters, parameters(request))
        try:
            subscription = subscriptions.create(namespace=found, attributes=attributes, now=timezone.now())
        except subscriptions.AlreadySubscribed:
            raise InvalidModel({"namespace_id": [namespaces.TAKEN]}) from None
        except subscriptions.InvalidSubscription as refusal:
            raise InvalidModel(refusal.errors) from None
        return self._answer(found, subscription, status=201)

    def update(self, request: Request, namespace: str) -> Response:
        """Doc: Updating a subscription."""
        found = find_namespace(namespace)
        attributes = read(params.SubscriptionParameters, parameters(request))
        try:
            subscription = subscriptions.update(namespace=found, attributes=attributes, now=timezone.now())
        except subscriptions.NoSubscription:
            raise ResourceNotFound("GitlabSubscription") from None
        except subscriptions.InvalidSubscription as refusal:
            raise InvalidModel(refusal.errors) from None
        return self._answer(found, subscription)

    def retrieve(self, request: Request, namespace: str) -> Response:
        """Doc: Retrieving a subscription."""
        found = find_namespace(namespace)
        self.check_reader(request, found)
        return self._answer(found, namespaces.subscription_of(found))

    def check_reader(self, request: Request, namespace: Namespace) -> None:
        """Owners read; members are refused; for everybody else the namespace does not exist."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 -- what the authentication class returns
        level = level_in_group(user=user, group=namespace, on=timezone.now().date())
        if level < AccessLevel.GUEST:
            raise ResourceNotFound("Namespace")
        if level < AccessLevel.OWNER:
            raise RequestForbidden

    def _answer(
        self, namespace: Namespace, subscription: Subscription | None, *, status: int = 200
    ) -> Response:
        today = timezone.now().date()
        in_use = seats.count(namespace, on=today) if subscription else None
        payload = serializers.subscription_payload(subscription, seats_in_use=in_use, on=today)
        return Response(payload, status=status)


class MinutesViewSet(BillingViewSet):
    """Doc: CI minute provisioning."""

    def create(self, request: Request, namespace: str) -> Response:
        """Doc: Creating an additional pack."""
        found = find_namespace(namespace)
        packs = read(params.PurchaseParameters, parameters(request))["packs"]
        try:
            bought = minutes.buy(namespace=found, packs=packs, now=timezone.now())
        except minutes.PackRefused:
            raise BadRequest("Unable to save additional packs") from None
        return Response([serializers.pack_payload(pack) for pack in bought], status=201)

    def move(self, request: Request, namespace: str, target: str) -> Response:
        """Doc: Moving additional packs."""
        source = find_namespace(namespace)
        receiver = find_namespace(target, called="Target namespace")
        parameters(request)  # there are none, but a body that cannot be read is refused everywhere
        try:
            minutes.move(source=source, target=receiver, now=timezone.now())
        except (minutes.NotTopLevel, minutes.SameNamespace) as refusal:
            raise BadRequest(str(refusal)) from None
        return Response(ACCEPTED, status=202)


class ReconciliationViewSet(BillingViewSet):
    """Doc: Upcoming reconciliations."""

    permission_classes = (IsInstanceAdmin, IsOnGitlabCom)

    def update(self, request: Request) -> Response:
        """Doc: Updating ``upcoming_reconciliations``. Elements that are good are kept in any case."""
        given = read(params.AnnouncementParameters, parameters(request))
        elements = given["upcoming_reconciliations"]
        failed = reconciliations.announce(elements=elements, now=timezone.now())
        if failed:
            raise InvalidModel({"error": serializers.failed_reconciliations(failed)})
        return Response(200)

    def destroy(self, request: Request) -> Response:
        """Beyond the document: withdraw what was announced for a namespace."""
        given = read(params.WithdrawalParameters, parameters(request))
        return withdraw(given["namespace_id"])


def withdraw(namespace_id: int) -> Response:
    """Forget a namespace's reconciliation, or answer 404."""
    try:
        reconciliations.withdraw(namespace_id=namespace_id)
    except reconciliations.NoReconciliation:
        raise ResourceNotFound from None
    return Response(status=204)


class NamespaceViewSet(BillingViewSet):
    """Beyond the document: set limits and write a subscription in one go."""

    def update(self, request: Request, namespace: str) -> Response:
        """Change the namespace and answer with all there is to know about it."""
        found = find_namespace(namespace)
        limits = read(params.NamespaceParameters, parameters(request))
        subscription = limits.pop("gitlab_subscription_attributes", None)
        try:
            namespaces.update(namespace=found, limits=limits, subscription=subscription, now=timezone.now())
        except namespaces.InvalidNamespace as refusal:
            raise InvalidModel(refusal.errors) from None
        return self.retrieve(request, str(found.pk))

    def retrieve(self, request: Request, namespace: str) -> Response:
        """Show the namespace."""
        account = namespaces.account(find_namespace(namespace), now=timezone.now())
        return Response(serializers.account_payload(account))
