"""kas over a socket: bodies in chunks, byte for byte, and many at once."""

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import psycopg2
import pytest

from tests.agent.conftest import kas_of
from tests.agent.kas import Answer, Kas
from tests.agent.test_fingerprints import FLOW
from tests.agent.test_starboard_vulnerability import EXAMPLE
from tests.instances import Instance

AT_ONCE = 50
JSON = {"Content-Type": "application/json"}
ALERT = json.dumps({"alert": {"flow": FLOW, "ciliumNetworkPolicy": {"metadata": {"name": "p"}}}}).encode()
VULNERABILITY_TABLES = ("finding_identifiers", "finding", "vulnerability", "identifier", "scanner")
REPORT = json.dumps(EXAMPLE).encode()


@pytest.fixture(scope="module")
def kas(gunicorn: Instance) -> Kas:
    return kas_of(gunicorn)


@pytest.fixture(scope="module")
def seeded_token(gunicorn: Instance) -> str:
    """The token of the agent of project 7 that the instance was seeded with."""
    return (gunicorn.data / "agent_token").read_text().strip()


@pytest.fixture(autouse=True)
def _nothing_reported(gunicorn: Instance) -> None:
    """Tests share the instance; each begins with an empty one."""
    for table in ("alert", *VULNERABILITY_TABLES, "usagecounter"):
        execute(gunicorn, f"DELETE FROM agent_{table}")  # noqa: S608 -- our own names


def execute(instance: Instance, statement: str) -> list[tuple[Any, ...]]:
    """Run SQL on the instance's own database."""
    url = instance.environment.get("DATABASE_URL")
    connection: Any
    if url:
        folder, _, name = url.partition("@/")[2].rpartition("/")
        connection = psycopg2.connect(host=f"/{folder.lstrip('/')}", user="postgres", dbname=name)
    else:
        connection = sqlite3.connect(instance.data / "db.sqlite3", timeout=30)
    with closing(connection), connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def at_once(work: Callable[[], Answer]) -> list[Answer]:
    barrier = Barrier(AT_ONCE)

    def run(_: int) -> Answer:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def split(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


def test_configuration_and_project_calls(kas: Kas, seeded_token: str) -> None:
    agent = kas.agent_info(seeded_token)
    project = kas.project_info(seeded_token, "gnuwget/wget2")

    assert (agent.status, agent.content_type) == (200, "application/json")
    assert agent.json()["agent_name"] == "production"
    assert (project.status, project.content_type) == (200, "application/json")
    assert project.json()["gitaly_repository"]["gl_repository"] == "project-3"
    assert kas.agent_info("revoked").status == 401


def test_usage_reports_have_no_agent_token(kas: Kas, gunicorn: Instance) -> None:
    answer = kas.usage(gitops_sync_count=2)

    assert (answer.status, answer.content_type, answer.body) == (204, None, b"")
    assert execute(gunicorn, "SELECT name, value FROM agent_usagecounter") == [("gitops_sync", 2)]


@pytest.mark.parametrize("size", [7, 1_000_000])
def test_an_alert_in_chunks(kas: Kas, seeded_token: str, gunicorn: Instance, size: int) -> None:
    answer = kas.module(seeded_token, "POST", "cilium_alert/", split(ALERT, size), JSON)

    assert (answer.status, answer.content_type, answer.body) == (200, "application/json", b"200")
    expected = "b2ad2a791756abe01692270c6a846129a09891b3"
    assert execute(gunicorn, "SELECT fingerprint FROM agent_alert") == [(expected,)]


def test_a_vulnerability_in_chunks(kas: Kas, seeded_token: str) -> None:
    answer = kas.module(seeded_token, "PUT", "starboard_vulnerability", split(REPORT, 100), JSON)

    assert answer.status == 200
    # The binding vector: agent 5 of project 7.
    assert answer.json() == {"uuid": "58bd4058-4ef1-54f9-af47-849177789f78"}


def test_a_scan_result_in_chunks(kas: Kas, seeded_token: str, gunicorn: Instance) -> None:
    kas.module(seeded_token, "PUT", "starboard_vulnerability", [REPORT], JSON)

    answer = kas.module(
        seeded_token, "POST", "starboard_vulnerability/scan_result", [b'{"uuids":', b"[]}"], JSON
    )

    assert (answer.status, answer.body) == (200, b"200")
    assert execute(gunicorn, "SELECT state FROM agent_vulnerability") == [("resolved",)]


def test_a_person_comes_in_by_what_kas_has_read_in_the_agents_file(kas: Kas, gunicorn: Instance) -> None:
    created = gunicorn.manage("token", "create", "rubi", "--name", "cluster", "--scope", "k8s_proxy")
    person = {"agent_id": "5", "access_type": "personal_access_token", "access_key": created.split()[-1]}
    assert kas.post("authorize_proxy_user", **person).status == 403

    file = {"user_access": {"access_as": {"user": {}}, "groups": [{"id": "gnuwget"}]}}
    assert kas.post("agent_configuration", agent_id="5", agent_config=file).status == 204

    answer = kas.post("authorize_proxy_user", **person)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json() == {
        "agent": {"id": 5, "config_project": {"id": 7}},
        "user": {"id": 7, "username": "rubi"},
        "access_as": {
            "user": {"projects": [], "groups": [{"id": 2, "roles": ["guest", "reporter", "developer"]}]}
        },
    }
    assert kas.post("agent_configuration", agent_id="5", agent_config={}).status == 204
    assert kas.post("authorize_proxy_user", **person).status == 403


def test_numbers_and_moments_that_only_clusters_send(kas: Kas, seeded_token: str, gunicorn: Instance) -> None:
    alert = {"title": "Not over", "end_time": "0001-01-01T00:00:00Z", "value": 10**4_999}
    report = json.loads(REPORT)
    report["vulnerability"]["identifiers"][0]["url"] = "https://example.com/a b"

    sent = kas.module(seeded_token, "POST", "cilium_alert/", [dumped({"alert": alert})], JSON)
    found = kas.module(seeded_token, "PUT", "starboard_vulnerability/", [dumped(report)], JSON)

    assert (sent.status, found.status) == (200, 200)
    assert execute(gunicorn, "SELECT status, ended_at FROM agent_alert") == [("triggered", None)]
    assert execute(gunicorn, "SELECT url FROM agent_identifier") == [("https://example.com/a b",)]


def dumped(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def test_an_empty_body_in_chunks_lacks_its_parameters(kas: Kas, seeded_token: str) -> None:
    answer = kas.module(seeded_token, "POST", "cilium_alert/", [b" "], JSON)

    assert (answer.status, answer.json()) == (400, {"error": "alert is missing"})


def test_a_get_without_body_is_the_wrong_method(kas: Kas, seeded_token: str) -> None:
    answer = kas.module(seeded_token, "GET", "cilium_alert/")

    assert (answer.status, answer.json()) == (405, {"error": "405 Not Allowed"})


def test_an_unknown_module_is_an_unknown_path(kas: Kas, seeded_token: str) -> None:
    answer = kas.module(seeded_token, "POST", "unknown/path", [b"{}"], JSON)

    assert (answer.status, answer.json()) == (404, {"error": "404 Not Found"})


def test_an_endless_body_is_too_large(kas: Kas, seeded_token: str) -> None:
    chunk = b"x" * 1_000_000

    answer = kas.module(seeded_token, "POST", "cilium_alert/", [chunk] * 11, JSON)

    assert (answer.status, answer.json()) == (413, {"error": "413 Request Entity Too Large"})


def test_many_identical_alerts_at_once_are_one(kas: Kas, seeded_token: str, gunicorn: Instance) -> None:
    answers = at_once(lambda: kas.module(seeded_token, "POST", "cilium_alert/", [ALERT], JSON))

    assert {(answer.status, answer.body) for answer in answers} == {(200, b"200")}
    assert execute(gunicorn, "SELECT iid, events FROM agent_alert") == [(1, AT_ONCE)]


def test_many_different_alerts_at_once_are_numbered(kas: Kas, seeded_token: str, gunicorn: Instance) -> None:
    answers = at_once(lambda: kas.module(seeded_token, "POST", "cilium_alert/", [b'{"alert":{}}'], JSON))

    assert {answer.status for answer in answers} == {200}
    numbers = execute(gunicorn, "SELECT iid FROM agent_alert ORDER BY iid")
    assert [number for (number,) in numbers] == list(range(1, AT_ONCE + 1))


def test_many_identical_vulnerabilities_at_once_are_one(
    kas: Kas, seeded_token: str, gunicorn: Instance
) -> None:
    answers = at_once(lambda: kas.module(seeded_token, "PUT", "starboard_vulnerability", [REPORT], JSON))

    assert {answer.status for answer in answers} == {200}
    assert {answer.json()["uuid"] for answer in answers} == {"58bd4058-4ef1-54f9-af47-849177789f78"}
    for table in VULNERABILITY_TABLES:
        assert execute(gunicorn, f"SELECT count(*) FROM agent_{table}") == [(1,)]  # noqa: S608


def test_many_usage_reports_at_once_all_count(kas: Kas, gunicorn: Instance) -> None:
    answers = at_once(lambda: kas.usage(k8s_api_proxy_request_count=3, gitops_sync_count=1))

    assert {answer.status for answer in answers} == {204}
    assert execute(gunicorn, "SELECT name, value FROM agent_usagecounter ORDER BY name") == [
        ("gitops_sync", AT_ONCE),
        ("k8s_api_proxy_request", 3 * AT_ONCE),
    ]
