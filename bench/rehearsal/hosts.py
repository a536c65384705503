"""Two hosts: each a gunicorn and a job worker with a folder and secrets of its own."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from apps.operations.processes import end_with_parent, stop
from bench.instances import Instance, answers, python
from tests.ports import free_port

SHELL_SECRET = ".gitlab_shell_secret"
PREVIOUS = f"{SHELL_SECRET}.previous"


@dataclass
class Host:
    """One host; its web processes can be killed and started again."""

    instance: Instance
    port: int = field(default_factory=free_port)
    _web: subprocess.Popen[bytes] | None = None
    _worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start web processes and worker."""
        self.start_web()
        self._worker = self._run([python(self.instance.checkout), "manage.py", "worker"])

    def start_web(self) -> None:
        """Start the web processes, and wait until they answer."""
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        self._web = self._run([python(self.instance.checkout), "-m", "gunicorn", *bind])
        answers(self.port)

    def kill_web(self) -> None:
        """Kill gunicorn and its processes at once, in the middle of whatever they do."""
        if self._web is None:
            raise RuntimeError("the web processes were not started")
        os.killpg(self._web.pid, signal.SIGKILL)
        self._web.wait()

    def stop(self) -> None:
        """End both."""
        for process in (self._web, self._worker):
            if process is not None:
                stop(process, grace=30)

    def beside(self, data: Path) -> "Host":
        """Return a second host with copies of all files."""
        shutil.copytree(self.instance.data, data)
        return Host(replace(self.instance, data=data))

    def take_secrets(self, other: "Host") -> None:
        """Copy the secrets of a rotation from another host, in the order that refuses nobody."""
        for name in (PREVIOUS, SHELL_SECRET):
            new = self.instance.data / f"{name}.new"
            shutil.copy(other.instance.data / name, new)
            new.rename(self.instance.data / name)

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.instance.data / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.instance.checkout,
                env=self.instance.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
            )


def kept_aside(hosts: list[Host]) -> int:
    """Return how many finished pushes wait in files because the database was away."""
    places = (host.instance.data / "journal" for host in hosts)
    return sum(1 for place in places if place.exists() for file in place.iterdir() if file.suffix == ".json")


def wait_until(reached: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until something is so; ``False`` when it is not by then."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
