"""The facts in one round trip, from the function that the migrations install."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from django.db import connection

from apps.directory.models import User
from apps.git_access.facts import (
    Facts,
    KeyFacts,
    NamespaceFacts,
    ProjectFacts,
    Question,
    SnippetFacts,
    UserFacts,
)
from apps.git_access.repositories import RepositoryType

Value = TypeVar("Value", KeyFacts, UserFacts, NamespaceFacts, ProjectFacts, SnippetFacts)

_CALL = "SELECT * FROM internal_access_facts(%s, %s, %s, %s, %s, %s, %s, %s)"
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
        features=json.loads(row["features"]),  # Django leaves raw JSON as text
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
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _value(value: type[Value], row: Mapping[str, Any]) -> Value | None:
    if row[f"{_PREFIXES[value]}id"] is None:
        return None
    return value(**{name: row[column] for name, column in _COLUMNS[value]})


def _namespace(row: dict[str, Any]) -> NamespaceFacts | None:
    row["namespace_ip_ranges"] = tuple(row["namespace_ip_ranges"] or ())
    return _value(NamespaceFacts, row)
