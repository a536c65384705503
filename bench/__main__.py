"""Measure the hot endpoints against a constant view, in turns, and print the table.

``python -m bench`` makes its own PostgreSQL. ``--scale 0.05`` makes the world another size, ``--full`` the
large one, ``--rounds`` and ``--seconds`` the run longer or shorter. ``--against ../other`` measures another
checkout in turns with this one. The table also goes to ``bench/results/COMMIT.txt``. It ends with 1 when a
target is missed.
"""

import argparse
import base64
import json
import random
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import jwt

from bench.instances import ROOT, SQLITE, WORKHORSE_SECRET, Server, World, connect, server
from bench.load import Burst, Request, burst
from bench.report import OTHER, Case, Report
from tests import servers

PREFIX = "/api/v4/internal"
REPOSITORY = "/gnuwget/wget2.git"
LARGE = World(users=50_000, keys=1_000_000, groups=20_001, projects=100_000, members=400_000)
SMALL = World(users=500, keys=1_000, groups=30, projects=100, members=400)


PUSH = {
    "gl_repository": "project-7",
    "identifier": "user-1",
    "changes": f"{'0' * 40} fd9e76b9136bdd9fe217061b497745792fe5a5ee refs/heads/gh-pages\n",
}


def main() -> int:
    """Run the benchmark."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("The benchmark sends its load with wrk, which is not installed (apt-get install wrk).")
    with ExitStack() as stack:
        cases = _cases(stack, options.scale, options.against)
        for case in cases:
            _measure(case, seconds=1)
        rounds = [
            {case.name: _measure(case, seconds=options.seconds) for case in cases}
            for _ in range(options.rounds)
        ]
        report = Report()
        report.rates(cases, rounds)
        report.plan(cases[0].server)
        if options.against:
            report.comparison(rounds)
        missed = report.targets(rounds)
    print(f"\nThis table is in {report.write()}")
    return missed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.02, help="size of the large world (default: 0.02)")
    parser.add_argument("--full", action="store_const", const=1.0, dest="scale", help="a million keys")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="length of one burst")
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns with this one")
    return parser.parse_args()


def _cases(stack: ExitStack, scale: float, against: Path | None) -> list[Case]:
    # The default is 128 MB, which no operator of a million keys leaves as it is.
    postgresql = stack.enter_context(servers.postgresql("shared_buffers=1GB"))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gitlab-internal-bench-")))
    world = World(**{name: max(30, int(number * scale)) for name, number in vars(LARGE).items()})
    cases: list[Case] = []
    for suffix, checkout in [("", ROOT), *([(OTHER, against.resolve())] if against else [])]:

        def run(
            name: str, url: str, of: World | None, checkout: Path = checkout, end: str = suffix
        ) -> Server:
            return stack.enter_context(server(url, folder / f"{name}{end.strip()}", of, checkout))

        large = run("large", postgresql.create_database(), world)
        small = run("small", postgresql.create_database(), SMALL)
        examples = run("examples", SQLITE, None)
        of_checkout = [*_on_postgresql(large, small, world), *_on_sqlite(examples)]
        cases += [replace(case, name=f"{case.name}{suffix}") for case in of_checkout]
    return cases


def _on_postgresql(large: Server, small: Server, world: World) -> list[Case]:
    chance = random.Random(1)
    bodies = _bodies(large, chance)
    return [
        Case("floor", large, [Request("POST", f"{PREFIX}/floor", body) for body in bodies]),
        Case("allowed", large, [Request("POST", f"{PREFIX}/allowed", body) for body in bodies]),
        Case("floor (GET)", large, [_key_request("floor", number) for number in range(1, 500)]),
        Case("authorized_keys 1k", small, _key_requests(SMALL, chance)),
        Case("authorized_keys", large, _key_requests(world, chance)),
        Case("discover", large, [_discover(number) for number in range(1, 500)]),
    ]


def _on_sqlite(examples: Server) -> list[Case]:
    """The world of the document's examples, which everybody starts with."""
    common = {"key_id": "11", "project": "gnuwget/wget2"}
    pull = {**common, "action": "git-upload-pack", "protocol": "ssh", "changes": "_any"}
    return [
        Case("allowed, SQLite", examples, [Request("POST", f"{PREFIX}/allowed", json.dumps(pull))]),
        Case("discover, SQLite", examples, [_discover(11)]),
        Case("lfs_authenticate, SQLite", examples, [_posting("lfs_authenticate", common)]),
        Case("pre_receive, SQLite", examples, [_posting("pre_receive", {"gl_repository": "project-7"})]),
        Case("post_receive, SQLite", examples, [_posting("post_receive", PUSH)]),
        *_over_http(examples),
    ]


def _over_http(examples: Server) -> list[Case]:
    """What Workhorse asks before it lets somebody with a token clone or push."""
    if not examples.knows_workhorse:
        return []
    created = examples.manage("token", "create", "root", "--name", "bench", "--scope", "api", "--json")
    login = base64.b64encode(f"root:{json.loads(created)['token']}".encode()).decode()
    signature = jwt.encode({"iss": "gitlab-workhorse"}, base64.b64decode(WORKHORSE_SECRET), algorithm="HS256")
    headers = (("Authorization", f"Basic {login}"), ("Gitlab-Workhorse-Api-Request", signature))
    refs = Request("GET", f"{REPOSITORY}/info/refs?service=git-upload-pack", headers=headers)
    push = Request("POST", f"{REPOSITORY}/git-receive-pack", headers=headers)
    return [Case("info/refs, SQLite", examples, [refs]), Case("git-receive-pack, SQLite", examples, [push])]


def _posting(endpoint: str, body: dict[str, str]) -> Request:
    return Request("POST", f"{PREFIX}/{endpoint}", json.dumps(body))


def _discover(key: int) -> Request:
    return Request("GET", f"{PREFIX}/discover?key_id={key}")


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


if __name__ == "__main__":
    sys.exit(main())
