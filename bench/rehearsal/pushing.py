"""Clients that push and pull through the balancer, and the ledger of what they were told."""

import base64
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "/api/v4/internal"
BROKEN = "connection broken"
BY_ROOT = {"key_id": "11", "project": "gnuwget/wget", "protocol": "ssh", "changes": "_any"}
PULL = {**BY_ROOT, "action": "git-upload-pack"}
COMMIT = "fd9e76b9136bdd9fe217061b497745792fe5a5ee"


@dataclass(frozen=True)
class Attempt:
    """A push or a pull: when it began and ended, and ``200`` or what went wrong where."""

    kind: str
    began: float
    ended: float
    outcome: str

    @property
    def good(self) -> bool:
        """Whether everything was answered with 200."""
        return self.outcome == "200"


@dataclass
class Ledger:
    """What all clients were told."""

    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    """The refs of the finished pushes that were answered with 200."""

    def between(self, began: float, ended: float) -> list[Attempt]:
        """Return the attempts that a moment of this time fell into."""
        return [each for each in self.attempts if each.began <= ended and each.ended >= began]

    def first_good_push(self, after: float) -> float:
        """Return when the first push ended that began after a moment and was good; infinity if none did."""
        later = (each for each in self.attempts if each.began > after and each.kind == "push")
        return min((each.ended for each in later if each.good), default=float("inf"))


@dataclass
class Clients:
    """Threads that push, and threads that pull, until they are told to stop. None repeats anything."""

    url: str
    secret: Path
    ledger: Ledger = field(default_factory=Ledger)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, *, pushing: int, pulling: int) -> None:
        """Begin."""
        work = [self._push] * pushing + [self._pull] * pulling
        self._threads = [threading.Thread(target=self._go_on, args=[each], daemon=True) for each in work]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, once what is under way has been answered."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, work: Callable[[], tuple[str, str]]) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            kind, outcome = work()
            self.ledger.attempts.append(Attempt(kind, began, time.monotonic(), outcome))
            time.sleep(random.uniform(0.01, 0.03))

    def _pull(self) -> tuple[str, str]:
        return "pull", self._ask("allowed", PULL)

    def _push(self) -> tuple[str, str]:
        ref = f"refs/heads/{uuid.uuid4().hex}"
        push = {"gl_repository": "project-7", "identifier": "user-1"}
        steps = {
            "allowed": {**BY_ROOT, "action": "git-receive-pack"},
            "pre_receive": {"gl_repository": "project-7"},
            "post_receive": {**push, "changes": f"{'0' * 40} {COMMIT} {ref}\n"},
        }
        for endpoint, body in steps.items():
            outcome = self._ask(endpoint, body)
            if outcome != "200":
                return "push", f"{endpoint}: {outcome}"
        self.ledger.acknowledged.add(ref)
        return "push", "200"

    def _ask(self, endpoint: str, body: dict[str, str]) -> str:
        address = urlsplit(self.url)
        headers = {
            "Gitlab-Shared-Secret": base64.b64encode(self.secret.read_bytes().strip()).decode(),
            "Content-Type": "application/json",
            "X-Request-Id": uuid.uuid4().hex,
            "Connection": "close",
        }
        try:
            with closing(HTTPConnection(address.hostname or "", address.port, timeout=70)) as connection:
                connection.request("POST", f"{PREFIX}/{endpoint}", json.dumps(body), headers)
                answer = connection.getresponse()
                answer.read()
                return str(answer.status)
        except (OSError, HTTPException):
            return BROKEN


def outcomes(attempts: list[Attempt]) -> str:
    """Return how many came to which end, in words."""
    counts = Counter(f"{each.kind}: {each.outcome}" for each in attempts if not each.good)
    return ", ".join(f"{count} times {what}" for what, count in counts.most_common()) or "none"
