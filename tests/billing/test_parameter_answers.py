"""What each endpoint of CustomersDot reads in many bodies that are not quite right, written down once."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from apps.billing import params
from apps.core.api.errors import Failure
from apps.core.api.serializer_errors import read
from tests.parameter_cases import VALUES, cases, written_down

OF_BILLING = {
    **VALUES,
    "infinite": float("inf"),
    "number of blanks": " 1_0 ",
    "yes": "yes",
    "tRue": "tRue",
    "one": 1,
    "float one": 1.0,
    "off": "off",
    "day": "2021-06-13",
    "day of a form": "13 Jun 2021",
    "no day": "2021-02-30",
    "list of objects": [{}, {"namespace_id": 1}],
}
SUBSCRIPTION = {
    "start_date": "2021-06-13",
    "end_date": "2022-06-13",
    "plan_code": "premium",
    "plan": "gold",
    "seats": 10,
    "max_seats_used": "5",
    "auto_renew": False,
    "trial": "true",
    "trial_starts_on": "2021-06-13",
    "trial_ends_on": None,
}
DATES = {"next_reconciliation_date": "13 Jun 2021", "display_alert_from": "2021-06-06"}
BODIES: dict[str, Any] = {
    "new subscription": SUBSCRIPTION,
    "changed subscription": SUBSCRIPTION,
    "packs": {
        "packs": [
            {"number_of_minutes": 10_000, "expires_at": "2022-01-01", "purchase_xid": "a"},
            {"number_of_minutes": "5", "expires_at": "2022-01-02", "purchase_xid": "b"},
        ]
    },
    "reconciliations": {
        "upcoming_reconciliations": [{"namespace_id": 127, **DATES}, {"namespace_id": "129", **DATES}]
    },
    "reconciliations as text": {
        "upcoming_reconciliations": json.dumps([{"namespace_id": 127, **DATES}, {"namespace_id": None}])
    },
    "withdrawal": {"namespace_id": 127},
    "one reconciliation": DATES,
    "namespace": {
        "shared_runners_minutes_limit": 1,
        "extra_shared_runners_minutes_limit": "2",
        "additional_purchased_storage_size": 3.5,
        "additional_purchased_storage_ends_on": "2022-01-01",
        "gitlab_subscription_attributes": SUBSCRIPTION,
    },
}
READERS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "new subscription": partial(read, params.NewSubscriptionParameters),
    "changed subscription": partial(read, params.SubscriptionParameters),
    "packs": lambda body: read(params.PurchaseParameters, body)["packs"],
    "reconciliations": lambda body: read(params.AnnouncementParameters, body)["upcoming_reconciliations"],
    "reconciliations as text": lambda body: read(params.AnnouncementParameters, body)[
        "upcoming_reconciliations"
    ],
    "withdrawal": partial(read, params.WithdrawalParameters),
    "one reconciliation": partial(read, params.ReconciliationDatesParameters),
    "namespace": lambda body: limits_and_subscription(read(params.NamespaceParameters, body)),
}


def limits_and_subscription(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    subscription = given.pop("gitlab_subscription_attributes", None)
    return given, subscription


@pytest.mark.parametrize("name", BODIES)
def test_the_answers_are_those_that_were_written_down(name: str) -> None:
    expected = written_down(__file__, name)

    answers = {case: answer(name, body) for case, body in cases(name, BODIES[name], OF_BILLING)}

    assert len(expected) > 30
    assert answers == expected


def answer(name: str, body: Any) -> str:
    """Return what is read in a body, or what is wrong with it, in the words of the endpoint's 400."""
    try:
        text = json.dumps(READERS[name](body), default=str)
    except Failure as failure:
        assert failure.status_code == 400
        error: str = failure.body["error"]
        return error
    return text if len(text) < 200 else f"the text of digest {hashlib.sha256(text.encode()).hexdigest()[:16]}"
