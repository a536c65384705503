"""Fill the directory kind by kind, in batches that are there completely or not at all."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import Max, Model

from apps.directory.models import Member, Namespace, NamespaceKind, Project, Route, User
from apps.operations.scale import world as worlds
from apps.operations.scale.tables import Content, Table
from apps.operations.scale.world import FIRST_GROUP_ID, FIRST_ID, LAST_ID, Chance, Scale
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind
from apps.ssh_keys.public_keys import ED25519_BITS, fingerprint_sha256

BATCH = 10_000
Rows: TypeAlias = list[tuple[Table, list[Sequence[Any]]]]
Contents: TypeAlias = list[tuple[Table, Content]]


class NotFillable(ValueError):
    """The world cannot be made here; the message says why."""


@dataclass(frozen=True, slots=True)
class Filling:
    """All rows of one kind. ``done`` of ``total`` are there already."""

    name: str
    done: int
    total: int
    make: Callable[[range], Rows]

    @property
    def batches(self) -> list[range]:
        """The numbers of the rows that are left, batch by batch."""
        starts = range(self.done, self.total, BATCH)
        return [range(start, min(start + BATCH, self.total)) for start in starts]

    def load(self) -> Iterator[int]:
        """Write batch after batch, and yield how many rows each had.

        While the database writes one, the next is made.
        """
        batches = self.batches
        with ThreadPoolExecutor(max_workers=1) as maker:
            for numbers, contents in zip(batches, self._one_ahead(maker, batches), strict=True):
                with transaction.atomic():
                    for table, content in contents:
                        table.write(content)
                yield len(numbers)

    def _one_ahead(self, maker: Executor, batches: list[range]) -> Iterator[Contents]:
        """Yield what each batch holds; the next one is being made by then."""
        begun: deque[Future[Contents]] = deque()
        for numbers in batches:
            begun.append(maker.submit(self._made, numbers))
            if len(begun) > 1:
                yield begun.popleft().result()
        for last in begun:
            yield last.result()

    def _made(self, numbers: range) -> Contents:
        return [(table, table.content(rows)) for table, rows in self.make(numbers)]


def stages(world: Scale, *, beside_others: bool = False) -> list[Filling]:
    """Return what is to be done, in the order in which it must be.

    Raises:
        NotFillable: the directory has rows that are no part of such a world, and ``beside_others`` is off; or
            it has such a world from another seed; or there are more memberships than possible.
    """
    _check(world, beside_others=beside_others)
    maker = _Maker(world)
    maker.reserve()
    kinds: list[tuple[str, type[Model], int, int, Callable[[range], Rows]]] = [
        ("users", User, FIRST_ID, world.users, maker.users),
        ("groups", Namespace, FIRST_GROUP_ID, world.groups, maker.groups),
        ("projects", Project, FIRST_ID, world.projects, maker.projects),
        ("members", Member, FIRST_ID, world.members, maker.members),
        ("keys", Key, FIRST_ID, world.keys, maker.keys),
    ]
    return [Filling(name, _done(model, first), total, make) for name, model, first, total, make in kinds]


def analyze() -> None:
    """Let the database look at its new rows, so that it plans for them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _check(world: Scale, *, beside_others: bool) -> None:
    rows = (model._default_manager.exclude(pk__range=(FIRST_ID, LAST_ID)) for model in (User, Namespace))
    if any(others.exists() for others in rows) and not beside_others:
        raise NotFillable("The directory holds users or groups of its own; --force does it beside them.")
    first = User.objects.filter(pk=FIRST_ID).values_list("username", flat=True).first()
    if first is not None and first != worlds.username(world, 0):
        raise NotFillable("The directory holds a world that was made from another random seed.")
    if not world.users:
        raise NotFillable("Everything belongs to users, and there shall be none.")
    if world.members > worlds.most_members(world):
        raise NotFillable(f"There can be {worlds.most_members(world)} memberships of so few, not more.")


def _done(model: type[Model], first: int) -> int:
    rows = model._default_manager.filter(pk__gte=first, pk__lt=first + FIRST_GROUP_ID - FIRST_ID)
    last = rows.aggregate(last=Max("pk"))["last"]
    return 0 if last is None else last - first + 1


class _Maker:
    """Makes rows by their numbers."""

    def __init__(self, world: Scale) -> None:
        self._world = world
        self._users = Table(
            User,
            ("pk", "username", "name", "email", "created_at", "confirmed_at"),
            constant={"password": "!"},
        )
        self._namespaces = Table(
            Namespace,
            ("pk", "kind", "owner_id", "parent_id", "path", "name", "traversal", "depth", "created_at"),
        )
        self._routes = Table(Route, ("path", "namespace_id", "project_id"))
        self._projects = Table(
            Project,
            ("pk", "namespace_id", "name", "path", "visibility_level", "creator_id", "created_at"),
            constant={"repository_exists": True, "default_branch": "main"},
        )
        self._members = Table(
            Member, ("pk", "user_id", "group_id", "project_id", "access_level", "created_at")
        )
        self._keys = Table(
            Key,
            ("pk", "kind", "user_id", "title", "key", "fingerprint_sha256", "fingerprint_md5", "created_at"),
            constant={"algorithm": "ssh-ed25519", "bits": ED25519_BITS},
        )
        self._grants = Table(DeployKeyGrant, ("key_id", "project_id", "can_push"))

    def reserve(self) -> None:
        """Let no other row have an id of the world."""
        for table in (self._users, self._namespaces, self._projects, self._members, self._keys):
            table.reserve(LAST_ID)

    def users(self, numbers: range) -> Rows:
        people: list[Sequence[Any]] = []
        homes: list[Sequence[Any]] = []
        routes: list[Sequence[Any]] = []
        for number in numbers:
            pk, username = FIRST_ID + number, worlds.username(self._world, number)
            created = Chance.of(self._world, "user", number).moment()
            name = username.rstrip("0123456789").replace(".", " ").title()
            people.append((pk, username, name, f"{username}@example.com", created, created))
            homes.append((pk, NamespaceKind.USER.value, pk, None, username, name, f"{pk}/", 0, created))
            routes.append((username, pk, None))
        return [(self._users, people), (self._namespaces, homes), (self._routes, routes)]

    def groups(self, numbers: range) -> Rows:
        groups: list[Sequence[Any]] = []
        routes: list[Sequence[Any]] = []
        for number in numbers:
            pk, path = FIRST_GROUP_ID + number, f"group{number}"
            parent, depth = (pk - 1 if number % 3 else None), number % 3
            created = Chance.of(self._world, "group", number - depth).moment()
            traversal = worlds.group_traversal(number)
            kind = NamespaceKind.GROUP.value
            groups.append((pk, kind, None, parent, path, path, traversal, depth, created))
            routes.append((worlds.group_path(number), pk, None))
        return [(self._namespaces, groups), (self._routes, routes)]

    def projects(self, numbers: range) -> Rows:
        projects: list[Sequence[Any]] = []
        routes: list[Sequence[Any]] = []
        for number in numbers:
            pk, path = FIRST_ID + number, f"project{number}"
            namespace_id, above = worlds.namespace_of_project(self._world, number)
            chance = Chance.of(self._world, "creator", number)
            creator, created = FIRST_ID + chance.below(self._world.users), chance.moment()
            visibility = worlds.visibility_of_project(self._world, number).value
            projects.append((pk, namespace_id, path, path, visibility, creator, created))
            routes.append((f"{above}/{path}", None, pk))
        return [(self._projects, projects), (self._routes, routes)]

    def members(self, numbers: range) -> Rows:
        rows: list[Sequence[Any]] = []
        for number in numbers:
            member = worlds.membership(self._world, number)
            created = Chance.of(self._world, "member", number).moment()
            level = member.level.value
            pk = FIRST_ID + number
            rows.append((pk, member.user_id, member.group_id, member.project_id, level, created))
        return [(self._members, rows)]

    def keys(self, numbers: range) -> Rows:
        rows: list[Sequence[Any]] = []
        grants: list[Sequence[Any]] = []
        for number in numbers:
            key, pk = worlds.key(self._world, number), FIRST_ID + number
            kind = KeyKind.USER_KEY if key.opens is None else KeyKind.DEPLOY_KEY
            sha256, md5 = fingerprint_sha256(key.blob), hashlib.md5(key.blob, usedforsecurity=False)
            created = Chance.of(self._world, "key", number).moment()
            fingerprints = (sha256, md5.digest().hex(":"))
            rows.append((pk, kind.value, key.user_id, f"key {number}", key.line, *fingerprints, created))
            if key.opens is not None:
                grants.append((pk, key.opens, key.can_push))
        return [(self._keys, rows), (self._grants, grants)]
