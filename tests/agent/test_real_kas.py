"""An unmodified kas against an instance; runs only where ``KAS_BINARY`` names one."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from apps.operations.processes import end_with_parent, stop
from tests import servers
from tests.agent import fake_gitaly
from tests.agent.agentk import Agentk
from tests.agent.test_over_gunicorn import ALERT, JSON, REPORT, execute
from tests.instances import Instance, running_instance

KAS = os.environ.get("KAS_BINARY", "")
pytestmark = pytest.mark.skipif(not KAS, reason="set KAS_BINARY to the path of a kas, 14.1 or newer")
START_TIMEOUT = 20  # seconds
CACHE = 2  # seconds that kas trusts a token after its last question


def free_ports(count: int) -> list[int]:
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kas")


@pytest.fixture(scope="module")
def instance(folder: Path) -> Iterator[Instance]:
    with fake_gitaly.serving(folder / "gitaly.sock") as address:
        storages = json.dumps({"default": {"address": address, "token": "gitaly-token"}})
        with running_instance(GITALY_STORAGES=storages) as instance:
            yield instance


@pytest.fixture(scope="module")
def kas_address(instance: Instance, folder: Path) -> Iterator[str]:
    """A running kas that shares the instance's secret; yields where agents reach it."""
    with servers.redis_server() as redis_url:
        configuration = yaml.safe_load(instance.manage("client-config", "kas"))
        _hasten(configuration)
        configuration["redis"] = {"network": "unix", "server": {"address": redis_url.removeprefix("unix://")}}
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
            await_text(log, "Agentk API endpoint is up")
            yield configuration["agent"]["listen"]["address"]
        finally:
            stop(process, grace=10)


def _hasten(configuration: dict[str, Any]) -> None:
    """Put what `client-config` has written on free ports, and let kas ask and report every second."""
    agent, observability = configuration["agent"], configuration["observability"]
    listeners = (
        agent,
        agent["kubernetes_api"],
        configuration["api"],
        configuration["private_api"],
        observability,
    )
    for listener, port in zip(listeners, free_ports(len(listeners)), strict=True):
        listener["listen"]["address"] = f"127.0.0.1:{port}"
    agent["info_cache_ttl"] = f"{CACHE}s"
    agent["configuration"] = {"poll_period": "1s"}
    agent["gitops"] = {"poll_period": "1s", "project_info_cache_ttl": "0s"}
    observability["usage_reporting_period"] = "1s"


def await_text(log: Path, text: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture
def agent(kas_address: str, instance: Instance) -> Agentk:
    return Agentk(kas_address, (instance.data / "agent_token").read_text().strip())


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


def test_a_revoked_token_is_refused_when_kas_asks_again(kas_address: str, instance: Instance) -> None:
    issued = instance.manage("agent", "token", "create", "5", "second")
    identifier, text = issued.split()[1].rstrip(":"), issued.split()[-1]
    agent = Agentk(kas_address, text)
    assert agent.configuration(timeout=15).agent_id == 5

    instance.manage("agent", "token", "revoke", identifier)
    time.sleep(CACHE)

    with pytest.raises(grpc.RpcError) as refusal:
        agent.configuration(timeout=15)
    assert refusal.value.code() == grpc.StatusCode.UNAUTHENTICATED
