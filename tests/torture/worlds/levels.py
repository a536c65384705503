"""The model, part 1: whose level is what, and what that opens. Contract git-access, section 5.

Written from the contract over plain data. Nothing of the product is imported here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from tests.torture.worlds.things import NOW, TODAY, Pass, Person, Repo, Space, World

BOTS = {"project_bot", "service_user", "service_account"}
DEFAULTS: dict[str, Any] = {
    "MAINTENANCE_MODE": False,
    "READ_ONLY": False,
    "ENABLED_GIT_ACCESS_PROTOCOL": "",
    "UPLOAD_PACK": True,
    "RECEIVE_PACK": True,
    "GIT_TWO_FACTOR_ENFORCEMENT": False,
    "ENFORCE_TERMS": False,
    "EMAIL_CONFIRMATION_REQUIRED": False,
    "PASSWORD_AUTHENTICATION_ENABLED": True,
    "GLOBALLY_ALLOWED_IPS": [],
    "REPOSITORY_SIZE_LIMIT": 0,
    "DEFAULT_BRANCH_PROTECTION": 2,
    "DEFAULT_PROJECT_CREATION": 2,
    "KEY_RESTRICTIONS": {"rsa": 0, "dsa": 0, "ecdsa": 0, "ed25519": 0, "ecdsa_sk": 0, "ed25519_sk": 0},
}
UNLOCK = timedelta(minutes=10)


def setting(world: World, name: str) -> Any:
    return world.settings.get(name, DEFAULTS[name])


@dataclass(frozen=True)
class Who:
    """Who asks: a key, a person, both, or nobody."""

    key: Pass | None = None
    person: Person | None = None
    """The owner of a user key, the creator of a deploy key; ``None`` for the ghost, who may do nothing."""

    @property
    def deploys(self) -> bool:
        return self.key is not None and self.key.kind == "deploy"

    @property
    def user(self) -> Person | None:
        """Whose rights count when something is read: a deploy key has no user (3.1)."""
        return None if self.deploys else self.person


def runs(expires_at: date | None) -> bool:
    return expires_at is None or expires_at > TODAY


def own_level(world: World, person: Person, *, group: int | None = None, project: int | None = None) -> int:
    """The level of a membership that counts, in this very group or project."""
    for one in world.memberships:
        if (one.user_id, one.group_id, one.project_id) == (person.id, group, project):
            counts = runs(one.expires_at) and one.requested_at is None and one.state == "active"
            return one.access_level if counts and one.access_level >= 10 else 0
    return 0


def group_level(world: World, person: Person | None, space_id: int) -> int:
    """5.2 for a group, or for the namespace of a person."""
    if person is None:
        return 0
    if person.admin or world.spaces[space_id].owner_id == person.id:
        return 50
    found = [0]
    for space in world.line(space_id):
        found.append(own_level(world, person, group=space.id))
        for share in world.group_shares:
            if share.shared_group_id == space.id and share.group_access >= 10 and runs(share.expires_at):
                invited = own_level(world, person, group=share.shared_with_group_id)
                found.append(min(share.group_access, invited))
    return max(found)


def project_level(world: World, person: Person | None, project: Repo) -> int:
    """5.2 for a project."""
    if person is None:
        return 0
    found = [
        own_level(world, person, project=project.id),
        group_level(world, person, project.namespace_id),
    ]
    if not world.spaces[project.namespace_id].share_with_group_lock:
        for share in world.project_shares:
            if share.project_id == project.id and share.group_access >= 10 and runs(share.expires_at):
                found.append(min(share.group_access, group_level(world, person, share.group_id)))
    return max(found)


def may_use_git(world: World, person: Person | None) -> bool:
    return person is not None and account_fault(world, person) is None


def account_fault(world: World, person: Person) -> str | None:
    """The row of the table in 4.1.5 that holds first; the texts stand with the verdicts."""
    bot = person.user_type in BOTS
    human = person.user_type == "human"
    lacks_terms = setting(world, "ENFORCE_TERMS") and world.has_terms and person.id not in world.accepted
    expired = person.password_expires_at is not None and person.password_expires_at <= NOW
    own_password = setting(world, "PASSWORD_AUTHENTICATION_ENABLED") and not person.password_automatically_set
    rows = (
        ("internal", not human and not bot),
        ("pending", person.state == "blocked_pending_approval"),
        ("terms", lacks_terms and not bot),
        ("deactivated", person.state == "deactivated"),
        ("unconfirmed", setting(world, "EMAIL_CONFIRMATION_REQUIRED") and person.confirmed_at is None),
        ("blocked", person.state in {"blocked", "banned"}),
        ("password", expired and own_password and not bot),
        ("blocked", person.locked_at is not None and person.locked_at + UNLOCK > NOW),
    )
    return next((name for name, holds in rows if holds), None)


def is_open(visibility: int, person: Person | None) -> bool:
    return visibility == 20 or (visibility == 10 and person is not None and not person.external)


def has_feature(feature: int, person: Person | None, level: int, *, least: int = 10) -> bool:
    if feature == 10:
        return level >= least or (person is not None and person.admin)
    return feature > 10


def has_code(project: Repo, person: Person | None, level: int) -> bool:
    least = 20 if project.visibility_level == 0 else 10
    return has_feature(project.repository_access_level, person, level, least=least)


def grant(world: World, who: Who, project: Repo) -> bool | None:
    """Whether the deploy key may push; ``None`` when it is not attached."""
    if not who.deploys or who.key is None:
        return None
    found = [one.can_push for one in world.grants if (one.key_id, one.project_id) == (who.key.id, project.id)]
    return found[0] if found else None


def is_archived(world: World, project: Repo) -> bool:
    return project.archived or any(space.archived for space in world.line(project.namespace_id))


def is_outside(world: World, who: Who, space: Space | None, check_ip: str | None) -> bool:
    """5.10."""
    ranges = world.ranges.get(world.root(space.id).id, ()) if space else ()
    if check_ip is None or not ranges or (who.user and who.user.admin):
        return False
    try:
        asked = ip_address(check_ip)
    except ValueError:
        return True
    asked = getattr(asked, "ipv4_mapped", None) or asked
    return not any(asked in ip_network(one) for one in (*ranges, *setting(world, "GLOBALLY_ALLOWED_IPS")))


def reads_project(world: World, who: Who, project: Repo, check_ip: str | None) -> bool:
    """5.3."""
    if is_outside(world, who, world.spaces[project.namespace_id], check_ip):
        return False
    attached = grant(world, who, project) is not None
    member = project_level(world, who.user, project) >= 10
    return attached or member or is_open(project.visibility_level, who.user)


def downloads_code(world: World, who: Who, project: Repo) -> bool:
    """5.4."""
    if grant(world, who, project) is not None:
        return project.repository_access_level != 0
    level = project_level(world, who.user, project)
    reaches = level >= 20 or is_open(project.visibility_level, who.user)
    return reaches and has_code(project, who.user, level)


def pushes_code(world: World, person: Person | None, project: Repo) -> bool:
    """5.5."""
    level = project_level(world, person, project)
    return level >= 30 and has_code(project, person, level) and not is_archived(world, project)


def manages_designs(world: World, who: Who, project: Repo) -> bool:
    """5.5."""
    level = project_level(world, who.user, project)
    return level >= 15 and project.repository_access_level != 0 and not is_archived(world, project)


def reads_group(world: World, who: Who, group: Space, check_ip: str | None) -> bool:
    """5.6, and 5.10."""
    if is_outside(world, who, group, check_ip):
        return False
    member = group_level(world, who.user, group.id) >= 10
    return member or is_open(group.visibility_level, who.user) or any(_levels_below(world, who, group))


def _levels_below(world: World, who: Who, group: Space) -> Iterator[bool]:
    for project in world.projects.values():
        if group in world.line(project.namespace_id):
            yield project_level(world, who.user, project) >= 10


def downloads_wiki(world: World, who: Who, owner: Repo | Space) -> bool:
    """5.6."""
    if isinstance(owner, Repo) and grant(world, who, owner) is not None:
        return owner.wiki_access_level != 0
    level = level_in(world, who.user, owner)
    reaches = level >= 15 or is_open(owner.visibility_level, who.user)
    return reaches and has_feature(owner.wiki_access_level, who.user, level)


def writes_wiki(world: World, who: Who, owner: Repo | Space) -> bool:
    """5.6; of a deploy key, its creator."""
    level = level_in(world, who.person, owner)
    if isinstance(owner, Repo):
        archived = is_archived(world, owner)
    else:
        archived = any(space.archived for space in world.line(owner.id))
    writes = (level == 15 or level >= 30) and has_feature(owner.wiki_access_level, who.person, level)
    return may_use_git(world, who.person) and writes and not archived


def level_in(world: World, person: Person | None, owner: Repo | Space) -> int:
    if isinstance(owner, Repo):
        return project_level(world, person, owner)
    return group_level(world, person, owner.id)
