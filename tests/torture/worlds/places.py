"""The model, part 3: who asks, and what is asked for. Contract git-access, 3.1 to 3.3."""

import re
from dataclasses import dataclass, replace

from tests.torture.worlds.levels import Who
from tests.torture.worlds.things import Piece, Repo, Space, World

SUFFIX = {"wiki": ".wiki", "group-wiki": ".wiki", "design": ".design"}


@dataclass(frozen=True)
class Ask:
    """One question to ``/allowed``; ids are those of the world."""

    action: str
    protocol: str
    actor: tuple[str, str | int] | None
    """The parameter that names the actor, and its value."""
    gl_repository: str | None = None
    project: str | None = None
    changes: str = "_any"
    check_ip: str | None = None
    namespace_path: str | None = None


@dataclass(frozen=True)
class Place:
    """What was asked for. The container is a project, a group or a snippet, or there is none."""

    kind: str
    path: str | None = None
    """As asked for, without slash and ``.git``; ``None`` when an id was asked for."""
    project: Repo | None = None
    group: Space | None = None
    snippet: Piece | None = None

    @property
    def number(self) -> int | None:
        """The id of the container."""
        found = self.snippet or self.group or self.project
        return found.id if found else None

    def space(self, world: World) -> Space | None:
        """The namespace of the container; without a container, the one that the path names."""
        if self.group or self.project:
            return self.group or world.spaces[(self.project or _never()).namespace_id]
        if self.number is not None or self.path is None or "/" not in self.path:
            return None
        parent = self.path.rpartition("/")[0].lower()
        return next(
            (one for key, one in world.spaces.items() if world.space_path(key).lower() == parent), None
        )


def _never() -> Repo:
    raise LookupError


def who(world: World, asked: Ask) -> Who:
    """3.1."""
    if asked.actor is None:
        return Who()
    name, value = asked.actor
    if name == "key_id":
        return _of_key(world, value)
    if name == "user_id":
        return Who(person=world.people.get(int(value)))
    if name == "username":
        named = (one for one in world.people.values() if one.username.lower() == str(value).lower())
        return Who(person=next(named, None))
    kind, _, number = str(value).partition("-")
    if kind == "user":
        return Who(person=world.people.get(int(number)))
    found = _of_key(world, number)
    return found if found.deploys else Who(person=found.person)


def _of_key(world: World, number: str | int) -> Who:
    key = world.keys.get(int(number))
    if key is None or key.usage_type == "signing":
        return Who()
    return Who(key=key, person=world.people.get(key.user_id or 0))


def find(world: World, asked: Ask) -> Place:
    """3.2 and 3.3."""
    if asked.gl_repository is not None:
        return _by_id(world, asked.gl_repository)
    path = (asked.project or "").removeprefix("/").removesuffix(".git")
    for kind in ("project", "wiki", "snippet", "design"):
        if found := _by_path(world, kind, path):
            return replace(found, path=path)
    return Place("project", path=path)


def _by_id(world: World, name: str) -> Place:
    kind, number, *rest = name.split("-")
    if kind == "group":
        group = world.spaces.get(int(number))
        return Place("group-wiki", group=group if group and group.kind == "group" else None)
    if kind == "snippet":
        return _of_snippet(world, world.snippets.get(int(number)))
    return Place("wiki" if rest else kind, project=world.projects.get(int(number)))


def _of_snippet(world: World, snippet: Piece | None) -> Place:
    project = world.projects.get(snippet.project_id or 0) if snippet else None
    return Place("snippet", snippet=snippet, project=project)


def _by_path(world: World, kind: str, path: str) -> Place | None:
    if kind == "snippet":
        return _snippet_at(world, path)
    suffix = SUFFIX.get(kind, "")
    if not path.endswith(suffix):
        return None
    owner = path.removesuffix(suffix)
    if project := _project_at(world, owner):
        return Place(kind, project=project)
    group = _group_at(world, owner) if kind == "wiki" else None
    return Place("group-wiki", group=group) if group else None


def _snippet_at(world: World, path: str) -> Place | None:
    match = re.fullmatch(r"(?:(.+)/)?snippets/([0-9]+)", path)
    snippet = world.snippets.get(int(match[2])) if match else None
    if match is None or snippet is None:
        return None
    owner = _project_at(world, match[1]) if match[1] else None
    if match[1] and owner is None:
        return None
    return _of_snippet(world, snippet) if snippet.project_id == (owner.id if owner else None) else None


def _project_at(world: World, path: str) -> Repo | None:
    if path in world.aliases:
        return world.projects[world.aliases[path]]
    for key, project in world.projects.items():
        if world.project_path(key).lower() == path.lower():
            return project
    former = (key for was, key in world.former_projects.items() if was.lower() == path.lower())
    return world.projects.get(next(former, 0))


def _group_at(world: World, path: str) -> Space | None:
    for key, space in world.spaces.items():
        if space.kind == "group" and world.space_path(key).lower() == path.lower():
            return space
    former = (key for was, key in world.former_groups.items() if was.lower() == path.lower())
    return world.spaces.get(next(former, 0))
