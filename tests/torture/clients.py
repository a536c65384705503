"""The clients of the service while something goes wrong: they push, buy, bill and look up."""

import base64
import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.torture.ledger import Ledger
from tests.torture.service import Service

INTERNAL = "/api/v4/internal"
PATIENCE = 60  # seconds; Gitaly's hooks wait longer
PAUSE = 0.02
ZEROS = "0" * 40
FAR = date(2100, 1, 1)
Answer = tuple[int | str, str]
"""The status, or the name of what broke; and the body."""


@dataclass
class Clients:
    """What they have seen is counted by what they did and what came: ``post_receive 200``."""

    service: Service
    ledger: Ledger
    seen: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    """Answers that no client of the contract can read."""
    slowest: float = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _stop: threading.Event = field(default_factory=threading.Event)
    secret: str = ""
    _token: str = ""

    def __post_init__(self) -> None:
        self.secret = self.shell_secret()
        self._token = (self.service.data / "admin_token").read_text().strip()

    def shell_secret(self) -> str:
        return base64.b64encode((self.service.data / ".gitlab_shell_secret").read_bytes()).decode()

    def reread(self) -> None:
        """Take the shared secret from its file anew, as a restarted Gitaly does."""
        self.secret = self.shell_secret()

    def ask(self, what: str, method: str, path: str, body: object = None) -> Answer:
        """Send one request over a connection of its own, and count what comes."""
        headers = {"Gitlab-Shared-Secret": self.secret, "Content-Type": "application/json"}
        if not path.startswith(INTERNAL) or "reconciliations" in path:
            headers = {"PRIVATE-TOKEN": self._token, "Content-Type": "application/json"}
        began = time.monotonic()
        status: int | str
        try:
            with closing(
                http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=PATIENCE)
            ) as wire:
                wire.request(method, path, json.dumps(body) if body is not None else None, headers)
                response = wire.getresponse()
                status, text = response.status, response.read().decode(errors="replace")
        except TimeoutError:
            status, text = "no answer", ""
        except ConnectionRefusedError:
            status, text = "refused", ""
        except (OSError, http.client.HTTPException):
            status, text = "broken off", ""
        self._count(what, status, text, time.monotonic() - began)
        return status, text

    def _count(self, what: str, status: int | str, text: str, seconds: float) -> None:
        with self.ledger.lock:
            self.seen[what, status] += 1
            self.slowest = max(self.slowest, seconds)
        if isinstance(status, int) and status >= 400 and not _is_readable(text):
            self.strange.append(f"{what} {status}: {text[:200]!r}")

    def push(self) -> Answer:
        """What GitLab Shell and Gitaly ask about one push; return the answer that ends it."""
        number = next(self._numbers)
        revision = f"{number:040x}"
        changes = f"{ZEROS} {revision} refs/heads/branch-{number}\n"
        common = {"action": "git-receive-pack", "protocol": "ssh", "key_id": "11"}
        project = {"gl_repository": "project-7"}
        steps = (
            ("allowed", {**common, "project": "gnuwget/wget2", "changes": "_any"}),
            ("allowed, changes", {**common, "gl_repository": "project-3", "changes": changes}),
            ("pre_receive", project),
            ("post_receive", {**project, "identifier": "user-1", "changes": changes}),
        )
        answer: Answer = (0, "")
        for what, body in steps:
            answer = self.ask(what, "POST", f"{INTERNAL}/{what.partition(',')[0]}", body)
            if answer[0] != 200:
                return answer
        with self.ledger.lock:
            self.ledger.pushes.add(revision)
        return answer

    def buy(self) -> None:
        name = f"torture-{next(self._numbers)}"
        pack = {"number_of_minutes": 1000, "expires_at": "2100-01-01", "purchase_xid": name}
        status, _ = self.ask("packs", "POST", "/api/v4/namespaces/123/minutes", {"packs": [pack]})
        if status == 201:
            with self.ledger.lock:
                self.ledger.packs.add(name)

    def bill(self) -> None:
        day = (FAR + timedelta(days=next(self._numbers))).isoformat()
        rows = [
            {"namespace_id": key, "next_reconciliation_date": day, "display_alert_from": day}
            for key in (127, 129)
        ]
        body = {"upcoming_reconciliations": rows}
        status, _ = self.ask("reconciliations", "PUT", f"{INTERNAL}/upcoming_reconciliations", body)
        with self.ledger.lock:
            for key in (127, 129):
                self.ledger.reconciliations.setdefault(key, []).append((day, status == 200))

    def look(self) -> None:
        self.ask("lookup", "GET", f"{INTERNAL}/discover?key_id=11")
        self.ask("check", "GET", f"{INTERNAL}/check")

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let three push while the others do one thing each, until the block ends."""
        self._stop.clear()
        doing = [self.push, self.push, self.push, self.buy, self.bill, self.look]
        threads = [threading.Thread(target=self._repeat, args=(act,)) for act in doing]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _repeat(self, act: Callable[[], object]) -> None:
        while not self._stop.wait(PAUSE):
            act()

    def forget(self) -> None:
        """Begin a new row of the table."""
        self.seen.clear()
        self.strange.clear()
        self.slowest = 0

    def said(self) -> str:
        """The statuses of everything, and how long the slowest took."""
        statuses: Counter[int | str] = Counter()
        for (_, status), times in self.seen.items():
            statuses[status] += times
        listed = ", ".join(f"{status} x {times}" for status, times in sorted(statuses.items(), key=str))
        return f"{listed}; slowest {self.slowest:.1f} s"


def _is_readable(text: str) -> bool:
    """Whether an error carries a text for a person, as contract git-access 1.1 says."""
    try:
        body = json.loads(text)
    except ValueError:
        return False
    return isinstance(body, dict) and any(isinstance(body.get(key), str) for key in ("message", "error"))
