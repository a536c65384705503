"""What each endpoint says of nearly two thousand bodies that are not quite right, written down once.

Recorded from the readers by hand that the serializers replaced. An answer that is meant to change is changed
in `parameter_answers.json`, by the text under which its case stands.
"""

from types import SimpleNamespace
from typing import Any

import pytest

from apps.agent import kas_params, serializers, vulnerability_params
from apps.core.api.errors import Failure
from tests.parameter_cases import cases, written_down

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
READERS: dict[str, Any] = {
    "starboard": vulnerability_params.vulnerability_report,
    "scan_result": serializers.found_uuids,
    "cilium": serializers.alert_content,
    "usage": serializers.usage_report,
    "configuration": serializers.agent_configuration,
    "proxy_user": kas_params.proxy_user,
    "events": kas_params.event_counts,
}


@pytest.mark.parametrize("name", BODIES)
def test_the_answers_are_those_that_were_written_down(name: str) -> None:
    expected = written_down(__file__, name)

    answers = {
        case: text for case, body in cases(name, BODIES[name]) if (text := answer(name, body)) is not None
    }

    assert len(expected) > 50
    assert answers == expected


def answer(name: str, body: Any) -> str | None:
    """Return what is wrong with a body, in the words of the endpoint's 400."""
    try:
        READERS[name](SimpleNamespace(data=body, META={}))
    except Failure as failure:
        assert failure.status_code == 400
        text: str = failure.body["error"]
        return text
    return None
