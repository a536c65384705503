"""Bodies with one or three things wrong, made from a good one; `parameter_answers.json` has the answers."""

import copy
import random
from collections.abc import Iterator
from typing import Any

ABSENT = object()
VALUES: dict[str, Any] = {
    "absent": ABSENT,
    "null": None,
    "empty text": "",
    "blank": " ",
    "word": "word",
    "digits": "7",
    "number": 5,
    "fraction": 1.5,
    "beyond 32 bits": 2**31,
    "true": True,
    "list": [],
    "list of null": [None],
    "list of numbers": [5],
    "list of lists": [[]],
    "object": {},
    "object with NUL": {"x": "\0"},
    "long text": "x" * 16_000,
    "255 characters": "y" * 255,
    "256 characters": "z" * 256,
    "NUL": "a\0b",
    "surrogate": "\ud800",
    "capitals": "HIGH",
    "JSON text": '{"a": 1}',
}
STARBOARD: dict[str, Any] = {
    "vulnerability": {
        "name": "CVE-1",
        "severity": "high",
        "confidence": "low",
        "location": {
            "image": "nginx",
            "operating_system": "debian",
            "other": 1,
            "dependency": {"package": {"name": "libc"}, "version": "1"},
            "kubernetes_resource": {"namespace": "n", "kind": "k", "container": "c", "agent_id": "5"},
        },
        "identifiers": [
            {"type": "cve", "name": "CVE-1", "value": "CVE-1", "url": "https://a"},
            {"type": "cwe", "name": "CWE-1", "external_type": "cwe", "external_id": "1"},
        ],
        "message": "m",
        "description": "d",
        "solution": "s",
        "links": ["l"],
    },
    "scanner": {"id": "trivy", "name": "Trivy", "vendor": {"name": "Aqua"}},
}
USERS = "k8s_api_proxy_requests_unique_users_via_ci_access"
BODIES: dict[str, Any] = {
    "starboard": STARBOARD,
    "scan_result": {"uuids": ["a", "b"]},
    "cilium": {"alert": {"title": "t"}},
    "usage": {
        "gitops_sync_count": 1,
        "k8s_api_proxy_request_count": 2,
        "counters": {"gitops_sync": 1, "k8s_api_proxy_request": 2},
        "unique_counters": {"agent_users_using_ci_tunnel": [1, 2]},
    },
    "configuration": {"agent_id": 1, "agent_config": {}},
    "proxy_user": {"agent_id": 1, "access_type": "session_cookie", "access_key": "k", "csrf_token": "c"},
    "events": {
        "events": {
            USERS: [{"user_id": 1, "project_id": 2}, {"user_id": 3}],
            "register_agent_at_kas": [
                {
                    "project_id": 1,
                    "agent_version": "17",
                    "extra_telemetry_data": {"installation_method": "helm"},
                }
            ],
        }
    },
}
Path = tuple[str | int, ...]


def cases(name: str) -> Iterator[tuple[str, Any]]:
    """Yield name and body of every case of an endpoint: each value at each place, and three at once."""
    body = BODIES[name]
    places = list(_places(body))
    for place in places:
        for value in VALUES:
            yield f"{place}: {value}", _changed(body, [(place, value)])
    chance = random.Random(name)
    for number in range(40):
        changes = [(chance.choice(places), chance.choice(list(VALUES))) for _ in range(3)]
        yield f"three {number}", _changed(body, changes)


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        yield from _places(member, (*path, key))


def _changed(body: Any, changes: list[tuple[Path, str]]) -> Any:
    body = copy.deepcopy(body)
    for place, value in changes:
        _put(body, place, VALUES[value])
    return body


def _put(body: Any, place: Path, value: Any) -> None:
    """Change what is at a place, unless an earlier change took the place away."""
    *way, last = place
    try:
        for key in way:
            body = body[key]
        body[last]
    except (LookupError, TypeError):
        if not isinstance(body, dict) or not isinstance(last, str) or value is ABSENT:
            return
    if isinstance(body, str):
        return
    if value is ABSENT:
        del body[last]
    else:
        body[last] = copy.deepcopy(value)
