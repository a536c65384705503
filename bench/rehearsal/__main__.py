"""Two hosts under load lose their web processes, their primary database and Redis; a secret is rotated.

``python -m bench.rehearsal`` runs, on loopback and in temporary folders, two hosts of web processes and a job
worker each, behind nginx, with Redis, PgBouncer in transaction mode, and PostgreSQL with a standby that every
commit waits for. The clients repeat nothing. It prints a table, adds it to ``bench/results``, and ends with 1
when a promise is broken.
"""

import argparse
import base64
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.load import Request, burst
from bench.rehearsal.hosts import kept_aside, wait_until
from bench.rehearsal.pushing import PREFIX, PULL, Attempt, Clients, Ledger, outcomes
from bench.rehearsal.stage import DETECTION, Stage, stage
from bench.report import Report

PUSHING, PULLING = 4, 2  # clients
MOST_FAILOVER = 30.0  # seconds from the end of the primary to the first push, detection included
JOURNAL = 90  # seconds in which what was kept aside is taken in
JOBS = 120  # seconds in which the workers have done what the pushes left them
WAITING = "SELECT count(*) FROM git_access_pushrecord WHERE processed_at IS NULL"
ROW = "{:<46}{:>8}{:>8}  {}"


def main() -> int:
    """Rehearse."""
    parser = argparse.ArgumentParser(prog="python -m bench.rehearsal", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="of load after each event")
    parser.add_argument("--keep-logs", type=Path, help="a folder that the logs of the hosts are copied to")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("The rehearsal sends part of its load with wrk, which is not installed.")
    report = Report()
    with stage() as made:
        try:
            _rehearse(made, options.seconds, report)
        finally:
            if options.keep_logs:
                made.copy_logs(options.keep_logs)
    print(f"\nThis table is in {report.write()}")
    return 1 if report.missed else 0


def _rehearse(stage: Stage, seconds: int, report: Report) -> None:
    _throughput(stage, report)
    clients = Clients(stage.balancer.both, stage.secret)
    clients.start(pushing=PUSHING, pulling=PULLING)
    course = Course(report, clients.ledger, seconds)
    report.say("\n" + ROW.format("under load", "asked", "failed", "what was seen"))
    course.event("nothing happens", lambda: None, none_fails=True)
    course.event("a host's web processes are killed, and started", stage.kill_web, none_fails=True)
    course.event("a secret is rotated on both", stage.rotate_secret, none_fails=True)
    course.event("Redis is away for a second, and is empty", stage.restart_redis, none_fails=True)
    course.event("the primary dies, and the standby is promoted", stage.fail_over, none_fails=False)
    clients.stop()
    course.failover()
    _nothing_lost(clients.ledger, stage, report)


class Course:
    """Lets things happen under load, one after the other."""

    def __init__(self, report: Report, ledger: Ledger, seconds: int) -> None:
        self._report, self._ledger, self._seconds = report, ledger, seconds
        self._last: tuple[float, float] = (0, 0)

    def event(self, name: str, happen: Callable[[], None], *, none_fails: bool) -> None:
        """Let it happen, let some time pass, and add what the clients saw."""
        began = time.monotonic()
        happen()
        time.sleep(self._seconds)
        self._last = (began, time.monotonic())
        seen = self._seen()
        failed = [each for each in seen if not each.good]
        promise = ("kept" if not failed else "BROKEN") if none_fails else ""
        self._report.say(ROW.format(name, len(seen), len(failed), f"{outcomes(seen)}  {promise}".rstrip()))
        self._report.missed += none_fails and bool(failed)

    def failover(self) -> None:
        """Add how long the last event kept pushes from ending well."""
        began = self._last[0]
        took = self._ledger.first_good_push(self._last_failure(began)) - began
        longest = max((each.ended - each.began for each in self._seen()), default=0)
        self._report.say(
            f"\nfrom the primary's end to pushes that all end well: {took:.1f} s, of which {DETECTION:.0f} s"
            f" are the manager's; the longest answer took {longest:.1f} s"
            f" (promised: within {MOST_FAILOVER:.0f} s): {'kept' if took <= MOST_FAILOVER else 'BROKEN'}"
        )
        self._report.missed += took > MOST_FAILOVER

    def _seen(self) -> list[Attempt]:
        return self._ledger.between(*self._last)

    def _last_failure(self, began: float) -> float:
        return max((each.began for each in self._seen() if not each.good), default=began)


def _throughput(stage: Stage, report: Report) -> None:
    header = base64.b64encode(stage.secret.read_bytes().strip()).decode()
    pull = [Request("POST", f"{PREFIX}/allowed", json.dumps(PULL))]
    rates: dict[str, list[float]] = {"one": [], "both": []}
    for _ in range(3):
        for name, url in (("one", stage.balancer.one), ("both", stage.balancer.both)):
            rates[name].append(burst(url, header, pull, server_pid=os.getpid(), seconds=3).rate)
    one_rate, both_rate = (sorted(each)[1] for each in rates.values())
    report.say(
        f"allowed through nginx, {len(os.sched_getaffinity(0))} cores for everything: one host of one process"
        f" {one_rate:.0f}/s, two {both_rate:.0f}/s = {both_rate / one_rate:.2f}"
    )


def _nothing_lost(ledger: Ledger, stage: Stage, report: Report) -> None:
    report.say("")
    aside = kept_aside(stage.hosts)
    wait_until(lambda: kept_aside(stage.hosts) == 0, seconds=JOURNAL)
    rows = stage.ask("SELECT changes FROM git_access_pushrecord")
    records = Counter(str(changes).split()[-1] for (changes,) in rows)
    lost, unknown = ledger.acknowledged - records.keys(), records.keys() - ledger.acknowledged
    report.say(
        f"{len(ledger.acknowledged)} pushes were acknowledged, {len(lost)} of them are lost;"
        f" {records.total() - len(records)} records are there twice, {len(unknown)} pushes were recorded"
        f" without the client knowing; {aside} were kept in files: {'BROKEN' if lost else 'kept'}"
    )
    began = time.monotonic()
    done = wait_until(lambda: stage.ask(WAITING) == [(0,)], seconds=JOBS)
    left = "all jobs of pushes are done" if done else f"{stage.ask(WAITING)[0][0]} jobs of pushes are left"
    report.say(
        f"{time.monotonic() - began:.0f} s later {left} by the two workers: {'kept' if done else 'BROKEN'}"
    )
    report.missed += bool(lost) + (not done)


if __name__ == "__main__":
    sys.exit(main())
