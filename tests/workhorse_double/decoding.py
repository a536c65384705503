"""The answer that the double acts on, decoded as strictly as the real one's language does it."""

import json
from typing import Any

MEDIA_TYPE = "application/vnd.gitlab-workhorse+json"
_TEXT, _FLAG, _NUMBER, _TEXTS, _MAP = (str,), (bool,), (int,), (list,), (dict,)
# Key names in lower case to the types that they may have; ``null`` leaves the zero value.
TYPES: dict[str, tuple[type, ...]] = {
    "gl_id": _TEXT,
    "gl_username": _TEXT,
    "gl_repository": _TEXT,
    "gitconfigoptions": _TEXTS,
    "showallrefs": _FLAG,
    "needaudit": _FLAG,
    "projectid": _NUMBER,
    "rootnamespaceid": _NUMBER,
    "storeLFSpath".lower(): _TEXT,
    "lfsoid": _TEXT,
    "lfssize": _NUMBER,
    "temppath": _TEXT,
    "maximumsize": _NUMBER,
    "remoteobject": _MAP,
    "repository": _MAP,
    "gitalyserver": _MAP,
}
SERVER_TYPES: dict[str, tuple[type, ...]] = {
    "address": _TEXT,
    "token": _TEXT,
    "features": _MAP,
    "call_metadata": _MAP,
}


class Undecodable(ValueError):
    """The whole answer is of no use."""


def decode(body: bytes) -> dict[str, Any]:
    """Return the known keys, in lower case.

    Raises:
        Undecodable: it is no JSON object, or one key has a value of another type.
    """
    try:
        given = json.loads(body)
    except ValueError as error:
        raise Undecodable(str(error)) from error
    answer = _typed(given, TYPES)
    for key in ("gitconfigoptions",):
        _require_texts(answer.get(key) or [])
    if "gitalyserver" in answer:
        server = _typed(answer["gitalyserver"], SERVER_TYPES)
        for key in ("features", "call_metadata"):
            _require_texts(list((server.get(key) or {}).values()))
        answer["gitalyserver"] = server
    return answer


def _typed(given: Any, types: dict[str, tuple[type, ...]]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Undecodable("no object")
    answer = {}
    for name, value in given.items():
        wanted = types.get(name.lower())
        if wanted is None or value is None:
            continue
        if type(value) not in wanted:
            raise Undecodable(f"{name} is {type(value).__name__}")
        answer[name.lower()] = value
    return answer


def _require_texts(values: list[Any]) -> None:
    if not all(isinstance(value, str) for value in values):
        raise Undecodable("a value is no text")
