"""``manage.py`` for tests that type many commands: each is a fork of one process that has loaded everything.

A command spends most of its time on loading what it is made of. Whatever could tell a fork from a process of
its own (other settings, a command that goes on until it is stopped) gets a process of its own.
"""

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django
from django.core.management import get_commands, load_command_class
from django.urls import get_resolver

from apps.operations.processes import end_with_parent, stop

ROOT = Path(__file__).resolve().parent.parent
MANAGE = str(ROOT / "manage.py")


class WarmCommands:
    """The commands of one instance; they are loaded by the first that is wanted."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._resources = ExitStack()
        self._lock = threading.Lock()
        self._program = ""

    def program(self) -> str:
        """Return the text of a Python program that runs them like ``manage.py``."""
        with self._lock:
            if not self._program:
                self._program = _client(self._resources.enter_context(_serving(self._environment)))
            return self._program

    def close(self) -> None:
        """Forget what is loaded."""
        self._resources.close()


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[str]:
    """Load everything in a process of its own, and yield the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="warm-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = f"{folder}/socket"
        listener.bind(path)
        listener.listen(16)
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_commands", str(listener.fileno())],
            cwd=ROOT,
            env=environment,
            pass_fds=(listener.fileno(),),
            stdin=subprocess.DEVNULL,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
        try:
            yield path
        finally:
            stop(server, grace=5)


def _client(path: str) -> str:
    return f"""#!{sys.executable} -SE
import json, os, socket, sys
if sys.argv[1:] in (["serve"], ["worker"]):  # they end when somebody ends them
    os.execv(sys.executable, [sys.executable, {MANAGE!r}, *sys.argv[1:]])
request = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    socket.send_fds(server, [b"."], [0, 1, 2])
    server.sendall(json.dumps(request).encode())
    server.shutdown(socket.SHUT_WR)
    sys.exit(int(server.makefile().read() or 255))
"""


def main() -> None:
    """Fork for every connection until this process is stopped."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
    django.setup()
    get_resolver().url_patterns  # noqa: B018 -- reading it imports the views
    for name, application in get_commands().items():
        if application.startswith(("apps.", "gitlab_internal")):
            load_command_class(application, name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the attendants
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _attend(connection)
        connection.close()


def _attend(connection: socket.socket) -> None:
    """Let a fork run the command, and tell the client how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    request = json.loads(connection.makefile().read())
    command = os.fork()
    if command == 0:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        _run(request)
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    connection.sendall(str(code if code >= 0 else 128 - code).encode())
    os._exit(0)


def _run(request: dict[str, Any]) -> None:
    """Become the command; this process ends with it."""
    arguments, environment = request["arguments"], request["environment"]
    os.chdir(request["folder"])
    if _has_other_settings(environment):
        own = [sys.executable, MANAGE, *arguments]
        os.execve(sys.executable, own, environment)  # noqa: S606 -- no shell is wanted
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [MANAGE, *arguments]
    runpy.run_path(MANAGE, run_name="__main__")
    sys.exit()


def _has_other_settings(environment: Mapping[str, str]) -> bool:
    from apps.operations.setting_inventory import inventory  # needs settings

    return any(environment.get(one.name) != os.environ.get(one.name) for one in inventory())


if __name__ == "__main__":
    main()
