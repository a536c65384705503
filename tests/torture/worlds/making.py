"""Random worlds in which every branch of the access rules occurs, as plain data."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count, product
from typing import TypeVar

from tests.torture.worlds import chances
from tests.torture.worlds.things import (
    FIRST_ID,
    NOW,
    TODAY,
    AccessRow,
    Grant,
    GroupShare,
    Membership,
    Pass,
    Person,
    Piece,
    ProjectShare,
    Protection,
    Repo,
    Space,
    World,
)

T = TypeVar("T")


def make(seed: int) -> World:
    """Make the world of a number, always the same one."""
    return _Maker(random.Random(seed)).world


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.ids = count(FIRST_ID)
        self.world = World()
        self._people()
        self._spaces()
        self._projects()
        self._keys()
        self._relations()
        self._protections()
        self._names()
        self._instance()

    def _is(self, probability: float) -> bool:
        return self.chance.random() < probability

    def _one(self, *values: T) -> T:
        return self.chance.choice(values)

    def _some(self, things: Iterable[T], probability: float) -> list[T]:
        return [thing for thing in things if self._is(probability)]

    def _people(self) -> None:
        for number in range(4):
            person = Person(
                id=next(self.ids),
                username=f"User{number}",
                user_type=self._one(*chances.KINDS),
                state=self._one(*chances.STATES),
                admin=self._is(0.1),
                external=self._is(0.25),
                confirmed_at=self._one(None, NOW, NOW, NOW),
                password_expires_at=self._one(*[None] * 8, NOW, NOW + timedelta(days=1)),
                password_automatically_set=self._is(0.2),
                locked_at=self._one(*[None] * 12, NOW - timedelta(minutes=5), NOW - timedelta(hours=1)),
                otp_required_for_login=self._is(0.3),
                projects_limit=self._one(0, 100),
            )
            self.world.people[person.id] = person

    def _spaces(self) -> None:
        for number in range(5):
            parents = [space.id for space in self.world.spaces.values()]
            self._space(f"Group{number}", parent_id=self._one(None, *parents))
        for person in list(self.world.people.values())[:2]:
            self._space(person.username, owner_id=person.id)

    def _space(self, path: str, *, parent_id: int | None = None, owner_id: int | None = None) -> None:
        group = owner_id is None
        space = Space(
            id=next(self.ids),
            kind="group" if group else "user",
            path=path,
            parent_id=parent_id,
            owner_id=owner_id,
            visibility_level=self._one(*chances.VISIBILITIES) if group else 0,
            archived=group and self._is(0.05),
            share_with_group_lock=group and self._is(0.25),
            repository_size_limit=self._one(None, None, 0, 4, 100) if group else None,
            project_creation_level=self._one(None, 0, 1, 2, 3, 4) if group else None,
            default_branch_protection=self._one(None, 0, 1, 2, 3, 4) if group else None,
            enabled_git_access_protocol=self._one(*[""] * 12, "ssh", "http") if group else "",
            enforce_ssh_certificates=group and self._is(0.08),
            wiki_access_level=self._one(*chances.FEATURES),
            wiki_repository_exists=self._one(None, True, True),
            repository_read_only=self._is(0.05),
        )
        self.world.spaces[space.id] = space
        if group and space.wiki_repository_exists is None and self._is(0.5):
            self.world.on_disk.add(f"group-{space.id}-wiki")
        if group and parent_id is None and self._is(0.3):
            self.world.ranges[space.id] = chances.RANGES

    def _projects(self) -> None:
        for number in range(4):
            project = Repo(
                id=next(self.ids),
                namespace_id=self._one(*self.world.spaces),
                path=f"Project{number}",
                visibility_level=self._one(*chances.VISIBILITIES),
                archived=self._is(0.05),
                repository_read_only=self._is(0.05),
                repository_exists=self._one(None, True, True, True, True),
                wiki_repository_exists=self._one(None, True, True),
                default_branch=self._one(None, "", "main"),
                repository_size_limit=self._one(None, None, None, 0, 3, 100),
                repository_access_level=self._one(*chances.FEATURES),
                wiki_access_level=self._one(*chances.FEATURES),
                snippets_access_level=self._one(*chances.FEATURES),
            )
            self._keep_project(project)
        for _ in range(3):
            snippet = Piece(
                id=next(self.ids),
                author_id=self._one(*self.world.people),
                project_id=self._one(None, *self.world.projects),
                visibility_level=self._one(*chances.VISIBILITIES),
                repository_read_only=self._is(0.05),
                repository_exists=self._one(None, True, True),
                default_branch=self._one(None, "main"),
            )
            self.world.snippets[snippet.id] = snippet
            if self._is(0.5):
                self.world.on_disk.add(f"snippet-{snippet.id}")

    def _keep_project(self, project: Repo) -> None:
        self.world.projects[project.id] = project
        for name in (f"project-{project.id}", f"wiki-{project.id}"):
            if self._is(0.6):
                self.world.on_disk.add(name)
        if self._is(0.25):
            self.world.empty.add(project.id)
        if self._is(0.5):
            self.world.sizes[project.id] = self._one(3, 4, 50)

    def _keys(self) -> None:
        for number in range(5):
            algorithm, bits = self._one(*chances.ALGORITHMS)
            key = Pass(
                id=next(self.ids),
                kind="user" if number < 2 else self._one("user", "deploy", "deploy"),
                user_id=self._one(None, *self.world.people, *self.world.people),
                algorithm=algorithm,
                bits=bits,
                usage_type=self._one("auth", *["auth_and_signing"] * 8, "signing"),
                expires_at=self._one(*[None] * 8, NOW, NOW + timedelta(days=1)),
            )
            self.world.keys[key.id] = key

    def _relations(self) -> None:
        world = self.world
        groups = [space.id for space in world.spaces.values() if space.kind == "group"]
        for person, group in self._some(product(world.people, groups), 0.3):
            world.memberships.append(self._membership(person, group_id=group))
        for person, project in self._some(product(world.people, world.projects), 0.25):
            world.memberships.append(self._membership(person, project_id=project))
        for shared, invited in self._some(product(groups, groups), 0.2):
            if shared != invited:
                share = GroupShare(shared, invited, self._one(*chances.LEVELS), self._expiry())
                world.group_shares.append(share)
        for project, group in self._some(product(world.projects, groups), 0.3):
            world.project_shares.append(
                ProjectShare(project, group, self._one(*chances.LEVELS), self._expiry())
            )
        deploy_keys = [key.id for key in world.keys.values() if key.kind == "deploy"]
        for key, project in self._some(product(deploy_keys, world.projects), 0.5):
            world.grants.append(Grant(key, project, self._is(0.6)))

    def _membership(
        self, person: int, *, group_id: int | None = None, project_id: int | None = None
    ) -> Membership:
        return Membership(
            user_id=person,
            group_id=group_id,
            project_id=project_id,
            access_level=self._one(*chances.LEVELS),
            expires_at=self._expiry(),
            requested_at=self._one(None, None, None, None, NOW),
            state=self._one(*["active"] * 5, "awaiting"),
        )

    def _expiry(self) -> date | None:
        days = self._one(None, None, None, -1, 0, 1)
        return None if days is None else TODAY + timedelta(days=days)

    def _protections(self) -> None:
        for project, name in self._some(product(self.world.projects, chances.BRANCH_RULES), 0.25):
            self._protect(project, name, tags=False, rights=("push", "push", "merge"))
        for project, name in self._some(product(self.world.projects, chances.TAG_RULES), 0.2):
            self._protect(project, name, tags=True, rights=("create",))

    def _protect(self, project: int, name: str, *, tags: bool, rights: tuple[str, ...]) -> None:
        rows = tuple(self._row(self._one(*rights)) for _ in range(self._one(0, 1, 1, 2)))
        force = not tags and self._is(0.4)
        self.world.protections.append(Protection(next(self.ids), project, name, tags, force, rows))

    def _row(self, right: str) -> AccessRow:
        world = self.world
        groups = [space.id for space in world.spaces.values() if space.kind == "group"]
        deploy_keys = [key.id for key in world.keys.values() if key.kind == "deploy"]
        return self._one(
            AccessRow(right, access_level=self._one(0, 30, 40, 60)),
            AccessRow(right, access_level=self._one(30, 40)),
            AccessRow(right, user_id=self._one(*world.people)),
            AccessRow(right, group_id=self._one(*groups)),
            *(AccessRow(right, deploy_key_id=key) for key in deploy_keys[:1]),
        )

    def _names(self) -> None:
        world = self.world
        groups = [space.id for space in world.spaces.values() if space.kind == "group"]
        world.aliases["alias"] = self._one(*world.projects)
        world.former_projects["Old/Project"] = self._one(*world.projects)
        world.former_groups["Old"] = self._one(*groups)

    def _instance(self) -> None:
        world = self.world
        world.has_terms = self._is(0.5)
        if world.has_terms:
            world.accepted = set(self._some(world.people, 0.5))
        if self._is(0.05):
            world.maintenance = self._one("", "Until noon.")
        # Each off-default setting refuses much, and hides other rules behind itself.
        if self._is(0.4):
            for name in self.chance.sample(list(chances.SETTINGS), self._one(1, 1, 2)):
                world.settings[name] = self._one(*chances.SETTINGS[name])
