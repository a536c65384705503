"""Both shared secrets are rotated while their clients go on asking: nobody notices."""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest

from apps.core.secret_files import signing_key
from tests.instances import Instance, running_instance

SHELL = ("GET", "/api/v4/internal/check")
PAUSE = 0.03  # seconds; six clients make about 200 requests a second
KAS = ("POST", "/api/v4/internal/kubernetes/usage_metrics")


def as_old_shell(secret: bytes) -> dict[str, str]:
    return {"Gitlab-Shared-Secret": base64.b64encode(secret).decode()}


def as_shell(secret: bytes) -> dict[str, str]:
    claims = {"iss": "gitlab-shell", "exp": int(time.time()) + 60}
    return {"Gitlab-Shell-Api-Request": jwt.encode(claims, secret.strip(), algorithm="HS256")}


def as_kas(secret: bytes) -> dict[str, str]:
    claims = {"iss": "gitlab-kas", "aud": ["gitlab"], "exp": time.time() + 5}
    return {"Gitlab-Kas-Api-Request": jwt.encode(claims, signing_key(secret), algorithm="HS256")}


@dataclass
class Client:
    """Reads the secret when it starts, as Gitaly and kas do, or before each request, as gitlab-shell does."""

    request: tuple[str, str]
    sign: Callable[[bytes], dict[str, str]]
    file: Path
    rereads: bool
    restart: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, instance: Instance) -> Counter[int]:
        """Ask until it is stopped, and return how often each status was answered."""
        statuses: Counter[int] = Counter()
        secret = self.file.read_bytes()
        with instance.connection() as connection:
            while not self.stop.wait(PAUSE):
                if self.rereads or self.restart.is_set():
                    secret = self.file.read_bytes()
                connection.request(*self.request, headers=self.sign(secret))
                response = connection.getresponse()
                response.read()
                statuses[response.status] += 1
        return statuses


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance(WEB_CONCURRENCY="2") as instance:
        yield instance


@pytest.fixture
def clients(instance: Instance) -> list[Client]:
    shell, kas = instance.data / ".gitlab_shell_secret", instance.data / ".gitlab_kas_secret"
    kinds = [(SHELL, as_old_shell, shell), (SHELL, as_shell, shell), (KAS, as_kas, kas)]
    return [Client(*kind, rereads=rereads) for kind in kinds for rereads in (True, False)]


def previous(instance: Instance) -> dict[str, datetime]:
    """When each previous secret was last used."""
    rows: list[dict[str, Any]] = json.loads(instance.manage("secret", "list", "--json"))["secrets"]
    return {
        row["secret"]: datetime.fromisoformat(row["last_used_at"])
        for row in rows
        if row["state"] == "previous"
    }


def test_no_request_fails_while_both_secrets_are_rotated(instance: Instance, clients: list[Client]) -> None:
    old = (instance.data / ".gitlab_shell_secret").read_bytes()
    with ThreadPoolExecutor(len(clients)) as pool:
        running: list[Future[Counter[int]]] = [pool.submit(client.run, instance) for client in clients]
        try:
            instance.manage("secret", "rotate", "shell")
            instance.manage("secret", "rotate", "kas")
            used = previous(instance)
            for client in clients:
                client.restart.set()
            time.sleep(1)  # what began with the old secret has been answered
            instance.manage("secret", "retire", "shell", "--force")
            instance.manage("secret", "retire", "kas", "--force")
            time.sleep(1)
        finally:
            for client in clients:
                client.stop.set()
    statuses = sum((future.result() for future in running), Counter[int]())

    assert set(statuses) == {200, 204}
    assert min(future.result().total() for future in running) > 20
    assert set(used) == {"shell", "kas"}
    assert previous(instance) == {}
    assert instance.request(*SHELL, headers=as_old_shell(old)).status == 401
