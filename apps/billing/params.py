"""What CustomersDot sends."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty
from rest_framework.settings import api_settings

from apps.core.api.errors import Failure
from apps.core.api.serializer_fields import Day, Text, Truth, WholeNumber
from apps.core.api.serializers import BlankableParameters, ParameterList, Parameters

# A list is written in one transaction, for which all other writers of an embedded database wait.
MAX_ELEMENTS = 20_000


class BoundedList(ParameterList):
    """A list of as many elements as one request may write."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list.

        Raises:
            Failure: 413, there are more elements than ``MAX_ELEMENTS``.
        """
        if isinstance(data, list) and len(data) > MAX_ELEMENTS:
            text = f"{self.field_name} may have {MAX_ELEMENTS} elements, not {len(data)}"
            raise Failure(413, {"message": f"413 Request Entity Too Large - {text}"})
        values: list[Any] = super().to_internal_value(data)
        return values


class SubscriptionParameters(BlankableParameters):
    """Updating a subscription: only what is present changes, and ``null`` is a value."""

    start_date = Day(required=False, allow_null=True, help_text="The first day.")
    end_date = Day(required=False, allow_null=True, help_text="The last day.")
    plan_code = Text(required=False, allow_null=True, help_text="The plan: `free`, `premium`, …")
    # As the document's example calls it.
    plan = Text(required=False, allow_null=True, help_text="The same under another name; `plan_code` wins.")
    seats = WholeNumber(required=False, allow_null=True, help_text="How many seats were bought.")
    max_seats_used = WholeNumber(required=False, allow_null=True, help_text="The most seats in use so far.")
    auto_renew = Truth(required=False, allow_null=True, help_text="Whether it goes on after its end.")
    trial = Truth(required=False, allow_null=True, help_text="Whether it is a trial.")
    trial_starts_on = Day(required=False, allow_null=True, help_text="The first day of the trial.")
    trial_ends_on = Day(required=False, allow_null=True, help_text="The last day of the trial.")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the attributes of a subscription that are present."""
        attributes = super().to_internal_value(data)
        aliased = {"plan_code": attributes.pop("plan")} if "plan" in attributes else {}
        return aliased | attributes


class NewSubscriptionParameters(SubscriptionParameters):
    """Creating a subscription."""

    def get_fields(self) -> dict[str, Any]:
        """The same fields, of which a new one needs its start."""
        fields = super().get_fields()
        fields["start_date"].required = True
        return fields


class PackParameters(Parameters):
    """One pack of CI minutes; a blank value is refused later, in other words."""

    number_of_minutes = WholeNumber(allow_null=True, help_text="How many minutes.")
    expires_at = Day(allow_null=True, help_text="The last day.")
    purchase_xid = Text(help_text="The purchase; the same one twice is one pack.")

    class Meta:
        list_serializer_class = BoundedList


class PurchaseParameters(Parameters):
    """Creating additional packs."""

    packs = PackParameters(many=True, help_text="The packs that were bought.")


class NamespaceId(WholeNumber):
    """A namespace that must be named: one that is missing is empty as well."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Say what is wrong with nothing."""
        if data is empty or data in (None, ""):
            codes = ("required", "blank") if data is empty else ("blank",)
            raise ValidationError([ErrorDetail(str(self.error_messages[code]), code) for code in codes])
        return super().validate_empty_values(data)


class WithdrawalParameters(Parameters):
    """Withdrawing what was announced for a namespace."""

    namespace_id = NamespaceId(help_text="The namespace.")


class ReconciliationDatesParameters(Parameters):
    """When a namespace is reconciled; a blank date is refused later, in other words."""

    next_reconciliation_date = Day(allow_null=True, help_text="When it will be reconciled.")
    display_alert_from = Day(allow_null=True, help_text="From when on its owners are told.")


class ReconciliationList(BoundedList):
    """A list, or JSON text of one; what is wrong with an element is told without its index.

    Whatever is no list is wrong, and is looked at as an element as well; nothing at all is an empty element.
    """

    numbered = False

    def run_validation(self, data: Any = empty) -> Any:
        """Return the list."""
        code, elements = self._elements(data)
        errors: dict[Any, Any] = {}
        values: Any = []
        try:
            values = super().run_validation(elements)
        except ValidationError as error:
            errors = dict(error.detail)  # type: ignore[arg-type]  # of a list they are by index
        if code:
            errors[api_settings.NON_FIELD_ERRORS_KEY] = [ErrorDetail("Not the list.", code)]
        if errors:
            raise ValidationError(errors)
        return values

    def _elements(self, data: Any) -> tuple[str, list[Any]]:
        """Return the code of what is wrong with the list itself, and the elements to look at in any case."""
        if data is empty:
            return "required", [{}]
        if isinstance(data, str):
            if not data.strip():
                return "", [{}]
            data = _from_text(data)
        if data is None:
            return "", []
        elements = data if isinstance(data, list) else [data]
        sound = isinstance(data, list) and all(isinstance(element, Mapping) for element in elements)
        return "" if sound else "invalid", elements


def _from_text(text: str) -> Any:
    """Read the list from JSON text; there, one object is as good as a list of one."""
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return decoded if isinstance(decoded, list | None) else [decoded]


class ReconciliationParameters(WithdrawalParameters, ReconciliationDatesParameters):
    """One reconciliation to announce."""

    class Meta:
        list_serializer_class = ReconciliationList


class AnnouncementParameters(Parameters):
    """Updating ``upcoming_reconciliations``."""

    upcoming_reconciliations = ReconciliationParameters(
        many=True, help_text="The reconciliations to announce, or JSON text of them."
    )


class NamespaceParameters(Parameters):
    """The limits of a namespace, and its subscription, where it is addressed."""

    shared_runners_minutes_limit = WholeNumber(
        required=False, allow_null=True, help_text="CI minutes a month."
    )
    extra_shared_runners_minutes_limit = WholeNumber(
        required=False, allow_null=True, help_text="CI minutes that were bought."
    )
    additional_purchased_storage_size = WholeNumber(
        required=False, allow_null=True, help_text="Storage that was bought."
    )
    additional_purchased_storage_ends_on = Day(
        required=False, allow_null=True, help_text="The last day of that storage."
    )
    gitlab_subscription_attributes = SubscriptionParameters(
        required=False, help_text="The subscription, to be written in the same step."
    )
