"""Measure the hot endpoints against a constant view, in turns, and print the table.

``python -m bench`` makes its own PostgreSQL. ``--scale 0.05`` makes the world smaller, ``--rounds`` and
``--seconds`` the run longer or shorter. It ends with 1 when a target is missed.
"""

import argparse
import base64
import json
import random
import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.instances import Server, World, connect, server
from bench.load import Burst, Request, burst
from tests import servers

PREFIX = "/api/v4/internal"
LARGE = World(users=50_000, keys=1_000_000, groups=20_001, projects=100_000, members=400_000)
SMALL = World(users=500, keys=1_000, groups=30, projects=100, members=400)


@dataclass(frozen=True)
class Case:
    """One endpoint on one server."""

    name: str
    server: Server
    requests: list[Request]


@dataclass(frozen=True)
class Target:
    """A ratio that must hold: of ``measure`` of ``case`` to that of ``base``."""

    case: str
    base: str
    measure: str
    least: float | None = None
    most: float | None = None

    def met(self, ratio: float) -> bool:
        """Whether the ratio is within the target."""
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)


TARGETS = (
    Target("allowed", "floor", "rate", least=0.55),
    Target("authorized_keys 1M", "floor (GET)", "rate", least=0.65),
    Target("authorized_keys 1M", "authorized_keys 1k", "p50", most=1.2),
)


def main() -> int:
    """Run the benchmark."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("The benchmark sends its load with wrk, which is not installed (apt-get install wrk).")
    with ExitStack() as stack:
        cases = _cases(stack, options.scale)
        for case in cases:
            _measure(case, seconds=1)
        rounds = [
            {case.name: _measure(case, seconds=options.seconds) for case in cases}
            for _ in range(options.rounds)
        ]
        _print_rates(cases, rounds)
        _print_plan(cases[0].server)
    return _print_targets(rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the large world (default: 1)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2, help="length of one burst")
    return parser.parse_args()


def _cases(stack: ExitStack, scale: float) -> list[Case]:
    # The default is 128 MB, which no operator of a million keys leaves as it is.
    postgresql = stack.enter_context(servers.postgresql("shared_buffers=1GB"))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gitlab-internal-bench-")))
    world = World(**{name: max(30, int(number * scale)) for name, number in vars(LARGE).items()})
    large = stack.enter_context(server(postgresql.create_database(), folder / "large", world))
    small = stack.enter_context(server(postgresql.create_database(), folder / "small", SMALL))
    chance = random.Random(1)
    return [
        Case("floor", large, [Request("POST", f"{PREFIX}/floor", body) for body in _bodies(large, chance)]),
        Case(
            "allowed", large, [Request("POST", f"{PREFIX}/allowed", body) for body in _bodies(large, chance)]
        ),
        Case("floor (GET)", large, [_key_request("floor", number) for number in range(1, 500)]),
        Case("authorized_keys 1k", small, _key_requests(SMALL, chance)),
        Case("authorized_keys 1M", large, _key_requests(world, chance)),
        Case(
            "discover",
            large,
            [Request("GET", f"{PREFIX}/discover?key_id={number}") for number in range(1, 500)],
        ),
    ]


def _bodies(served: Server, chance: random.Random) -> list[str]:
    """Pull requests that are granted, through memberships of groups at every depth, of many users."""
    with connect(served.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT key.id, route.path FROM directory_member member"
            " JOIN ssh_keys_key key ON key.user_id = member.user_id"
            " JOIN directory_project project ON project.namespace_id = member.group_id"
            " JOIN directory_route route ON route.project_id = project.id"
            " WHERE member.access_level >= 20 AND key.id <= 100000 LIMIT 5000"
        )
        rows = cursor.fetchall()
    chance.shuffle(rows)
    common = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any", "check_ip": "127.0.0.1"}
    return [json.dumps({**common, "key_id": str(key), "project": f"{path}.git"}) for key, path in rows]


def _key_requests(world: World, chance: random.Random) -> list[Request]:
    return [_key_request("authorized_keys", chance.randint(1, world.keys)) for _ in range(2000)]


def _key_request(endpoint: str, number: int) -> Request:
    blob = base64.b64encode(f"key-{number}".encode()).decode()
    return Request("GET", f"{PREFIX}/{endpoint}?key={quote(blob, safe='')}")


def _measure(case: Case, *, seconds: int) -> Burst:
    return burst(
        case.server.url, case.server.secret, case.requests, server_pid=case.server.pid, seconds=seconds
    )


def _median(rounds: list[dict[str, Burst]], name: str, measure: str) -> float:
    return float(statistics.median(getattr(results[name], measure) for results in rounds))


def _print_rates(cases: list[Case], rounds: list[dict[str, Burst]]) -> None:
    print(
        f"{'endpoint':<22}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}"
        f"   median of {len(rounds)} rounds"
    )
    for case in cases:
        figures = [_median(rounds, case.name, measure) for measure in ("rate", "p50", "p99", "server_cpu")]
        print(f"{case.name:<22}{figures[0]:>8.0f}{figures[1]:>9.2f}{figures[2]:>9.2f}{figures[3]:>9.2f}")


def _print_plan(served: Server) -> None:
    """Show which index the lookup of a key uses, and how many buffers it reads."""
    with connect(served.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT key.id FROM ssh_keys_key key"
            " LEFT JOIN directory_user owner ON owner.id = key.user_id WHERE key.fingerprint_sha256 ="
            " (SELECT fingerprint_sha256 FROM ssh_keys_key WHERE id = 77) AND key.usage_type <> 'signing'"
        )
        print("\nplan of authorized_keys:")
        print("\n".join(f"  {line}" for (line,) in cursor.fetchall()))


def _print_targets(rounds: list[dict[str, Burst]]) -> int:
    """Print each ratio, the median over the rounds, and return 1 when one misses its target."""
    print()
    missed = 0
    for target in TARGETS:
        ratio = statistics.median(
            getattr(results[target.case], target.measure) / getattr(results[target.base], target.measure)
            for results in rounds
        )
        bound = f">= {target.least}" if target.least is not None else f"<= {target.most}"
        verdict = "met" if target.met(ratio) else "MISSED"
        missed += not target.met(ratio)
        print(f"{target.measure} of {target.case} / {target.base}: {ratio:.2f} (target {bound}): {verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
