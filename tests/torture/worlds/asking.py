"""Questions about a world, and what the product says to them."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from apps.git_access.access import authorize
from apps.git_access.context import changes
from apps.git_access.context.attempt import Command
from apps.git_access.context.refusals import Refusal
from apps.git_access.views.access import STATUS_OF_REFUSAL
from apps.ssh_keys.actors import Claim
from tests.torture.worlds.places import Ask
from tests.torture.worlds.pushes import Verdict
from tests.torture.worlds.refs import ZEROS
from tests.torture.worlds.things import FIRST_ID, NOW, World
from tests.torture.worlds.verdicts import judge

QUESTIONS = 30  # about each world
CANDIDATES = 150
MOST = 3  # times that a world is asked what is refused with the same words
OLD, NEXT, FORCED, MERGED = "a" * 40, "c" * 40, "f" * 40, "b" * 40
PROTOCOLS = (*["ssh"] * 20, *["http"] * 15, *["web"] * 10, "ftp")
READS = (*["git-upload-pack"] * 20, *["git-upload-archive"] * 5, "git-other")
CERTIFIED = (*[None] * 25, "GROUP0", "Group1")
BRANCHES = ("main", "main", "release/1", "feature", "v1", "-x", "d" * 40)
TAGS = ("v1", "v2", "main", "e" * 40, "refs/tags/x")
ADDRESSES = (
    None,
    None,
    None,
    None,
    None,
    None,
    "192.0.2.7",
    "::ffff:10.1.2.3",
    "203.0.113.9",
    "198.51.100.1",
    "nonsense",
)


def questions(world: World, seed: int) -> Iterator[tuple[Ask, Verdict]]:
    """Ask about everything in the world, by every name; not too often what has the same answer."""
    seen: Counter[str] = Counter()
    for asked in islice(_candidates(world, seed), CANDIDATES):
        expected = judge(world, asked)
        kind = "granted" if expected[0] == 200 else expected[1]
        seen[kind] += 1
        if seen[kind] <= (MOST if expected[0] != 200 else QUESTIONS):
            yield asked, expected
        if sum(min(times, MOST) for times in seen.values()) >= QUESTIONS:
            return


def _candidates(world: World, seed: int) -> Iterator[Ask]:
    chance = random.Random(-seed)
    actors, targets = list(_actors(world)), list(_targets(world))
    while True:
        kind, name = chance.choice(targets)
        push = chance.random() < 0.6
        pull = chance.choice(READS)
        changes = _changes(chance) if push and chance.random() < 0.5 else "_any"
        yield Ask(
            action="git-receive-pack" if push else pull,
            protocol=chance.choice(PROTOCOLS),
            actor=chance.choice(actors),
            gl_repository=name if kind == "id" else None,
            project=name if kind == "path" else None,
            changes=changes,
            check_ip=chance.choice(ADDRESSES) if changes == "_any" else None,
            namespace_path=chance.choice(CERTIFIED),
        )


def _actors(world: World) -> Iterator[tuple[str, str | int] | None]:
    yield None
    yield "user_id", FIRST_ID - 1
    for key in world.keys:
        yield "key_id", key
        yield "key_id", key
        yield "identifier", f"key-{key}"
    for key, person in world.people.items():
        yield "user_id", key
        yield "user_id", key
        yield "username", person.username.upper()
        yield "identifier", f"user-{key}"


def _targets(world: World) -> Iterator[tuple[str, str]]:
    for key in world.projects:
        path = world.project_path(key)
        yield from (("id", f"project-{key}"),) * 4
        yield from (("path", f"/{path}.git"), ("path", path.upper()), ("path", f"{path}.wiki.git"))
        yield from (("id", f"wiki-{key}"), ("id", f"project-{key}-wiki"), ("id", f"design-{key}"))
        yield "path", f"{path}.design"
    for key, space in world.spaces.items():
        path = world.space_path(key)
        yield from (("path", f"{path}/fresh"), ("path", f"{path}/Bad-"), ("path", f"{path}/tree"))
        if space.kind == "group":
            yield from (("id", f"group-{key}-wiki"), ("path", f"{path}.wiki"))
    for key, snippet in world.snippets.items():
        owner = f"{world.project_path(snippet.project_id)}/" if snippet.project_id else ""
        yield from (("id", f"snippet-{key}"), ("path", f"{owner}snippets/{key}"), ("path", f"snippets/{key}"))
    for path in (
        *world.aliases,
        *world.former_projects,
        *world.former_groups,
        "nowhere",
        "no/where",
        "api/x",
    ):
        yield from (("path", path), ("path", f"{path}.wiki"))
    yield from (("id", f"{kind}-{FIRST_ID - 1}") for kind in ("project", "wiki", "snippet", "design"))


def _changes(chance: random.Random) -> str:
    return "".join(f"{line}\n" for line in (_line(chance) for _ in range(chance.choice((1, 1, 2)))))


def _line(chance: random.Random) -> str:
    old, new = chance.choice(
        [(OLD, NEXT), (OLD, NEXT), (OLD, FORCED), (ZEROS, NEXT), (ZEROS, MERGED), (OLD, ZEROS)]
    )
    kind = chance.choice(("heads", "heads", "heads", "tags", "notes"))
    name = chance.choice(TAGS if kind == "tags" else BRANCHES)
    return f"{old} {new} refs/{kind}/{name}"


def answer(world: World, asked: Ask) -> Verdict:
    """What the product says."""
    try:
        granted = authorize.authorize(_command(asked), now=NOW).attempt
    except Refusal as refusal:
        # Of a path that cannot be a project's, the contract fixes the beginning only.
        text = refusal.message[:26] if STATUS_OF_REFUSAL[type(refusal)] == 422 else refusal.message
        return STATUS_OF_REFUSAL[type(refusal)], text
    number = granted.facts.container_id or 0
    known = granted.type != "project" or number in world.projects
    return 200, f"{granted.type} {number}" if known else "created"


def _command(asked: Ask) -> Command:
    name, value = asked.actor or ("", "")
    return Command(
        claim=Claim(
            key_id=int(value) if name == "key_id" else None,
            user_id=int(value) if name == "user_id" else None,
            username=str(value) if name == "username" else None,
            identifier=str(value) if name == "identifier" else None,
        ),
        action=asked.action,
        protocol=asked.protocol,
        gl_repository=asked.gl_repository,
        project=asked.project,
        changes=changes.from_lines(asked.changes),
        asks_beforehand=asked.changes == changes.ANY,
        check_ip=asked.check_ip,
        namespace_path=asked.namespace_path,
    )
