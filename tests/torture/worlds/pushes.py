"""The model, part 5: pushes, once the repository is found. Contract git-access, steps 20 to 26 and 4.1.9."""

from collections.abc import Iterator

from tests.torture.worlds import levels, refs, snippets, texts
from tests.torture.worlds.levels import Who, setting
from tests.torture.worlds.places import Ask, Place
from tests.torture.worlds.things import Repo, World

Verdict = tuple[int, str]
"""The status, and the text of a refusal or the repository of a grant."""


def _to_project(world: World, who: Who, place: Place) -> Iterator[Verdict]:
    """Steps 20 to 23."""
    project = place.project
    if project is None:
        return
    if project.repository_read_only:
        yield 401, texts.READ_ONLY
    if levels.is_archived(world, project):
        yield 401, "You can't push code to an archived project."
    if who.deploys and not levels.grant(world, who, project):
        yield 401, "This deploy key does not have write access to this project."
    if not who.deploys and who.user is None:
        yield 401, "You are not allowed to upload code for this project."


def code(world: World, asked: Ask, who: Who, place: Place) -> Iterator[Verdict]:
    yield from _to_project(world, who, place)
    project, changes = place.project, lines(asked)
    if project is None:
        return
    if any(new != refs.ZEROS for _, new, _ in changes) and _is_full(world, project):
        yield 401, texts.FULL
    if asked.changes == "_any" and not who.deploys and not levels.pushes_code(world, who.person, project):
        yield 401, refs.NO_PUSH
    for line in changes:
        if fault := refs.fault(world, who, project, asked.protocol, line):
            yield 401, fault


def lines(asked: Ask) -> list[refs.Line]:
    """The changes of a question; none where the client asks beforehand."""
    if asked.changes == "_any":
        return []
    return [(old, new, ref) for old, new, ref in (line.split() for line in asked.changes.splitlines())]


def _is_full(world: World, project: Repo) -> bool:
    """4.1.11."""
    said = (space.repository_size_limit for space in world.line(project.namespace_id))
    known = [limit for limit in (project.repository_size_limit, *said) if limit is not None]
    limit = known[0] if known else setting(world, "REPOSITORY_SIZE_LIMIT")
    return 0 < limit < world.sizes.get(project.id, 0)


def wiki(world: World, asked: Ask, who: Who, place: Place) -> Iterator[Verdict]:
    owner = place.group or place.project
    if place.group and place.group.repository_read_only:
        yield 401, texts.READ_ONLY
    yield from _to_project(world, who, place)
    if owner and not levels.writes_wiki(world, who, owner):
        yield 401, f"You are not allowed to write to this {'group' if place.group else 'project'}'s wiki."


def snippet(world: World, asked: Ask, who: Who, place: Place) -> Iterator[Verdict]:
    found = place.snippet
    if found is None or who.user is None:
        yield 401, texts.SNIPPET
        return
    if found.repository_read_only:
        yield 401, texts.READ_ONLY
    if not snippets.updates_snippet(world, who, found):
        yield 401, texts.SNIPPET
    for old, new, ref in lines(asked):
        if new == refs.ZEROS or (old == refs.ZEROS and ref != "refs/heads/main"):
            yield 401, "You can not create or delete branches."


RULES = {"project": code, "wiki": wiki, "group-wiki": wiki, "snippet": snippet}
