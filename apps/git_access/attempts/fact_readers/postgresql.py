"""The facts in one round trip, from the function that the migrations install."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection

from apps.directory.models import User
from apps.git_access.attempts.facts import (
    Facts,
    KeyFacts,
    NamespaceFacts,
    ProjectFacts,
    Question,
    SnippetFacts,
    UserFacts,
)
from apps.git_access.repositories.ids import RepositoryType

Value = TypeVar("Value", KeyFacts, UserFacts, NamespaceFacts, ProjectFacts, SnippetFacts)

# One column of JSON: the driver describes every column of every answer, and there are sixty facts.
_CALL = "SELECT row_to_json(internal_access_facts(%s, %s, %s, %s, %s, %s, %s, %s))::text"
_MOMENTS = (
    "key_expires_at", "key_last_used_at", "user_password_expires_at", "user_locked_at",
)  # fmt: skip
# Column of the function -> value and field, in the order of each value's fields.
_PREFIXES = {
    KeyFacts: "key_",
    UserFacts: "user_",
    NamespaceFacts: "namespace_",
    ProjectFacts: "project_",
    SnippetFacts: "snippet_",
}
_IRREGULAR = {"user_user_type": "user_type"}
_COLUMNS: Mapping[type[Any], list[tuple[str, str]]] = {
    value: [(field.name, _IRREGULAR.get(prefix + field.name, prefix + field.name)) for field in fields(value)]
    for value, prefix in _PREFIXES.items()
}


def read(question: Question) -> Facts:
    """Return the facts."""
    row = _row(question)
    if row["key_deploy"] and row["user_id"] is None:
        User.objects.ghost()  # the first deploy key without creator calls it into being
        row = _row(question)
    return Facts(
        type=RepositoryType(row["repository_type"]),
        key=_value(KeyFacts, row),
        user=_value(UserFacts, row),
        namespace=_namespace(row),
        project=_value(ProjectFacts, row),
        snippet=_value(SnippetFacts, row),
        container_id=row["container_id"],
        by_alias=row["by_alias"],
        level=row["level"],
        can_push=row["can_push"],
        features=row["features"],
    )


def _row(question: Question) -> dict[str, Any]:
    actor, repository = question.actor, question.repository
    values = [
        actor.key_id,
        actor.key_owner_id,
        actor.user_id,
        actor.username,
        repository.type.value if repository else None,
        repository.container_id if repository else None,
        question.path,
        question.on,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CALL, values)
        row: dict[str, Any] = json.loads(cursor.fetchone()[0])
    for name in _MOMENTS:
        row[name] = row[name] and datetime.fromisoformat(row[name])
    active = row["user_last_activity_on"]
    row["user_last_activity_on"] = active and date.fromisoformat(active)
    return row


def _value(value: type[Value], row: Mapping[str, Any]) -> Value | None:
    if row[f"{_PREFIXES[value]}id"] is None:
        return None
    return value(**{name: row[column] for name, column in _COLUMNS[value]})


def _namespace(row: dict[str, Any]) -> NamespaceFacts | None:
    row["namespace_ip_ranges"] = tuple(row["namespace_ip_ranges"] or ())
    return _value(NamespaceFacts, row)
