"""An unmodified kas against an instance; runs only where ``KAS_BINARY`` names one."""

import base64
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import grpc
import pytest
import yaml

from apps.operations.processes import end_with_parent, stop
from tests import servers
from tests.agent import fake_gitaly
from tests.agent.agentk import Agentk
from tests.agent.test_over_gunicorn import ALERT, JSON, REPORT, execute
from tests.instances import Instance, running_instance


def version_of(program: str) -> tuple[int, ...]:
    """Of what says ``kas version v16.5.0, commit: …``."""
    printed = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"version v(\d+)\.(\d+)", printed)
    assert found, printed
    return tuple(map(int, found.groups()))


KAS = os.environ.get("KAS_BINARY", "")
AGENTK = os.environ.get("AGENTK_BINARY", "")  # beside it, what serves a cluster
pytestmark = pytest.mark.skipif(not KAS, reason="set KAS_BINARY to the path of a kas, 14.1 or newer")
START_TIMEOUT = 20  # seconds
PERSON = "rubi"
NEWER = pytest.mark.skipif(not KAS or version_of(KAS) < (16, 1), reason="for a kas from 16.1 on")
# An older kas refuses a file with a part that it does not know.
CONFIGURATION = (
    b"user_access: {access_as: {agent: {}}, groups: [{id: gnuwget}]}"
    if KAS and version_of(KAS) >= (16, 1)
    else fake_gitaly.CONFIGURATION
)
QUIET = float(os.environ.get("KAS_QUIET", "0"))  # seconds to listen to its log; ten minutes by hand
CACHE = 2  # seconds that kas trusts a token after its last question


def free_ports(count: int) -> list[int]:
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kas")


@dataclass(frozen=True)
class Ports:
    """Where kas listens: for agents, for people, for this service, for other kas, for Prometheus."""

    agents: int
    people: int
    api: int
    private: int
    metrics: int


@dataclass(frozen=True)
class Kas:
    """A running kas."""

    ports: Ports
    log: Path

    @property
    def agents(self) -> str:
        """Where agents reach it."""
        return f"127.0.0.1:{self.ports.agents}"

    def errors(self) -> list[str]:
        """Whatever it has complained about."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if '"level":"error"' in line or '"level":"warn"' in line]

    def told(self) -> int:
        """How often it has answered GitPushEvent, by its own count."""
        with urlopen(f"http://127.0.0.1:{self.ports.metrics}/metrics", timeout=5) as metrics:
            text = metrics.read().decode()
        form = r'grpc_server_handled_total\{grpc_code="OK",grpc_method="GitPushEvent",[^}]*\} (\d+)'
        return sum(int(count) for count in re.findall(form, text))

    def ask(self, credential: str, path: str = "/api/v1/pods", timeout: float = 10) -> tuple[int, bytes]:
        """Ask for something in a cluster, as kubectl does."""
        url = f"http://127.0.0.1:{self.ports.people}{path}"
        request = Request(url, headers={"Authorization": f"Bearer {credential}"})
        try:
            with urlopen(request, timeout=timeout) as answer:  # noqa: S310
                return answer.status, answer.read()
        except HTTPError as refusal:
            return refusal.code, refusal.read()


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports(*free_ports(5))


@pytest.fixture(scope="module")
def instance(folder: Path, ports: Ports) -> Iterator[Instance]:
    with fake_gitaly.serving(folder / "gitaly.sock", configuration=CONFIGURATION) as address:
        storages = json.dumps({"default": {"address": address, "token": "gitaly-token"}})
        kas = f"grpc://127.0.0.1:{ports.api}"
        with running_instance(GITALY_STORAGES=storages, GITLAB_KAS=kas) as instance:
            yield instance


@pytest.fixture(scope="module")
def kas(instance: Instance, folder: Path, ports: Ports) -> Iterator[Kas]:
    """A running kas that shares the instance's secret, started with what `client-config` prints."""
    with servers.redis_server() as redis:
        configuration = yaml.safe_load(instance.manage("client-config", "kas"))
        assert configuration["api"]["listen"]["address"] == f"127.0.0.1:{ports.api}"
        _hasten(configuration, ports)
        configuration["redis"] = {"network": "unix", "server": {"address": redis.url.removeprefix("unix://")}}
        (folder / "kas.yaml").write_text(json.dumps(configuration))
        log = folder / "kas.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [KAS, f"--configuration-file={folder / 'kas.yaml'}"],
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
            )
        try:
            for endpoint in ("Agentk API", "API", "Private API", "Kubernetes API"):
                await_text(log, f'"{endpoint} endpoint is up')
            yield Kas(ports, log)
        finally:
            stop(process, grace=2)


def _hasten(configuration: dict[str, Any], ports: Ports) -> None:
    """Put what `client-config` has written on free ports, and let kas ask and report every second."""
    agent, observability = configuration["agent"], configuration["observability"]
    agent["listen"]["address"] = f"127.0.0.1:{ports.agents}"
    agent["kubernetes_api"]["listen"]["address"] = f"127.0.0.1:{ports.people}"
    agent["kubernetes_api"] |= {"allowed_agent_cache_ttl": "0s", "allowed_agent_cache_error_ttl": "0.1s"}
    agent["info_cache_ttl"] = f"{CACHE}s"
    agent["configuration"] = {"poll_period": "1s"}
    agent["gitops"] = {"poll_period": "1s", "project_info_cache_ttl": "0s"}
    configuration["private_api"]["listen"]["address"] = f"127.0.0.1:{ports.private}"
    observability["listen"]["address"] = f"127.0.0.1:{ports.metrics}"
    observability["usage_reporting_period"] = "1s"


def await_text(log: Path, text: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture
def agent(kas: Kas, instance: Instance) -> Agentk:
    return Agentk(kas.agents, (instance.data / "agent_token").read_text().strip())


def test_an_agent_gets_its_configuration(agent: Agentk) -> None:
    configuration = agent.configuration(timeout=15)

    assert (configuration.agent_id, configuration.project_id) == (5, 7)


def test_manifests_are_synchronised_and_counted(agent: Agentk, instance: Instance) -> None:
    synchronisation = agent.synchronise("gnuwget/wget2", timeout=15)

    assert synchronisation.project_id == 3
    assert synchronisation.objects == {"manifest.yaml": fake_gitaly.MANIFEST}
    deadline = time.monotonic() + 10
    while not (counters := execute(instance, "SELECT name, value FROM agent_usagecounter")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert counters == [("gitops_sync", 1)]


def test_alerts_and_vulnerabilities_pass_through(agent: Agentk, instance: Instance) -> None:
    alerts = [agent.module("POST", "cilium_alert", "/", ALERT, JSON) for _ in range(2)]
    found = agent.module("PUT", "starboard_vulnerability", "/", REPORT, JSON)
    resolved = agent.module("POST", "starboard_vulnerability", "/scan_result", b'{"uuids":[]}', JSON)

    assert alerts == [(200, b"200")] * 2
    assert found == (200, b'{"uuid":"58bd4058-4ef1-54f9-af47-849177789f78"}')
    assert resolved == (200, b"200")
    assert execute(instance, "SELECT events FROM agent_alert") == [(2,)]
    assert execute(instance, "SELECT state FROM agent_vulnerability") == [("resolved",)]


def test_a_refusal_passes_through(agent: Agentk) -> None:
    answer = agent.module("POST", "cilium_alert", "/", b"{}", JSON)

    assert answer == (400, b'{"error":"alert is missing"}')


def test_a_revoked_token_is_refused_when_kas_asks_again(kas: Kas, instance: Instance) -> None:
    issued = instance.manage("agent", "token", "create", "5", "second")
    identifier, text = issued.split()[1].rstrip(":"), issued.split()[-1]
    agent = Agentk(kas.agents, text)
    assert agent.configuration(timeout=15).agent_id == 5

    instance.manage("agent", "token", "revoke", identifier)
    time.sleep(CACHE)

    with pytest.raises(grpc.RpcError) as refusal:
        agent.configuration(timeout=15)
    assert refusal.value.code() == grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture(scope="module")
def person(instance: Instance) -> str:
    """The token of somebody who may use clusters through kas."""
    issued = instance.manage("token", "create", PERSON, "--name", "cluster", "--scope", "k8s_proxy")
    return issued.split()[-1]


@NEWER
def test_what_an_agent_has_in_its_file_lets_people_in(
    kas: Kas, agent: Agentk, instance: Instance, person: str
) -> None:
    """kas posts the file when the agent polls; then it waits for an agent that would do what is asked."""
    agent.configuration(timeout=15)
    deadline = time.monotonic() + 10
    while not execute(instance, "SELECT id FROM agent_useraccessauthorization"):
        assert time.monotonic() < deadline
        time.sleep(0.1)

    with pytest.raises(TimeoutError):
        kas.ask(f"pat:5:{person}", timeout=2)
    assert kas.ask("pat:5:wrong")[0] == 401
    assert kas.ask(f"pat:4711:{person}")[0] == 401


class Cluster(BaseHTTPRequestHandler):
    """A stand-in of the Kubernetes API, which says who asks for what."""

    def do_GET(self) -> None:
        body = json.dumps(
            {
                "kind": "PodList",
                "apiVersion": "v1",
                "path": self.path,
                "headers": dict(self.headers),
                "gitVersion": "v1.27.0",
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def agentk(kas: Kas, instance: Instance, tmp_path: Path) -> Iterator[None]:
    """An unmodified agentk that serves a cluster through kas."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Cluster) as cluster:
        threading.Thread(target=cluster.serve_forever, daemon=True).start()
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{cluster.server_port}"}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "agentk"}}],
            "users": [{"name": "agentk", "user": {"token": "agentk's own"}}],
        }
        (tmp_path / "kubeconfig").write_text(json.dumps(kubeconfig))
        command = [
            AGENTK,
            f"--kas-address=grpc://{kas.agents}",
            f"--token-file={instance.data / 'agent_token'}",
            f"--kubeconfig={tmp_path / 'kubeconfig'}",
            "--observability-listen-address=127.0.0.1:0",
        ]
        environment = {
            "POD_NAMESPACE": "gitlab-agent",
            "POD_NAME": "agentk-0",
            "SERVICE_ACCOUNT_NAME": "agentk",
        }
        with (tmp_path / "agentk.log").open("wb") as output:
            process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
            )
        try:
            yield
        finally:
            stop(process, grace=2)
            cluster.shutdown()


@NEWER
@pytest.mark.skipif(not AGENTK, reason="set AGENTK_BINARY to the path of an agentk")
def test_a_person_reaches_the_cluster(kas: Kas, agentk: None, person: str) -> None:
    deadline = time.monotonic() + 30
    status, body = 0, b""
    while status != 200 and time.monotonic() < deadline:
        with suppress(TimeoutError):
            status, body = kas.ask(f"pat:5:{person}", "/api/v1/pods?limit=1", timeout=5)
        time.sleep(0.5)

    assert status == 200, body
    answer = json.loads(body)
    assert (answer["kind"], answer["path"]) == ("PodList", "/api/v1/pods?limit=1")
    assert person not in str(answer["headers"])  # it ends at kas
    assert kas.ask("pat:5:wrong")[0] == 401


@NEWER
def test_kas_hears_of_a_push(kas: Kas, instance: Instance) -> None:
    before = kas.told()
    secret = base64.b64encode((instance.data / ".gitlab_shell_secret").read_bytes()).decode()
    push = {
        "gl_repository": "project-3",
        "identifier": "user-1",
        "changes": f"{'0' * 40} {'1' * 40} refs/heads/x",
    }
    finished = instance.request(
        "POST",
        "/api/v4/internal/post_receive",
        json.dumps(push),
        {"Content-Type": "application/json", "Gitlab-Shared-Secret": secret},
    )
    assert finished.status == 200

    instance.manage("worker", "--batch")

    assert kas.told() == before + 1


@NEWER
def test_kas_has_nothing_to_complain_about(kas: Kas, request: pytest.FixtureRequest) -> None:
    if AGENTK:
        request.getfixturevalue("agentk")
    time.sleep(QUIET)

    assert kas.errors() == []
