"""Killing everything in the middle of many pushes loses none of them and counts none of them for ever."""

import base64
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Lock
from typing import Any

from tests.callers import INTERNAL
from tests.instances import ROOT, environment, manage, prepared_folder
from tests.ports import free_port

PUSHES = 200
KILLED_AFTER = 60  # finished pushes
TIMEOUT = 120  # seconds; generous for a busy machine
COUNTER_LIFETIME = 600

# What the instance says about itself at the end.
STATE = """
import json
from django.utils import timezone
from django.conf import settings
from apps.git_access.pushes import reference_counter
from apps.git_access.models import PushRecord
from apps.git_access.repositories.ids import parse
from apps.core.shared_store.models import Entry
records = [[record.changes.split()[1], record.events.count(), record.processed_at is not None]
    for record in PushRecord.objects.prefetch_related("events")]
key = "git-receive-pack-reference-counter:project-7"
if settings.REDIS_URL:
    import redis
    lifetime = redis.Redis.from_url(settings.REDIS_URL).ttl("gitlab_internal:" + key)
else:
    ends = Entry.objects.filter(key=key).values_list("expires_at", flat=True).first()
    lifetime = (ends - timezone.now()).total_seconds() if ends else 0
print(json.dumps({"records": records, "under_way": reference_counter.value(parse("project-7")),
    "lifetime": lifetime}))
"""


@dataclass
class Pushes:
    """Pushes by one number each, and what became of them on the caller's side."""

    port: int
    secret: bytes
    finished: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def push(self, number: int) -> None:
        """Say what Gitaly says about a push; like Gitaly, without a second try."""
        revision = f"{number + 1:040x}"
        changes = f"{'0' * 40} {revision} refs/heads/branch-{number}\n"
        try:
            self._post("pre_receive", {"gl_repository": "project-7"})
            body = {"gl_repository": "project-7", "identifier": "user-1", "changes": changes}
            self._post("post_receive", body)
        except (OSError, HTTPException):
            outcome = self.unanswered
        else:
            outcome = self.finished
        with self.lock:
            outcome.add(revision)

    def _post(self, endpoint: str, body: dict[str, str]) -> None:
        headers = {
            "Gitlab-Shared-Secret": base64.b64encode(self.secret).decode(),
            "Content-Type": "application/json",
            "Connection": "close",
        }
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)) as connection:
            connection.request("POST", f"{INTERNAL}/{endpoint}", json.dumps(body), headers)
            response = connection.getresponse()
            response.read()
            assert response.status == 200


@contextmanager
def serving(settings: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``manage.py serve``: the web server and the worker."""
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with (Path(settings["DATA"]) / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        _await(lambda: _answers(port))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=TIMEOUT)


def kill_everything_below(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for gunicorn, each of its processes, and the worker."""
    for pid in reversed(_descendants(process.pid)):
        subprocess.run(["kill", f"-{signal.SIGKILL}", str(pid)], check=False)
    process.wait(timeout=TIMEOUT)


def _is_at_rest(state: dict[str, Any], finished: set[str]) -> bool:
    """Whether every push that was answered is recorded, the journal's too, and every record processed."""
    recorded = {revision for revision, _, _ in state["records"]}
    return finished <= recorded and all(processed for _, _, processed in state["records"])


def test_killed_web_server_and_worker_lose_no_push() -> None:
    with prepared_folder() as (data, database), ThreadPoolExecutor(PUSHES) as threads:
        port = free_port()
        settings = environment(data, JOB_LEASE="2", **database)
        pushes = Pushes(port, (data / ".gitlab_shell_secret").read_bytes())

        with serving(settings, port) as process:
            # Instances of one run may share a Redis, and another test may have left pushes under way there.
            before = _state(settings)["under_way"]
            early = [threads.submit(pushes.push, number) for number in range(PUSHES // 2)]
            _await(lambda: len(pushes.finished) >= KILLED_AFTER)
            kill_everything_below(process)
            for push in early:
                push.result()
        with serving(settings, port):
            for push in [threads.submit(pushes.push, number) for number in range(PUSHES // 2, PUSHES)]:
                push.result()
            _await(lambda: _is_at_rest(_state(settings), pushes.finished))
            state = _state(settings)

    recorded = [revision for revision, _, _ in state["records"]]
    assert pushes.finished <= set(recorded) <= pushes.finished | pushes.unanswered
    assert len(recorded) == len(set(recorded))
    assert {events for _, events, _ in state["records"]} == {1}
    assert 0 <= state["under_way"] - before <= len(pushes.unanswered)
    assert state["lifetime"] <= COUNTER_LIFETIME


def _state(settings: dict[str, str]) -> Any:
    printed = manage(settings, "shell", "--no-imports", "--command", STATE)
    return json.loads(printed.splitlines()[-1])


def _answers(port: int) -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
            return True
    except OSError:
        return False


def _await(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def _descendants(pid: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *_descendants(int(child))]
    return found
