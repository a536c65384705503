"""What kas asks for itself and for agents."""

from collections.abc import Iterator
from typing import Any

from apps.operations.conformance.check import (
    NOT_FOUND,
    Call,
    Check,
    agent,
    error,
    get,
    kas,
    message,
    post,
    post_raw,
    send,
)
from apps.operations.conformance.matching import FLAGS, NAMED, TEXT_OR_NULL, Exactly, text_like
from apps.operations.conformance.world import World

KUBERNETES = "kubernetes"
USAGE = f"{KUBERNETES}/usage_metrics"
ALERT = f"{KUBERNETES}/modules/cilium_alert"
FINDING = f"{KUBERNETES}/modules/starboard_vulnerability"
UUID = text_like("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a uuid")
REPORT = {
    "vulnerability": {
        "name": "CVE-123-4567 in libc",
        "severity": "high",
        "location": {"kubernetes_resource": {"namespace": "conformance", "kind": "deployment"}},
        "identifiers": [{"type": "cve", "name": "CVE-123-4567", "value": "CVE-123-4567"}],
    },
    "scanner": {"id": "starboard_trivy", "name": "Trivy", "vendor": "GitLab"},
}
ALL_MISSING = ", ".join(
    f"{name} is missing"
    for name in (
        "vulnerability",
        "vulnerability[name]",
        "vulnerability[severity]",
        "vulnerability[location]",
        "vulnerability[identifiers]",
        "scanner",
        "scanner[id]",
        "scanner[name]",
    )
)


def checks(world: World) -> list[Check]:
    """Return the checks."""
    of_agents = _agents(world) if world.agent_id is not None else ()
    return [
        *of_agents,
        *_usage(),
        *_bodies(),
        *_alerts(),
        *_findings(),
        *_configuration(world),
        *_newer_kas(),
    ]


def _check(name: str, heading: str, calls: list[Call], **more: Any) -> Check:
    needs = ("kas", "agent") if any(call.by is agent for call in calls) else ("kas",)
    return Check(name=f"kas.{name}", reference=heading, calls=calls, needs=needs, **more)


def _project(world: World) -> dict[str, Any]:
    repository = {
        "storage_name": NAMED,
        "relative_path": NAMED,
        "gl_repository": f"project-{world.agent_project_id}",
        "gl_project_path": world.agent_project_path,
    }
    return {
        "project_id": world.agent_project_id,
        "gitaly_info": {"address": NAMED, "token": TEXT_OR_NULL, "features": FLAGS},
        "gitaly_repository": repository,
        "default_branch": NAMED,
    }


def _agents(world: World) -> Iterator[Check]:
    information, project = "GitLab Agent information", "GitLab Agent project information"
    paths = (f"{KUBERNETES}/agent_info", f"{KUBERNETES}/agent_info/", "agents/agentk/agent_info")
    yield _check(
        "agent_info",
        information,
        [get(path, agent) for path in paths],
        body={**_project(world), "agent_id": world.agent_id, "agent_name": world.agent_name},
        alike=True,
    )
    wanted = (world.agent_project_id, world.agent_project_path)
    yield _check(
        "project_info",
        project,
        [get(f"{KUBERNETES}/project_info", agent, id=value) for value in wanted],
        body=_project(world),
        alike=True,
    )
    yield _check(
        "verify_project_access",
        project,
        [get(f"{KUBERNETES}/verify_project_access", agent, id=world.agent_project_id)],
        status=204,
    )
    for name in ("project_info", "verify_project_access"):
        path = f"{KUBERNETES}/{name}"
        unknown = [
            get(path, agent, id=value) for value in (world.missing_id, world.missing_path, "alone", "")
        ]
        yield _check(f"{name}_hides", project, [*unknown, get(path, agent)], status=404, body=NOT_FOUND)


def _usage() -> Iterator[Check]:
    heading = "GitLab Agent usage metrics"
    yield _check(
        "nothing_to_report",
        heading,
        [
            post(USAGE, kas),
            post(USAGE, kas, gitops_sync_count=0),
            post(USAGE, kas, gitops_sync_count=None),
            send("POST", USAGE, kas, [], chunked=True),
            Call(method="POST", path=USAGE, by=kas),
        ],
        status=204,
    )
    yield _check(
        "usage_of_a_wrong_type",
        heading,
        [post(USAGE, kas, gitops_sync_count="many", k8s_api_proxy_request_count=[])],
        status=400,
        body=error("gitops_sync_count is invalid, k8s_api_proxy_request_count is invalid"),
    )
    yield _check(
        "usage_below_zero",
        heading,
        [post(USAGE, kas, gitops_sync_count=-1)],
        status=400,
        body=message("400 Bad request - gitops_sync count must be greater than or equal to zero"),
    )
    yield _check("usage", heading, [post(USAGE, kas, gitops_sync_count=1)], status=204, writes=True)


def _bodies() -> Iterator[Check]:
    yield _check(
        "malformed_json_comes_before_authentication",
        "decision 0040",
        [post_raw(USAGE, b"{", "application/json", lambda known: {})],
        status=400,
        body={"error": text_like(r".*Problem:.*Resolution:.*", "the framework's text about JSON")},
    )
    yield _check(
        "another_media_type",
        "decision 0040",
        [post_raw(USAGE, b"<a/>", "application/xml", kas)],
        status=415,
        body=error("The provided content-type 'application/xml' is not supported."),
    )


def _alerts() -> Iterator[Check]:
    alert = "GitLab Agent alert metrics"
    yield _check(
        "alert_without_alert",
        alert,
        [post(ALERT, agent), post(f"{ALERT}/", agent), send("POST", ALERT, agent, {}, chunked=True)],
        status=400,
        body=error("alert is missing"),
    )
    content = {"alert": {"title": "conformance", "message": "network problem"}}
    yield _check(
        "alert",
        alert,
        [post(ALERT, agent, **content), send("POST", f"{ALERT}/", agent, content, chunked=True)],
        body=200,
        writes=True,
    )


def _findings() -> Iterator[Check]:
    finding = "Create Starboard vulnerability"
    yield _check(
        "finding_without_anything",
        finding,
        [send("PUT", FINDING, agent, {}), send("PUT", FINDING, agent, {}, chunked=True)],
        status=400,
        body=error(ALL_MISSING),
    )
    yield _check(
        "finding_twice_is_one",
        finding,
        [send("PUT", FINDING, agent, REPORT), send("PUT", FINDING, agent, REPORT, chunked=True)],
        body=Exactly({"uuid": UUID}),
        alike=True,
        writes=True,
    )
    yield _check(
        "scan_result_without_uuids",
        finding,
        [post(f"{FINDING}/scan_result", agent)],
        status=400,
        body=error("uuids is missing"),
    )


def _configuration(world: World) -> Iterator[Check]:
    path = f"{KUBERNETES}/agent_configuration"
    yield _check(
        "configuration_without_anything",
        "decision 0040",
        [post(path, kas)],
        status=400,
        body=error("agent_id is missing, agent_config is missing"),
    )
    yield _check(
        "configuration_of_an_unknown_agent",
        "decision 0040",
        [post(path, kas, agent_id=world.missing_id, agent_config={})],
        status=404,
        body=message("404 Not found"),
    )


def _newer_kas() -> Iterator[Check]:
    decision = "decision 0130"
    yield _check(
        "no_receptive_agents", decision, [get(f"{KUBERNETES}/receptive_agents", kas)], body={"agents": []}
    )
    yield _check("no_events", decision, [post(f"{KUBERNETES}/agent_events", kas, events={})], status=204)
    yield _check(
        "no_policies", decision, [get(f"{FINDING}/policies_configuration", agent)], status=404, body=NOT_FOUND
    )
    path = f"{KUBERNETES}/authorize_proxy_user"
    person = {"agent_id": 1, "access_type": "personal_access_token", "access_key": "unknown"}
    yield _check(
        "person_without_a_name",
        decision,
        [post(path, kas)],
        status=400,
        body=error("agent_id is missing, access_type is missing, access_key is missing"),
    )
    refused = {"status": 401, "body": message("401 Unauthorized")}
    yield _check("person_with_an_unknown_token", decision, [post(path, kas, **person)], **refused)
