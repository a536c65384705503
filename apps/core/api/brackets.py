"""The bracket convention of form and query parameters: ``a[]=1``, ``a[b]=1``, ``a[][b]=1``."""

import re
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 32
_PART = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the pairs, in their order, as nested dicts and lists.

    Of a plain name that repeats, the last value counts. In a list of objects a key that repeats begins the
    next element. A name whose brackets do not fit together is taken literally.
    """
    result: dict[str, Any] = {}
    for name, value in pairs:
        _put(result, _path(name), value)
    return result


def _path(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    rest = name[len(head) :]
    parts = _PART.findall(rest)
    well_formed = bracket and head and "".join(f"[{part}]" for part in parts) == rest
    if not well_formed or len(parts) > MAX_DEPTH:
        return [name]
    return [head, *parts]


def _put(container: dict[str, Any], path: list[str], value: str) -> None:
    key, *rest = path
    if not rest:
        container[key] = value
    elif rest[0] == "":
        elements = container.setdefault(key, [])
        if isinstance(elements, list):
            _append(elements, rest[1:], value)
    else:
        inner = container.setdefault(key, {})
        if isinstance(inner, dict):
            _put(inner, rest, value)


def _append(elements: list[Any], path: list[str], value: str) -> None:
    if not path:
        elements.append(value)
        return
    last = elements[-1] if elements else None
    if not isinstance(last, dict) or _holds(last, path):
        last = {}
        elements.append(last)
    _put(last, path, value)


def _holds(element: dict[str, Any], path: list[str]) -> bool:
    inner: Any = element
    for part in path:
        if not isinstance(inner, dict) or part not in inner:
            return False
        inner = inner[part]
    return not isinstance(inner, list)
