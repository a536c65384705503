"""The model, part 4: the order of the steps, and their texts. Contract git-access, 4.1.2 to 4.1.9."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tests.torture.worlds import levels, places, pushes, refs, snippets, texts
from tests.torture.worlds.levels import Who, setting
from tests.torture.worlds.places import Ask, Place
from tests.torture.worlds.pushes import Verdict
from tests.torture.worlds.things import NOW, Repo, World


def judge(world: World, asked: Ask) -> Verdict:
    """What the contract says to a question."""
    who, place = places.who(world, asked), places.find(world, asked)
    refusal = next(_refusals(world, asked, who, place), None)
    if refusal:
        return refusal
    number = place.number
    return (200, f"{place.kind} {number}" if number is not None else "created")


def _refusals(world: World, asked: Ask, who: Who, place: Place) -> Iterator[Verdict]:
    """The steps that refuse, in their order."""
    if place.kind == "design":
        yield from _design(world, asked, who, place)
        return
    yield from _before(world, asked, who, place)
    if place.number is None and creates(world, asked, who, place):
        if re.search(r"[-_.]$|[-_.]{2}", (place.path or "").rpartition("/")[2]):
            yield 422, "Could not create project: "
        world, place = _with_created(world, place)
    if place.number is None:
        yield 404, texts.WIKI if "wiki" in place.kind else texts.PROJECT
    yield from _found(world, asked, who, place)
    if asked.action == "git-receive-pack":
        yield from pushes.RULES[place.kind](world, asked, who, place)
    elif not _downloads(world, who, place):
        yield 401, texts.PULLS[place.kind]


def _design(world: World, asked: Ask, who: Who, place: Place) -> Iterator[Verdict]:
    if asked.protocol != "web":
        yield 401, "Designs are only accessible using the web interface"
    if place.project is None or not levels.manages_designs(world, who, place.project):
        yield 401, "You are not allowed to manage designs of this project"


def _before(  # noqa: C901 -- one step after the other, as the contract lists them
    world: World, asked: Ask, who: Who, place: Place
) -> Iterator[Verdict]:
    """Steps 3 to 13b."""
    push = asked.action == "git-receive-pack"
    if place.kind == "snippet" and place.snippet is None:
        yield 404, "The snippet you were looking for could not be found."
    if push and (setting(world, "MAINTENANCE_MODE") or world.maintenance is not None):
        yield 401, f"{texts.MAINTENANCE}\n{world.maintenance}" if world.maintenance else texts.MAINTENANCE
    if _lacks_code(world, asked, who):
        yield (
            401,
            texts.OTP,
        )
    if not _speaks(world, asked, place):
        yield 401, f"Git access over {asked.protocol.upper()} is not allowed"
    if place.kind == "snippet" and who.deploys:
        yield 401, "The authentication mechanism is not supported."
    yield from _identity(world, who)
    if asked.protocol == "http":
        if asked.action == "git-upload-pack" and not setting(world, "UPLOAD_PACK"):
            yield 401, "Pulling over HTTP is not allowed."
        if push and not setting(world, "RECEIVE_PACK"):
            yield 401, "Pushing over HTTP is not allowed."
    if asked.action not in {"git-upload-pack", "git-receive-pack", "git-upload-archive"}:
        yield 401, "The command you're trying to execute is not allowed."
    if push and setting(world, "READ_ONLY"):
        yield 401, "You can't push code to a read-only GitLab instance."
    if asked.changes == "_any" and not _certified(world, asked, who, place):
        yield 401, "You are not allowed to access projects in this namespace."
    if place.kind == "project" and place.number is None and not _names_namespace(place.path):
        yield 404, "The namespace you were looking for could not be found."


def _lacks_code(world: World, asked: Ask, who: Who) -> bool:
    over_ssh = setting(world, "GIT_TWO_FACTOR_ENFORCEMENT") and asked.protocol == "ssh"
    return bool(over_ssh and who.key and who.user and who.user.otp_required_for_login)


def _speaks(world: World, asked: Ask, place: Place) -> bool:
    if asked.protocol == "web":
        return True
    space = place.space(world) if place.project else None
    only = (
        setting(world, "ENABLED_GIT_ACCESS_PROTOCOL"),
        world.root(space.id).enabled_git_access_protocol if space else "",
    )
    return asked.protocol in {"ssh", "http"} and all(one in {"", asked.protocol} for one in only)


def _identity(world: World, who: Who) -> Iterator[Verdict]:
    """Steps 7 to 9."""
    if who.key:
        least = setting(world, "KEY_RESTRICTIONS")
        own = least[texts.TECHNOLOGIES[who.key.algorithm]]
        if own == -1:
            allowed = [name.upper() for name, bits in least.items() if bits != -1]
            several = f"{', '.join(allowed[:-1])}, or {allowed[-1]}"
            listed = " or ".join(allowed) if len(allowed) < 3 else several
            yield 401, f"Your SSH key type is forbidden. Must be {listed}."
        if who.key.bits < own:
            yield 401, f"Your SSH key must be at least {own} bits."
        if who.key.expires_at is not None and who.key.expires_at <= NOW:
            yield 401, "Your SSH key has expired."
    fault = levels.account_fault(world, who.user) if who.user else None
    if fault and who.user:
        yield 401, texts.ACCOUNTS[fault].format(name=who.user.username, url=refs.URL)


def _certified(world: World, asked: Ask, who: Who, place: Place) -> bool:
    """4.1.6."""
    space = place.space(world)
    root = world.root(space.id) if space else None
    if asked.namespace_path is None:
        person = who.user is not None and who.user.user_type == "human"
        return not (person and root and root.enforce_ssh_certificates)
    return root is not None and root.kind == "group" and root.path.lower() == asked.namespace_path.lower()


def _names_namespace(path: str | None) -> bool:
    parts = (path or "").split("/")
    legal = all(re.fullmatch(r"[a-zA-Z0-9_.][a-zA-Z0-9_.-]*", part) for part in parts)
    reserved = parts[0] in {"api", "snippets", "admin"} or parts[-1] in {"tree", "wikis"}
    return len(parts) > 1 and legal and not reserved


def creates(world: World, asked: Ask, who: Who, place: Place) -> bool:
    """4.1.7 and 5.9."""
    space, person = place.space(world), who.user
    asks = asked.action == "git-receive-pack" and asked.changes == "_any" and place.kind == "project"
    if not asks or space is None or person is None or person.external:
        return False
    if levels.is_outside(world, who, space, asked.check_ip):
        return False
    if space.kind == "user":
        owned = sum(project.namespace_id == space.id for project in world.projects.values())
        return (person.admin or space.owner_id == person.id) and owned < person.projects_limit
    rule = space.project_creation_level
    rule = setting(world, "DEFAULT_PROJECT_CREATION") if rule is None else rule
    least = {1: 40, 2: 30, 4: 50}.get(rule)
    if rule == 3 or person.admin:
        return person.admin and rule != 0
    return least is not None and levels.group_level(world, person, space.id) >= least


def _with_created(world: World, place: Place) -> tuple[World, Place]:
    space = place.space(world)
    project = Repo(
        id=-1, namespace_id=space.id if space else 0, path="new", visibility_level=0, archived=False,
        repository_read_only=False, repository_exists=True, wiki_repository_exists=None, default_branch=None,
        repository_size_limit=None, repository_access_level=20, wiki_access_level=20,
        snippets_access_level=20,
    )  # fmt: skip
    return replace(world, projects={**world.projects, -1: project}), replace(place, project=project)


def _found(world: World, asked: Ask, who: Who, place: Place) -> Iterator[Verdict]:
    """Steps 16 to 18."""
    if place.project and not levels.reads_project(world, who, place.project, asked.check_ip):
        yield 404, texts.WIKI if place.kind == "wiki" else texts.PROJECT
    if place.group and not levels.reads_group(world, who, place.group, asked.check_ip):
        yield 404, "The group you were looking for could not be found."
    if not exists(world, place) and not _begins_wiki(world, asked, who, place):
        yield 404, texts.ABSENT[place.kind]


def exists(world: World, place: Place) -> bool:
    if place.kind == "wiki" and place.project:
        stored, name = place.project.wiki_repository_exists, f"wiki-{place.project.id}"
    elif place.group:
        stored, name = place.group.wiki_repository_exists, f"group-{place.group.id}-wiki"
    else:
        owner = place.snippet or place.project
        stored, name = (owner.repository_exists if owner else None), f"{place.kind}-{place.number}"
    return bool(stored) or name in world.on_disk


def _begins_wiki(world: World, asked: Ask, who: Who, place: Place) -> bool:
    """Whoever may write to a wiki makes its repository with the first push (issue 13)."""
    owner = place.group or place.project
    asks = asked.action == "git-receive-pack" and asked.changes == "_any" and "wiki" in place.kind
    return asks and owner is not None and levels.writes_wiki(world, who, owner)


def _downloads(world: World, who: Who, place: Place) -> bool:
    if place.snippet:
        return snippets.reads_snippet(world, who, place.snippet)
    if place.group:
        return levels.downloads_wiki(world, who, place.group)
    if place.project is None:
        return False
    if place.kind == "wiki":
        return levels.downloads_wiki(world, who, place.project)
    return levels.downloads_code(world, who, place.project)
