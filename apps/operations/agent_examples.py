"""The document's examples for kas as curl lines; each signs itself anew when it is run."""

import json
import shlex
import sys
from typing import Any

from django.conf import settings

from apps.agent.models import Agent
from apps.operations import folder
from apps.operations.credentials import EXAMPLE_AGENT
from apps.server.listening import InstanceAddress

_USAGE = {"gitops_sync_count": 1}
_ALERT = {
    "alert": {
        "title": "minimal",
        "message": "network problem",
        "evalMatches": [{"value": 1, "metric": "Count", "tags": {}}],
    }
}
_VULNERABILITY = {
    "vulnerability": {
        "name": "CVE-123-4567 in libc",
        "severity": "high",
        "confidence": "unknown",
        "location": {
            "kubernetes_resource": {
                "namespace": "production",
                "kind": "deployment",
                "name": "nginx",
                "container": "nginx",
            }
        },
        "identifiers": [{"type": "cve", "name": "CVE-123-4567", "value": "CVE-123-4567"}],
    },
    "scanner": {
        "id": "starboard_trivy",
        "name": "Trivy (via Starboard Operator)",
        "vendor": "GitLab",
    },
}


def lines(server: InstanceAddress) -> list[tuple[str, str]]:
    """Return heading and curl line of each example, or none where the example's agent does not exist."""
    if not Agent.objects.filter(pk=EXAMPLE_AGENT).exists():
        return []
    kas = f"{server.root}/api/v4/internal/kubernetes"
    connection = ["--unix-socket", server.socket] if server.socket else []
    agent = f"Authorization: Bearer {folder.in_shell(settings.DATA / folder.AGENT_TOKEN)}"
    alert = json.dumps(_compact(_ALERT))  # the document encodes it twice
    requests = [
        ("GitLab Agent information", agent, [f"{kas}/agent_info"]),
        ("GitLab Agent project information", agent, [f"{kas}/project_info?id=7"]),
        ("GitLab Agent usage metrics", "", [*_json("POST", _compact(_USAGE)), f"{kas}/usage_metrics"]),
        ("GitLab Agent alert metrics", agent, [*_json("POST", alert), f"{kas}/modules/cilium_alert"]),
        (
            "Create Starboard vulnerability",
            agent,
            [*_json("PUT", _compact(_VULNERABILITY)), f"{kas}/modules/starboard_vulnerability"],
        ),
    ]
    return [(heading, _curl(header, [*connection, *options])) for heading, header, options in requests]


def _compact(body: Any) -> str:
    return json.dumps(body, separators=(",", ":"))


def _json(method: str, body: str) -> list[str]:
    return ["--request", method, "--header", "Content-Type: application/json", "--data", body]


def _curl(credential: str, options: list[str]) -> str:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "secret", "sign", "kas"]
    signing = shlex.join(["env", f"DATA={settings.DATA}", *command])
    signature = f'--header "Gitlab-Kas-Api-Request: $({signing})"'
    agent = f'--header "{credential}" ' if credential else ""
    return f"curl --silent --show-error {signature} {agent}{shlex.join(options)}"
