"""The facts in one round trip, from the function that the migrations install."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from apps.core import moments, raw_queries
from apps.git_access.context.facts import (
    Facts,
    KeyFacts,
    NamespaceFacts,
    ProjectFacts,
    Question,
    SnippetFacts,
    TokenFacts,
    UserFacts,
)
from apps.git_access.repositories.ids import RepositoryType

# One column of JSON: the driver describes every column of every answer, and there are sixty facts.
_CALL = "SELECT internal_facts(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


class _Answer(NamedTuple):
    """The array that the function returns; what is not there is ``None``."""

    type: str
    container_id: int | None
    by_alias: bool
    level: int
    can_push: bool | None
    features: dict[str, bool]
    maintenance: str | None
    token: list[Any] | None
    key: list[Any] | None
    user: list[Any] | None
    namespace: list[Any] | None
    project: list[Any] | None
    snippet: list[Any] | None


def read(question: Question) -> Facts:
    """Return the facts."""
    return _facts(_ask(question))


def _ask(question: Question) -> _Answer:
    actor, repository = question.actor, question.repository
    values = (
        actor.key_id,
        actor.key_owner_id,
        actor.user_id,
        actor.username,
        repository.type.value if repository else None,
        repository.container_id if repository else None,
        question.path,
        question.on,
        actor.token_digest,
    )
    row = raw_queries.first_row(_CALL, values)
    if row is None:
        raise LookupError("a function always answers")
    return _Answer._make(row[0])


def _facts(answer: _Answer) -> Facts:
    return Facts(
        type=RepositoryType(answer.type),
        token=TokenFacts._make(_converted(answer.token, _IN_TOKEN)) if answer.token else None,
        key=KeyFacts._make(_converted(answer.key, _IN_KEY)) if answer.key else None,
        user=UserFacts._make(_converted(answer.user, _IN_USER)) if answer.user else None,
        namespace=NamespaceFacts._make(_converted(answer.namespace, _IN_NAMESPACE))
        if answer.namespace
        else None,
        project=ProjectFacts._make(answer.project) if answer.project else None,
        snippet=SnippetFacts._make(answer.snippet) if answer.snippet else None,
        container_id=answer.container_id,
        by_alias=answer.by_alias,
        level=answer.level,
        can_push=answer.can_push,
        features=answer.features,
        maintenance=answer.maintenance,
    )


Conversions = tuple[tuple[int, Callable[[Any], Any]], ...]


def _conversions(value: type[NamedTuple], **readers: Callable[[Any], Any]) -> Conversions:
    """Return the places of the fields that JSON writes in another way, with what reads them."""
    return tuple((value._fields.index(name), reader) for name, reader in readers.items())


_IN_TOKEN = _conversions(TokenFacts, scopes=tuple, expires_at=date.fromisoformat, last_used_at=moments.read)
_IN_KEY = _conversions(KeyFacts, expires_at=moments.read, last_used_at=moments.read)
_IN_USER = _conversions(
    UserFacts,
    password_expires_at=moments.read,
    locked_at=moments.read,
    last_activity_on=date.fromisoformat,
)
_IN_NAMESPACE = _conversions(NamespaceFacts, ip_ranges=tuple)


def _converted(fields: list[Any], conversions: Conversions) -> list[Any]:
    for place, reader in conversions:
        if fields[place] is not None:
            fields[place] = reader(fields[place])
    return fields
