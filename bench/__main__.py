"""Measure the service in turns with another checkout or alone, and print the table.

``python -m bench`` makes its own PostgreSQL. ``--full`` makes ten million keys, ``--rounds`` and
``--seconds`` the run longer or shorter, ``--only`` a part of it. ``--against ../other`` measures another
checkout in turns with this one. The table also goes to ``bench/results/COMMIT.txt``. It ends with 1 when a
target is missed.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import cases as of
from bench.cases import Case
from bench.gitalies import with_branch
from bench.instances import ROOT, SQLITE, Instance, fill, prepared, python, serving, settle, supervised
from bench.load import proportional_set_size
from bench.report import OTHER, Report
from bench.targets import KEYS_A_SECOND, MEMORY, WITHIN
from tests import servers

PARTS = ("floor", "examples", "many", "memory", "seats")
QUIET = 10  # seconds after which an instance is idle


def main() -> int:
    """Run the benchmark."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("The benchmark sends its load with wrk, which is not installed (apt-get install wrk).")
    checkouts = {"": ROOT} | ({OTHER: options.against.resolve()} if options.against else {})
    report = Report()
    with tempfile.TemporaryDirectory(prefix="gitlab-internal-bench-") as folder:
        _endpoints(Path(folder), options, checkouts, report)
        if "memory" in options.only:
            _memory(Path(folder), checkouts, report)
    if "seats" in options.only:
        _seats(checkouts, report)
    print(f"\nThis table is in {report.write()}")
    return 1 if report.missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="ten million keys, which take minutes to make")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="length of one burst")
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns with this one")
    return parser.parse_args()


def _endpoints(folder: Path, options: argparse.Namespace, checkouts: dict[str, Path], report: Report) -> None:
    with ExitStack() as stack:
        cases: list[Case] = []
        for suffix, checkout in checkouts.items():
            place = folder / f"of{suffix.strip()}"
            place.mkdir()
            found = _cases(stack, options, checkout, place, report)
            cases += [replace(case, name=case.name + suffix) for case in found]
        if not cases:
            return
        for case in cases:
            case.measure(1)
        rounds = [{case.name: case.measure(options.seconds) for case in cases} for _ in range(options.rounds)]
        report.rates(cases, rounds)
        report.say("")
        report.judge_all(WITHIN, rounds)
        if options.against:
            report.comparison(rounds, options.against)


def _cases(
    stack: ExitStack, options: argparse.Namespace, checkout: Path, place: Path, report: Report
) -> Iterator[Case]:
    if "floor" in options.only:
        # The default is 128 MB, which no operator of a million keys leaves as it is.
        postgresql = stack.enter_context(servers.postgresql("shared_buffers=1GB"))
        large, few = (
            prepared(Instance(checkout, place / name, postgresql.create_database()), empty=True)
            for name in ("large", "few")
        )
        fill(few, of.FEW_KEYS)
        rates = fill(large, of.LARGE if options.full else of.SHORT)
        report.say(f"seed --scale made {rates['keys']:,} keys a second")
        if options.full and checkout == ROOT and rates["keys"] < KEYS_A_SECOND:
            report.missed += 1
        for each in (large, few):
            settle(each.database_url)
        if checkout == ROOT:
            report.plan(large.database_url)
        raw = stack.enter_context(serving(few, "bench.constant:application")) if checkout == ROOT else None
        yield from of.of_floor(raw, *(stack.enter_context(serving(each)) for each in (large, few)))
    if {"examples", "many"} & set(options.only):
        gitaly = stack.enter_context(with_branch(of.PUSHED_TO, place / "gitaly"))
        instance = prepared(Instance(checkout, place / "examples", SQLITE, gitaly.address))
        examples = stack.enter_context(serving(instance))
        if "examples" in options.only:
            yield from of.of_examples(examples)
        if "many" in options.only:
            yield from of.of_many(examples, gitaly.commit)


def _memory(folder: Path, checkouts: dict[str, Path], report: Report) -> None:
    report.say("")
    sizes: dict[str, float] = {}
    for suffix, checkout in checkouts.items():
        instance = prepared(Instance(checkout, folder / f"memory{suffix.strip()}", SQLITE))
        with supervised(instance) as server:
            time.sleep(QUIET)
            sizes[suffix] = proportional_set_size(server.pid)
        report.say(f"an idle instance of make serve{suffix}: {sizes[suffix]:.0f} MiB, proportional set sizes")
    if OTHER in sizes:
        report.judge(MEMORY, sizes[""] / sizes[OTHER])


def _seats(checkouts: dict[str, Path], report: Report) -> None:
    for suffix, checkout in checkouts.items():
        report.say(f"\nseats{suffix}")
        command = [python(checkout), "-m", "bench.seats"]
        result = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
        for line in (result.stdout or result.stderr).splitlines():
            report.say(f"  {line}")
        report.missed += bool(result.returncode) and checkout == ROOT


if __name__ == "__main__":
    sys.exit(main())
