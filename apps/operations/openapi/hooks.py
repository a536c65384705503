"""What the schema says before and after its operations: which routes count, and the shared parts."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from apps.core.schema.answers import COMPONENTS
from apps.operations.openapi.catalogue import GUARDS

API = "/api/v4/"
# GitLab's document writes the variable parts of its paths so.
_NAMES = {"{namespace}": "{id}", "{target}": "{target_id}"}
Endpoint = tuple[str, str, str, Callable[..., Any]]


def routes_in_order(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Keep the API's routes, in the order of urls.py; a form with a slash behind it is the same endpoint."""
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    kept = [
        (_named(path), regex, method, callback)
        for path, regex, method, callback in endpoints
        if path.startswith(API) and not path.endswith("/")
    ]
    paths = list(dict.fromkeys(path for path, *_ in kept))
    return sorted(kept, key=lambda endpoint: (paths.index(endpoint[0]), methods.index(endpoint[2])))


def _named(path: str) -> str:
    for ours, theirs in _NAMES.items():
        path = path.replace(ours, theirs)
    return path


def with_shared_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what operations refer to, and where they are."""
    schemes = {name: scheme for guard in GUARDS.values() for name, scheme in guard.schemes.items()}
    consumers = list(dict.fromkeys(guard.consumer for guard in GUARDS.values()))
    return {
        **result,
        "servers": [{"url": settings.RELATIVE_URL_ROOT or "/"}],
        "tags": [{"name": consumer} for consumer in consumers],
        "components": {
            "schemas": {**result["components"]["schemas"], **COMPONENTS},
            "securitySchemes": schemes,
        },
    }
