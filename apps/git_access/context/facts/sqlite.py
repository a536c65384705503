"""The facts in one statement on SQLite; the driver keeps it prepared for the life of the connection."""

import json
from collections.abc import Callable
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, get_type_hints

from apps.core import moments, raw_queries
from apps.core.identifiers import number
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
from apps.git_access.context.facts.sqlite_statement import FACTS
from apps.git_access.repositories.containers import SNIPPET_PATH
from apps.git_access.repositories.ids import DESIGN, WIKI, RepositoryType


class _Head(NamedTuple):
    """What stands before the single things."""

    type: str
    container_id: int | None
    by_alias: bool
    level: int
    can_push: bool | None
    features: dict[str, int]
    maintenance: str | None


_THINGS = (_Head, TokenFacts, KeyFacts, UserFacts, NamespaceFacts, ProjectFacts, SnippetFacts)
_PLACES = [slice(*ends) for ends in pairwise(accumulate((len(t._fields) for t in _THINGS), initial=0))]


def read(question: Question) -> Facts:
    """Return the facts."""
    row = raw_queries.first_row(FACTS, _parameters(question))
    if row is None:
        raise LookupError("the last arm always gives a row")
    parts = _split(json.loads(row[0]))
    answer = _Head._make(parts[0])
    token, key, user, namespace, project, snippet = parts[1:]
    return Facts(
        type=RepositoryType(answer.type),
        token=TokenFacts._make(token) if token else None,
        key=KeyFacts._make(key) if key else None,
        user=UserFacts._make(user) if user else None,
        namespace=NamespaceFacts._make(namespace) if namespace else None,
        project=ProjectFacts._make(project) if project else None,
        snippet=SnippetFacts._make(snippet) if snippet else None,
        container_id=answer.container_id,
        by_alias=answer.by_alias,
        level=answer.level,
        can_push=answer.can_push,
        features={name: bool(on) for name, on in answer.features.items()},
        maintenance=answer.maintenance,
    )


def _parameters(question: Question) -> dict[str, Any]:
    actor, repository, path = question.actor, question.repository, question.path
    snippet = None if repository else SNIPPET_PATH.fullmatch(path)
    by_path = path if repository is None else None
    return {
        "token_digest": actor.token_digest,
        "key_id": actor.key_id,
        "key_owner_id": actor.key_owner_id,
        "user_id": actor.user_id,
        "username": actor.username,
        "type": repository.type.value if repository else None,
        "container_id": repository.container_id if repository else None,
        "path": by_path,
        "wiki": path.removesuffix(WIKI) if by_path and path.endswith(WIKI) else None,
        "design": path.removesuffix(DESIGN) if by_path and path.endswith(DESIGN) else None,
        "owner": snippet["project"] if snippet else None,
        "snippet_id": number(snippet["id"]) if snippet else None,
        "parent": path.rpartition("/")[0] if by_path else None,
        "on": question.on.isoformat(),
    }


_READERS: dict[Any, Callable[[Any], Any]] = {
    bool: bool,
    bool | None: bool,
    datetime | None: moments.read,
    date | None: date.fromisoformat,
    tuple[str, ...]: tuple,
}
_CONVERSIONS = tuple(
    (place, _READERS[kind])
    for place, kind in enumerate(kind for thing in _THINGS for kind in get_type_hints(thing).values())
    if kind in _READERS
)


def _split(values: list[Any]) -> list[list[Any]]:
    """Return what belongs to each thing, in the types that it has in Python; nothing of what is not there."""
    for place, reader in _CONVERSIONS:
        if values[place] is not None:
            values[place] = reader(values[place])
    first, *others = (values[place] for place in _PLACES)
    return [first, *([] if part[0] is None else part for part in others)]
