"""Everything that may go wrong, tried on both kinds of store: ``make torture``.

``--short`` is the part that each change goes through. One process for each store, on a core of its own where
there are two; each prints its lines as it gets on. It ends with 1 when anything failed.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

from tests.torture import report

STORES = ("sqlite", "postgres")


def main() -> int:
    given = _options()
    if given.store:
        return _one(given)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both stores are ended, too
    began = time.monotonic()
    report.heading()
    processes = [_start(store, place) for place, store in enumerate(STORES)]
    try:
        failed = sum(process.wait() != 0 for process in processes)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    took = time.monotonic() - began
    sys.stdout.write(f"\n{took:.0f} s. {'Nothing failed.' if not failed else 'See FAILED above.'}\n")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--short", action="store_true", help="two minutes instead of fifteen")
    parser.add_argument("--store", choices=STORES, help="one of the two only, in this process")
    parser.add_argument("--only", default="", help="parts, by commas: worlds, fuzz, faults, disk, load")
    parser.add_argument("--worlds", type=int, help="random worlds on each store")
    return parser.parse_args()


def _start(store: str, place: int) -> subprocess.Popen[bytes]:
    cores = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-m", "tests.torture", "--store", store, *sys.argv[1:]]
    process = subprocess.Popen(command)
    os.sched_setaffinity(process.pid, {cores[place % len(cores)]})
    return process


def _one(given: argparse.Namespace) -> int:
    """Run everything on one store; SIGTERM ends it in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from tests.torture import course

    return course.run(given.store, short=given.short, only=given.only, worlds=given.worlds)


if __name__ == "__main__":
    sys.exit(main())
