"""What was acknowledged, and what is stored: asked of the instance's database itself, past the service."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg2

PATIENCE = 120  # seconds until everything that was acknowledged is stored and worked off

# Each push of ours changes one ref; its new revision tells which it is.
PUSHES = """
SELECT record.changes, COUNT(event.id), record.processed_at IS NOT NULL
FROM git_access_pushrecord record LEFT JOIN git_access_pushevent event ON event.record_id = record.id
WHERE record.gl_repository = 'project-7' GROUP BY record.id
"""
PACKS = "SELECT purchase_xid FROM billing_minutespack WHERE purchase_xid LIKE 'torture-%'"
RECONCILIATIONS = """
SELECT namespace_id, next_reconciliation_date FROM billing_upcomingreconciliation
WHERE namespace_id IN (127, 129)
"""


@dataclass
class Ledger:
    """Filled by the clients; ``database`` is the URL that the service has, or the file of SQLite."""

    database: str
    pushes: set[str] = field(default_factory=set)
    """The new revisions of pushes whose end was acknowledged."""
    packs: set[str] = field(default_factory=set)
    reconciliations: dict[int, list[tuple[str, bool]]] = field(default_factory=dict)
    """By namespace: the dates that were sent, and whether they were acknowledged."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        if self.database.startswith("postgres"):
            folder, _, name = self.database.partition("@/")[2].rpartition("/")
            connected = psycopg2.connect(host=folder, user="postgres", dbname=name)
            with closing(connected), connected.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)) as connection:
            return list(connection.execute(statement))

    def settle(self) -> tuple[str, list[str]]:
        """Wait until all is stored; return the counts of acknowledged and stored, and what is wrong."""
        deadline = time.monotonic() + PATIENCE
        while (wrong := self._wrong()) and time.monotonic() < deadline:
            time.sleep(0.5)
        with self.lock:
            counts = f"{len(self.pushes)}+{len(self.packs)}+{self._dates()}"
        return f"{counts} of {counts}" if not wrong else f"of {counts}: {'; '.join(wrong)}", wrong

    def _dates(self) -> int:
        return sum(done for sent in self.reconciliations.values() for _, done in sent)

    def _wrong(self) -> list[str]:
        with self.lock:
            pushes, packs = set(self.pushes), set(self.packs)
            dates = {key: list(sent) for key, sent in self.reconciliations.items()}
        found = [*self._wrong_pushes(pushes)]
        stored = {str(row[0]) for row in self.rows(PACKS)}
        if lost := packs - stored:
            found.append(f"{len(lost)} packs lost")
        last = {int(key): str(day) for key, day in self.rows(RECONCILIATIONS)}
        for key, sent in dates.items():
            done = [place for place, (_, acknowledged) in enumerate(sent) if acknowledged]
            possible = {day for day, _ in sent[done[-1] :]} if done else set()
            if possible and last.get(key) not in possible:
                found.append(f"the reconciliation of {key} is lost")
        return found

    def _wrong_pushes(self, acknowledged: set[str]) -> list[str]:
        rows = self.rows(PUSHES)
        times = Counter(changes.split()[1] for changes, _, _ in rows)
        faults = {
            "pushes lost": len(acknowledged - set(times)),
            "pushes recorded twice": sum(number > 1 for number in times.values()),
            "pushes without their one event": sum(done and events != 1 for _, events, done in rows),
            "pushes not processed": sum(not done for _, _, done in rows),
        }
        return [f"{number} {fault}" for fault, number in faults.items() if number]
