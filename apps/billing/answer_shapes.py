"""What CustomersDot is answered, as JSON Schema."""

from apps.core.schema.json_schema import BOOLEAN, DATE, INTEGER, TEXT, closed, nullable

SUBSCRIPTION = closed(
    {
        "plan": closed(
            {
                "code": nullable(TEXT),
                "name": nullable(TEXT),
                "trial": nullable(BOOLEAN),
                "auto_renew": nullable(BOOLEAN),
                "upgradable": nullable(BOOLEAN),
            }
        ),
        "usage": closed(
            {
                "seats_in_subscription": nullable(INTEGER),
                "seats_in_use": nullable(INTEGER),
                "max_seats_used": nullable(INTEGER),
                "seats_owed": nullable(INTEGER),
            }
        ),
        "billing": closed(
            {
                "subscription_start_date": nullable(DATE),
                "subscription_end_date": nullable(DATE),
                "trial_ends_on": nullable(DATE),
            }
        ),
    }
)
PACK = closed(
    {"namespace_id": INTEGER, "expires_at": DATE, "number_of_minutes": INTEGER, "purchase_xid": TEXT}
)
ACCOUNT = closed(
    {
        "id": INTEGER,
        "name": TEXT,
        "path": TEXT,
        "kind": {"type": "string", "enum": ["group", "user"]},
        "full_path": TEXT,
        "parent_id": nullable(INTEGER),
        "web_url": TEXT,
        "shared_runners_minutes_limit": nullable(INTEGER),
        "extra_shared_runners_minutes_limit": nullable(INTEGER),
        "additional_purchased_storage_size": nullable(INTEGER),
        "additional_purchased_storage_ends_on": nullable(DATE),
        "billable_members_count": INTEGER,
        "plan": TEXT,
        "trial": BOOLEAN,
        "trial_ends_on": nullable(DATE),
        "seats_in_use": nullable(INTEGER),
        "max_seats_used": INTEGER,
        "end_date": nullable(DATE),
    },
    optional=("seats_in_use", "max_seats_used", "end_date"),
)
