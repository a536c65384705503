"""The endpoints of CustomersDot, in words."""

from apps.billing import params
from apps.billing.answer_shapes import ACCOUNT, PACK, SUBSCRIPTION
from apps.billing.authentication import PortalAuthentication
from apps.billing.params import ReconciliationList, ReconciliationParameters
from apps.billing.portal_views import PortalReconciliationViewSet
from apps.billing.views import (
    MinutesViewSet,
    NamespaceViewSet,
    ReconciliationViewSet,
    SubscriptionViewSet,
)
from apps.core.schema.answers import UNREADABLE, message, no_content
from apps.core.schema.declarations import of_serializer, schema_of
from apps.core.schema.json_schema import (
    array,
    closed,
    constant,
    reference,
)
from apps.core.schema.operations import Answer, Guard, Guards, JsonSchema, Operation, Operations

CUSTOMERS_DOT = ("CustomersDot",)
GUARDS: Guards = {
    PortalAuthentication: Guard(
        consumer="CustomersDot, signed",
        alternatives=(("customersDotToken",),),
        schemes={
            "customersDotToken": {
                "type": "apiKey",
                "in": "header",
                "name": "X-Customers-Dot-Internal-Token",
                "description": "A JSON Web Token, RS256, whose key the portal publishes.",
            }
        },
        answers=(message(401, "The token is not the portal's."),),
    )
}


@schema_of.register
def _(field: ReconciliationList) -> JsonSchema:
    return {"anyOf": [array(schema_of(ReconciliationParameters())), {"type": ["string", "null"]}]}


_NO_NAMESPACE = message(404, "There is no such namespace, or none that the user may know of.")
_REFUSED = Answer(
    400,
    "A parameter is missing or invalid, or the change would break a rule.",
    {"anyOf": [reference("MessageOrError"), reference("InvalidModel")]},
)
_WRITING = (_REFUSED, *UNREADABLE[1:])
_ON_GITLAB_COM = message(403, "The user is no administrator, or the instance is not GitLab.com.")
_TAKEN = Answer(200, "Done; the body is the status as a number.", reference("Accepted"))

OPERATIONS: Operations = {
    SubscriptionViewSet.create: Operation(
        heading="Creating a subscription",
        summary="Create a subscription",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.NewSubscriptionParameters),
        answers=(Answer(201, "The subscription.", SUBSCRIPTION), *_WRITING, _NO_NAMESPACE),
    ),
    SubscriptionViewSet.update: Operation(
        heading="Updating a subscription",
        summary="Change a subscription",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.SubscriptionParameters),
        answers=(
            Answer(200, "The subscription.", SUBSCRIPTION),
            *_WRITING,
            message(404, "There is no such namespace, or it has no subscription."),
        ),
    ),
    SubscriptionViewSet.retrieve: Operation(
        heading="Retrieving a subscription",
        summary="Show a subscription",
        description="Every leaf is `null` where there is none. Owners of a namespace may read theirs, too.",
        consumers=CUSTOMERS_DOT,
        answers=(Answer(200, "The subscription.", SUBSCRIPTION), _NO_NAMESPACE),
    ),
    MinutesViewSet.create: Operation(
        heading="Creating an additional pack",
        summary="Add packs of CI minutes",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.PurchaseParameters),
        answers=(Answer(201, "The packs.", array(PACK)), *UNREADABLE, _NO_NAMESPACE),
    ),
    MinutesViewSet.move: Operation(
        heading="Moving additional packs",
        summary="Move all packs of CI minutes to another namespace",
        consumers=CUSTOMERS_DOT,
        answers=(
            Answer(202, "They are moved.", closed({"message": constant("202 Accepted")})),
            *UNREADABLE,
            message(404, "One of the namespaces does not exist."),
        ),
    ),
    ReconciliationViewSet.update: Operation(
        heading="Updating `upcoming_reconciliations`",
        summary="Announce reconciliations",
        description="Elements that are good are kept in any case.",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.AnnouncementParameters),
        answers=(_TAKEN, *_WRITING, _ON_GITLAB_COM),
    ),
    ReconciliationViewSet.destroy: Operation(
        summary="Withdraw what was announced for a namespace",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.WithdrawalParameters),
        answers=(
            no_content("It is withdrawn."),
            *_WRITING,
            _ON_GITLAB_COM,
            message(404, "Nothing was announced for it."),
        ),
    ),
    NamespaceViewSet.update: Operation(
        summary="Set the limits of a namespace and write its subscription",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.NamespaceParameters),
        answers=(Answer(200, "The namespace.", ACCOUNT), *_WRITING, _NO_NAMESPACE),
    ),
    NamespaceViewSet.retrieve: Operation(
        summary="Show a namespace",
        consumers=CUSTOMERS_DOT,
        answers=(Answer(200, "The namespace.", ACCOUNT), _NO_NAMESPACE),
    ),
    PortalReconciliationViewSet.update: Operation(
        summary="Announce the reconciliation of a namespace",
        consumers=CUSTOMERS_DOT,
        parameters=of_serializer(params.ReconciliationDatesParameters),
        answers=(_TAKEN, *_WRITING, _ON_GITLAB_COM, _NO_NAMESPACE),
    ),
    PortalReconciliationViewSet.destroy: Operation(
        summary="Withdraw the reconciliation of a namespace",
        consumers=CUSTOMERS_DOT,
        answers=(
            no_content("It is withdrawn."),
            *UNREADABLE,
            _ON_GITLAB_COM,
            message(404, "There is no such namespace, or nothing was announced for it."),
        ),
    ),
}
