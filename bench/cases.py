"""What is asked, endpoint by endpoint, and on which world."""

import base64
import json
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bench.instances import Server, World, connect, settle
from bench.load import Asked, Burst, Request, burst, one_by_one

PREFIX = "/api/v4/internal"
REPOSITORY = "/gnuwget/wget2.git"
FEW_KEYS = World(users=500, groups=30, projects=100, members=400, keys=1_000)
LARGE = World(users=50_000, groups=20_001, projects=100_000, members=400_000, keys=10_000_000)
SHORT = World(users=5_000, groups=20_001, projects=20_000, members=40_000, keys=200_000)
REFS, MANY_REFS = 1_000, 22_000
ELEMENTS = 1_000  # reconciliations and packs of one request
GROUPS_OF_ONE = 3
PUSHED_TO = 7
RULES = f"""
from apps.directory.models import Project
from apps.git_access.models import ProtectedBranch, ProtectedTag, PushRule
project = Project.objects.get(pk={PUSHED_TO})
for name in ("main", "release/*", "*-stable"):
    ProtectedBranch.objects.create(project=project, name=name)
    ProtectedTag.objects.create(project=project, name=name)
PushRule.objects.create(scope="project", project=project, branch_name_regex="^(topic|main)")
"""
GROUPS = f"""
import json
from apps.directory.models import Namespace
made = [Namespace.objects.create(path=f"many{{n}}", name=f"many{{n}}").pk for n in range({ELEMENTS})]
print("GROUPS", json.dumps(made))
"""


@dataclass(frozen=True)
class Case:
    """One question to one server, and how it is asked."""

    name: str
    server: Asked
    ask: Callable[[Asked, int], Burst]

    def measure(self, seconds: int) -> Burst:
        """Ask for so many seconds, or, where one question is large, a fixed number of times."""
        return self.ask(self.server, seconds)


def of_floor(raw: Server | None, large: Server, few: Server) -> Iterator[Case]:
    """The server alone, the empty view, and what is looked up in PostgreSQL."""
    chance = random.Random(1)
    pulls = granted_pulls(large, chance)
    bodies = [pull.body for pull in pulls]
    floor = [Request("POST", f"{PREFIX}/floor", body) for body in bodies]
    keys = offered_keys(large, chance)
    if raw:
        yield stream("raw WSGI", raw, floor)
    yield stream("floor", large, floor)
    yield stream(
        "floor, GET", large, [replace(key, path=key.path.replace("authorized_keys", "floor")) for key in keys]
    )
    yield stream("allowed, PostgreSQL", large, pulls)
    yield stream("authorized_keys, PostgreSQL", large, keys)
    yield stream("authorized_keys of 1,000 keys", few, offered_keys(few, chance))
    heavy, light = members_of_many_and_few(large)
    yield stream("allowed, member of 20,000 groups", large, heavy)
    yield stream("allowed, member of 3 groups", large, light)


def of_examples(examples: Server) -> Iterator[Case]:
    """The world of the document's examples on SQLite, which everybody starts with."""
    common = {"key_id": "11", "project": "gnuwget/wget2"}
    push = {
        "gl_repository": "project-7",
        "identifier": "user-1",
        "changes": f"{'0' * 40} fd9e76b9136bdd9fe217061b497745792fe5a5ee refs/heads/gh-pages\n",
    }
    yield from of_first_questions("SQLite", examples)
    yield stream("discover, SQLite", examples, [Request("GET", f"{PREFIX}/discover?key_id=11")])
    yield stream("agent_info, SQLite", examples, [_agent_info(examples)])
    yield stream("lfs_authenticate, SQLite", examples, [_posting("lfs_authenticate", common)])
    yield stream("pre_receive, SQLite", examples, [_posting("pre_receive", {"gl_repository": "project-7"})])
    yield stream("post_receive, SQLite", examples, [_posting("post_receive", push)])
    yield from _over_http(examples)


def of_first_questions(database: str, examples: Server) -> Iterator[Case]:
    """What every connection over SSH begins with: who is it, and may they."""
    fixtures = json.loads((examples.instance.checkout / "fixtures" / "30_keys.json").read_text())
    line = next(row["fields"]["key"] for row in fixtures if (row["model"], row["pk"]) == ("ssh_keys.key", 11))
    yield stream(f"allowed, {database}", examples, [pull_of(11, "gnuwget/wget2")])
    yield stream(f"authorized_keys, {database}", examples, [_lookup(line)])


def of_many(examples: Server, commit: str) -> Iterator[Case]:
    """Requests with many elements, one after the other."""
    examples.instance.manage("shell", "-c", RULES)
    yield single("a push of 1,000 refs, SQLite", examples, lambda: _push_of(REFS, commit), count=5)
    yield single("a push of 22,000 refs, SQLite", examples, lambda: _push_of(MANY_REFS, commit))
    token = ("Private-Token", examples.instance.secret("admin_token").decode())
    groups = json.loads(examples.instance.manage("shell", "-c", GROUPS).rpartition("GROUPS ")[2])

    def reconciliations() -> Request:
        dates = {"next_reconciliation_date": "13 Jun 2021", "display_alert_from": "06 Jun 2021"}
        elements = [{"namespace_id": group, **dates} for group in groups]
        body = json.dumps({"upcoming_reconciliations": elements})
        return Request("PUT", f"{PREFIX}/upcoming_reconciliations", body, (token,))

    def packs() -> Request:
        pack = {"number_of_minutes": 1000, "expires_at": "2040-01-01"}
        bought = [{**pack, "purchase_xid": uuid.uuid4().hex} for _ in range(ELEMENTS)]
        return Request("POST", "/api/v4/namespaces/123/minutes", json.dumps({"packs": bought}), (token,))

    yield single("1,000 reconciliations, SQLite", examples, reconciliations)
    yield single("1,000 packs, SQLite", examples, packs)


def stream(name: str, server: Asked, requests: list[Request]) -> Case:
    """Eight clients who ask one question after the other."""

    def ask(server: Asked, seconds: int) -> Burst:
        return burst(server.url, server.shell_secret, requests, server_pid=server.pid, seconds=seconds)

    return Case(name, server, ask)


def single(name: str, server: Asked, make: Callable[[], Request], *, count: int = 3) -> Case:
    """One client; what counts is the time of one request."""

    def ask(server: Asked, seconds: int) -> Burst:
        return one_by_one(server.url, server.shell_secret, make, server_pid=server.pid, count=count)

    return Case(name, server, ask)


def granted_pulls(large: Server, chance: random.Random) -> list[Request]:
    """Return pulls that are granted, through memberships of groups at every depth, of many users."""
    rows = _rows(
        large,
        "SELECT key.id, route.path FROM directory_member member"
        " JOIN ssh_keys_key key ON key.user_id = member.user_id AND key.kind = 'user'"
        " JOIN directory_project project ON project.namespace_id = member.group_id"
        " JOIN directory_route route ON route.project_id = project.id"
        " WHERE member.access_level >= 20 LIMIT 5000",
    )
    chance.shuffle(rows)
    return [pull_of(key, path) for key, path in rows]


def offered_keys(served: Server, chance: random.Random) -> list[Request]:
    """Return lookups of 2,000 keys from all over the table."""
    ((first, last),) = _rows(served, "SELECT min(id), max(id) FROM ssh_keys_key WHERE kind = 'user'")
    ids = ",".join(str(chance.randint(first, last)) for _ in range(2100))
    lines = _rows(served, f"SELECT key FROM ssh_keys_key WHERE kind = 'user' AND id IN ({ids})")
    return [_lookup(line) for (line,) in lines]


def members_of_many_and_few(large: Server) -> tuple[list[Request], list[Request]]:
    """Make somebody a member of every group and somebody of three; both ask for projects of these three."""
    (many, key), (few, other) = _rows(
        large,
        "SELECT user_id, min(id) FROM ssh_keys_key WHERE kind = 'user' AND id <"
        " (SELECT min(id) + 500 FROM ssh_keys_key) GROUP BY user_id ORDER BY user_id LIMIT 2",
    )
    groups = _rows(
        large,
        "SELECT namespace.id FROM directory_namespace namespace JOIN directory_project project"
        " ON project.namespace_id = namespace.id WHERE namespace.kind = 'group'"
        f" GROUP BY namespace.id ORDER BY namespace.id LIMIT {GROUPS_OF_ONE}",
    )
    three = ",".join(str(group) for (group,) in groups)
    with closing(connect(large.instance.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM directory_member WHERE user_id IN ({many}, {few})")
        for user, which in ((many, "true"), (few, f"id IN ({three})")):
            cursor.execute(
                "INSERT INTO directory_member"
                " (user_id, group_id, access_level, state, invite_email, created_at)"
                f" SELECT {user}, id, 30, 'active', '', now() FROM directory_namespace"
                f" WHERE kind = 'group' AND {which}"
            )
    settle(large.instance.database_url)
    paths = _rows(
        large,
        "SELECT route.path FROM directory_route route JOIN directory_project project"
        f" ON project.id = route.project_id WHERE project.namespace_id IN ({three})",
    )
    return [pull_of(key, path) for (path,) in paths], [pull_of(other, path) for (path,) in paths]


def _over_http(examples: Server) -> Iterator[Case]:
    """What Workhorse asks before it lets somebody with a token clone or push."""
    if not (examples.instance.checkout / "apps" / "workhorse").exists():
        return
    created = examples.instance.manage(
        "token", "create", "root", "--name", "bench", "--scope", "api", "--json"
    )
    login = base64.b64encode(f"root:{json.loads(created)['token']}".encode()).decode()
    signed = examples.instance.signed(
        "Gitlab-Workhorse-Api-Request", ".gitlab_workhorse_secret", "gitlab-workhorse"
    )
    headers = (("Authorization", f"Basic {login}"), signed)
    refs = Request("GET", f"{REPOSITORY}/info/refs?service=git-upload-pack", headers=headers)
    push = Request("POST", f"{REPOSITORY}/git-receive-pack", headers=headers)
    yield stream("info/refs, SQLite", examples, [refs])
    yield stream("git-receive-pack, SQLite", examples, [push])


def _agent_info(examples: Server) -> Request:
    signed = examples.instance.signed("Gitlab-Kas-Api-Request", ".gitlab_kas_secret", "gitlab-kas")
    token = f"Bearer {examples.instance.secret('agent_token').decode()}"
    path = f"{PREFIX}/kubernetes/agent_info"
    return Request("GET", path, headers=(signed, ("Authorization", token)))


def _push_of(refs: int, commit: str) -> Request:
    """A push of new branches into a project that has rules for names and protected branches."""
    lines = (f"{'0' * 40} {commit} refs/heads/topic/{number}" for number in range(refs))
    push = {"action": "git-receive-pack", "protocol": "ssh", "changes": "\n".join(lines)}
    return _posting(
        "allowed",
        {**push, "key_id": "11", "gl_repository": f"project-{PUSHED_TO}", "project": "gnuwget/wget"},
    )


def pull_of(key: int, path: str) -> Request:
    """Return the question of GitLab Shell whether the owner of a key may fetch."""
    pull = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any", "check_ip": "127.0.0.1"}
    return _posting("allowed", {**pull, "key_id": str(key), "project": f"{path}.git"})


def _posting(endpoint: str, body: dict[str, str]) -> Request:
    return Request("POST", f"{PREFIX}/{endpoint}", json.dumps(body))


def _lookup(line: str) -> Request:
    return Request("GET", f"{PREFIX}/authorized_keys?key={quote(line.split()[1], safe='')}")


def _rows(served: Server, statement: str) -> list[tuple[Any, ...]]:
    with closing(connect(served.instance.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
