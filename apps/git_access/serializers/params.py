"""Parameters that several endpoints read in the same way."""

import base64
import binascii
import json
from typing import Any

from apps.core.api.errors import BadRequest
from apps.core.api.params import Parameters
from apps.git_access.repositories import ids
from apps.git_access.repositories.ids import MalformedRepository, RepositoryId


def repository(given: Parameters) -> RepositoryId:
    """Return the repository that must be named.

    Raises:
        BadRequest: it is not, or its name is malformed.
    """
    return well_formed(given.required_text("gl_repository"))


def well_formed(gl_repository: str) -> RepositoryId:
    """Return the repository of this name.

    Raises:
        BadRequest: the name is malformed.
    """
    try:
        return ids.parse(gl_repository)
    except MalformedRepository:
        raise BadRequest('"gl_repository" is invalid') from None


def client_context(given: Parameters) -> dict[str, Any]:
    """Return what GitLab told Gitaly to pass on, or an empty context.

    Raises:
        BadRequest: it is no Base64 of a JSON object.
    """
    encoded = given.text("gitaly_client_context_bin")
    if not encoded:
        return {}
    try:
        context = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise BadRequest("malformed gitaly_client_context_bin") from None
    if not isinstance(context, dict):
        raise BadRequest("Decoded gitaly_client_context_bin is not a valid JSON object")
    return context
