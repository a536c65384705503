"""The attribute tables of GitLab's document as data: heading -> name, type, whether required.

Where the schema departs from a row, the reason stands in ``DEPARTURES``.
"""

Row = tuple[str, str, bool]

ACTOR: list[Row] = [("key_id", "integer", False), ("user_id", "integer", False)]
SUBSCRIPTION: list[Row] = [
    ("end_date", "date", False),
    ("plan_code", "string", False),
    ("seats", "integer", False),
    ("max_seats_used", "integer", False),
    ("auto_renew", "boolean", False),
    ("trial", "boolean", False),
    ("trial_starts_on", "date", False),
    ("trial_ends_on", "date", False),
]
TABLES: dict[str, list[Row]] = {
    "Git Authentication": [
        ("key_id", "string", False),
        ("username", "string", False),
        ("project", "string", False),
        ("gl_repository", "string", False),
        ("protocol", "string", True),
        ("action", "string", True),
        ("changes", "string", True),
        ("check_ip", "string", False),
    ],
    "LFS Authentication": [
        ("key_id", "string", False),
        ("username", "string", False),
        ("project", "string", False),
    ],
    "Authorized Keys Check": [("key", "string", True)],
    "Get user for user ID or key": [("key_id", "integer", False), ("username", "string", False)],
    "Instance information": [],
    "Get new 2FA recovery codes using an SSH key": ACTOR,
    "Get new personal access-token": [
        ("name", "string", True),
        ("scopes", "string array", True),
        ("expires_at", "string", False),
        *ACTOR,
    ],
    "Incrementing counter on pre-receive": [("gl_repository", "string", True)],
    "PostReceive": [
        ("identifier", "string", True),
        ("gl_repository", "string", True),
        ("push_options", "string array", False),
        ("changes", "string", False),
    ],
    "GitLab Agent project information": [("id", "integer/string", True)],
    "GitLab Agent usage metrics": [
        ("gitops_sync_count", "integer", False),
        ("k8s_api_proxy_request_count", "integer", False),
    ],
    "GitLab Agent alert metrics": [("alert", "Hash", True)],
    "Create Starboard vulnerability": [("vulnerability", "Hash", True), ("scanner", "Hash", True)],
    "Creating a subscription": [("start_date", "date", True), *SUBSCRIPTION],
    "Updating a subscription": [("start_date", "date", False), *SUBSCRIPTION],
    "Creating an additional pack": [("packs", "array", True)],
    "Updating `upcoming_reconciliations`": [("upcoming_reconciliations", "array", True)],
}
# A value of each type, as JSON and as a form has it.
VALUES: dict[str, list[object]] = {
    "string": ["text"],
    "integer": [7, "7"],
    "integer/string": [7, "group/project"],
    "date": ["2020-07-15"],
    "boolean": [True, "true"],
    "string array": [["one", "two"]],
    "Hash": [{}],
    "array": [[]],
}
# Required by the document, but not by the schema: what happens without them is another answer than 400.
DEPARTURES: dict[tuple[str, str], str] = {
    ("Git Authentication", "action"): "refused as an unknown command",
    ("Git Authentication", "changes"): "the document's own example lacks it; only pushes need it",
    ("Get new personal access-token", "name"): "a polite refusal",
    ("Get new personal access-token", "scopes"): "a polite refusal",
    ("PostReceive", "identifier"): "a push by nobody",
}
