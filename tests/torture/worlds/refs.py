"""The model, part 2: which changes of branches and tags pass. Contract git-access, 4.1.10 A to C and 5.8.

How revisions are related is written into them: one that begins with ``f`` does not lead to the old one, one
that begins with ``b`` is in the branch ``main``.
"""

import re
from collections.abc import Iterator

from tests.torture.worlds import levels
from tests.torture.worlds.levels import Who
from tests.torture.worlds.things import AccessRow, Protection, Repo, World

ZEROS = "0" * 40
URL = "http://localhost:3001"
Line = tuple[str, str, str]
NO_PUSH = "You are not allowed to push code to this project."
FIRST = """
A default branch (e.g. main) does not yet exist for {path}
Ask a project Owner or Maintainer to create a default branch:

  {url}/{path}/-/project_members

"""


def fault(world: World, who: Who, project: Repo, protocol: str, line: Line) -> str | None:
    """The text of the first rule that a change breaks."""
    if not may_push(world, who, project):
        return NO_PUSH
    old, new, ref = line
    if ref.startswith("refs/heads/"):
        return _branch_fault(world, who, project, protocol, (old, new, ref.removeprefix("refs/heads/")))
    if ref.startswith("refs/tags/"):
        return _tag_fault(world, who, project, protocol, (old, new, ref.removeprefix("refs/tags/")))
    return None


def may_push(world: World, who: Who, project: Repo) -> bool:
    """A."""
    if not who.deploys:
        return levels.pushes_code(world, who.person, project)
    if not levels.grant(world, who, project) or not levels.may_use_git(world, who.person):
        return False
    return creator_reads(world, who, project)


def creator_reads(world: World, who: Who, project: Repo) -> bool:
    member = levels.project_level(world, who.person, project) >= 10
    return member or levels.is_open(project.visibility_level, who.person)


def default_branch(world: World, project: Repo) -> str | None:
    return project.default_branch or (None if project.id in world.empty else "main")


def _matches(pattern: str, name: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), name, re.DOTALL) is not None


def _rules(world: World, project: Repo, name: str, *, tags: bool) -> list[Protection]:
    of_kind = (rule for rule in world.protections if rule.project_id == project.id and rule.tags is tags)
    return [rule for rule in of_kind if _matches(rule.name, name)]


def _branch_fault(  # noqa: C901, PLR0911 -- a table of the contract, row by row
    world: World, who: Who, project: Repo, protocol: str, line: Line
) -> str | None:
    old, new, name = line
    if new == ZEROS and name == default_branch(world, project):
        return "The default branch of a project cannot be deleted."
    if new != ZEROS and re.match(r"[0-9a-fA-F]{40}", name):
        return "You cannot create a branch with a SHA-1 or SHA-256 branch name."
    if new != ZEROS and _is_illegal(name, "refs/heads/", "refs/remotes/"):
        return "You cannot create a branch with an invalid name."
    rules, empty = _rules(world, project, name, tags=False), project.id in world.empty
    if not rules and not (empty and _protection(world, project) not in {0, 1}):
        return None
    forced = ZEROS not in {old, new} and not empty and new.startswith("f")
    if forced and not any(rule.allow_force_push for rule in rules):
        return "You are not allowed to force push code to a protected branch on this project."
    allowed = _may_push_to(world, who, project, rules)
    if empty:
        path = world.project_path(project.id)
        return None if allowed else FIRST.format(path=path, url=URL)
    if old == ZEROS:
        return None if allowed else _creation_fault(world, who, project, protocol, rules, new)
    if new == ZEROS:
        return _deletion_fault(world, who, project, protocol, "branch")
    return None if allowed else "You are not allowed to push code to protected branches on this project."


def _creation_fault(
    world: World, who: Who, project: Repo, protocol: str, rules: list[Protection], new: str
) -> str | None:
    if not any(_passes(world, who, project, row) for row in _rows(rules, "merge")):
        return "You are not allowed to create protected branches on this project."
    if not (new.startswith("b") and _rules(world, project, "main", tags=False)):
        return "You can only use an existing protected branch ref as the basis of a new protected branch."
    if protocol != "web":
        return "You can only create protected branches using the web interface and API."
    return None


def _deletion_fault(world: World, who: Who, project: Repo, protocol: str, kind: str) -> str | None:
    plural = "branches" if kind == "branch" else "tags"
    if levels.project_level(world, who.person, project) < 40:
        return (
            f"You are not allowed to delete protected {plural} from this project. "
            f"Only a project maintainer or owner can delete a protected {kind}."
        )
    return None if protocol == "web" else f"You can only delete protected {plural} using the web interface."


def _tag_fault(  # noqa: C901, PLR0911 -- a table of the contract, row by row
    world: World, who: Who, project: Repo, protocol: str, line: Line
) -> str | None:
    old, new, name = line
    if name == "v1" and not levels.pushes_code(world, who.person, project):
        return "You are not allowed to change existing tags on this project."
    if old == ZEROS != new and name == default_branch(world, project):
        return "You cannot use default branch name to create a tag"
    if new != ZEROS and _is_illegal(name, "refs/heads/", "refs/remotes/", "refs/tags/"):
        return "You cannot create a tag with a prohibited pattern."
    if new != ZEROS and re.match(r"[0-9a-fA-F]{40}", name):
        return "You cannot create a tag with a SHA-1 or SHA-256 tag name."
    rules = _rules(world, project, name, tags=True)
    if not rules:
        return None
    if ZEROS not in {old, new}:
        return "Protected tags cannot be updated."
    if new == ZEROS:
        return _deletion_fault(world, who, project, protocol, "tag")
    if any(_passes(world, who, project, row) for row in _rows(rules, "create")):
        return None
    return "You are not allowed to create this tag as it is protected."


def _is_illegal(name: str, *beginnings: str) -> bool:
    if name.startswith(("-", *beginnings)) or name == "HEAD" or name.endswith("."):
        return True
    parts = name.split("/")
    hidden = any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    return hidden or re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{", name) is not None


def _protection(world: World, project: Repo) -> int:
    said = world.spaces[project.namespace_id].default_branch_protection
    return int(levels.setting(world, "DEFAULT_BRANCH_PROTECTION") if said is None else said)


def _may_push_to(world: World, who: Who, project: Repo, rules: list[Protection]) -> bool:
    """The push right on a protected branch; A has been seen to."""
    if any(_passes(world, who, project, row) for row in _rows(rules, "push")):
        return True
    if project.id not in world.empty:
        return False
    level = levels.project_level(world, who.person, project)
    return level >= (30 if _protection(world, project) == 4 else 40)


def _rows(rules: list[Protection], right: str) -> Iterator[AccessRow]:
    return (row for rule in rules for row in rule.rows if row.right == right)


def _passes(world: World, who: Who, project: Repo, row: AccessRow) -> bool:
    """The table of 5.8."""
    person = who.person
    if person is None or row.access_level == 0:
        return False
    if person.admin and not (who.deploys and row.deploy_key_id is not None):
        return True
    level = levels.project_level(world, person, project)
    if row.access_level is not None:
        return (
            row.access_level < 60 and level >= row.access_level and levels.pushes_code(world, person, project)
        )
    if row.user_id is not None:
        return row.user_id == person.id and level >= 10
    if row.deploy_key_id is not None:
        its_own = who.deploys and who.key is not None and who.key.id == row.deploy_key_id
        attached = bool(levels.grant(world, who, project))
        return its_own and attached and level >= 10 and creator_reads(world, who, project)
    shared = any(
        (share.project_id, share.group_id) == (project.id, row.group_id)
        and share.group_access >= 30
        and levels.runs(share.expires_at)
        for share in world.project_shares
    )
    return shared and levels.own_level(world, person, group=row.group_id) >= 30
