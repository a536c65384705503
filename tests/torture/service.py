"""The service itself, as systemd or a container runs it: started again when it ends unasked."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from apps.operations.processes import end_with_parent, stop
from tests.instances import ROOT
from tests.torture.neighbours import family

START_TIMEOUT = 60  # seconds
RESTART = 1.0  # seconds, as RestartSec= in deploy/systemd


@dataclass
class Service:
    """``manage.py serve``: a supervisor over gunicorn, its two processes, and the worker."""

    settings: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return Path(self.settings["DATA"])

    @property
    def log(self) -> Path:
        return self.data / "serve.log"

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
            )

    def look_after(self) -> None:
        """Start it again whenever it ends, until this ends."""
        while not self._stopped.wait(0.1):
            if self.process is not None and self.process.poll() is not None:
                self.restarts += 1
                if not self._stopped.wait(RESTART):
                    self.start()

    def end(self) -> None:
        self._stopped.set()
        if self.process is not None:
            stop(self.process, grace=75)

    def one(self, kind: str) -> int:
        """A process of some kind, once there is one."""
        deadline = time.monotonic() + START_TIMEOUT
        while not (found := self.processes()[kind]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found[0]

    def processes(self) -> dict[str, list[int]]:
        """The processes by what they are: supervisor, gunicorn's master, its workers, the job worker."""
        supervisor = self.process.pid if self.process else 0
        children = [pid for pid in family(supervisor) if _parent(pid) == supervisor]
        # gunicorn's master is the one with children of its own: the web workers.
        masters = [pid for pid in children if len(family(pid)) > 1]
        web = [pid for master in masters for pid in family(master) if pid != master]
        return {
            "supervisor": [supervisor],
            "gunicorn master": masters,
            "web worker": web,
            "job worker": [pid for pid in children if pid not in masters],
        }


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def serving(settings: dict[str, str], port: int) -> Iterator[Service]:
    """Run the service and look after it."""
    service = Service(settings, port)
    service.start()
    keeper = threading.Thread(target=service.look_after, daemon=True)
    keeper.start()
    try:
        _await_port(service)
        yield service
    finally:
        service.end()
        keeper.join()


def _await_port(service: Service) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not answers(service.port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"The service did not start:\n{service.log.read_text()[-4000:]}")
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
            return True
    except OSError:
        return False


def storages(address: str) -> str:
    return json.dumps({"default": {"address": address}})
