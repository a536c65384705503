"""The rules that protect the branches and tags of one project, and whom they let pass."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from apps.directory.models import AccessLevel, Member, ProjectGroupLink
from apps.directory.models.members import unexpired
from apps.git_access.context.facts import Facts
from apps.git_access.matching import wildcards
from apps.git_access.models import BranchRight
from apps.git_access.policy import projects

NO_ONE = 0
ADMINISTRATORS = 60
CREATE = "create"


@dataclass(frozen=True, slots=True)
class ProtectionRow:
    """One row of a rule: for which right it lets whom pass."""

    right: str
    access_level: int | None
    user_id: int | None
    group_id: int | None
    deploy_key_id: int | None


@dataclass(slots=True)
class RefProtection:
    """One rule; without rows it lets nobody pass."""

    name: str
    allow_force_push: bool = False
    rows: list[ProtectionRow] = field(default_factory=list)
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._pattern = wildcards.compiled(self.name)

    def matches(self, name: str) -> bool:
        """Whether the rule is about this branch or tag."""
        return self._pattern.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class ProtectedRefs:
    """The rules of one project."""

    branches: list[RefProtection]
    tags: list[RefProtection]

    def over_branch(self, name: str) -> list[RefProtection]:
        """The rules about a branch."""
        return [rule for rule in self.branches if rule.matches(name)]

    def over_tag(self, name: str) -> list[RefProtection]:
        """The rules about a tag."""
        return [rule for rule in self.tags if rule.matches(name)]


def let_pass(rules: Iterable[RefProtection], right: BranchRight | str, facts: Facts, *, on: date) -> bool:
    """Whether a row of any of the rules lets the actor pass; of a deploy key, its creator counts."""
    return any(_passes(row, facts, on=on) for rule in rules for row in rule.rows if row.right == right)


def _passes(row: ProtectionRow, facts: Facts, *, on: date) -> bool:
    user = facts.user
    if user is None or row.access_level == NO_ONE:
        return False
    if row.deploy_key_id is not None:
        return _is_key(row.deploy_key_id, facts) or (user.admin and facts.deploy_key is None)
    if user.admin:
        return True
    if row.access_level is not None:
        return row.access_level < ADMINISTRATORS and _has_level(row.access_level, facts)
    if row.user_id is not None:
        return row.user_id == user.id and facts.level >= AccessLevel.GUEST
    return _is_developer_of_invited(row.group_id, facts, on=on)


def _has_level(least: int, facts: Facts) -> bool:
    """Whether the user has the level and the push right; the creator of a deploy key may lack the latter."""
    project, namespace = facts.project, facts.namespace
    if project is None or namespace is None or facts.level < least:
        return False
    return projects.may_push_code(facts, project, namespace)


def _is_key(key_id: int, facts: Facts) -> bool:
    """Whether the actor is this deploy key, still able to push, and its creator is a member."""
    key = facts.deploy_key
    is_member = facts.level >= AccessLevel.GUEST
    return key is not None and key.id == key_id and bool(facts.can_push) and is_member


def _is_developer_of_invited(group_id: int | None, facts: Facts, *, on: date) -> bool:
    if facts.user is None or facts.project is None:
        return False
    invited = ProjectGroupLink.objects.filter(
        unexpired(on),
        project_id=facts.project.id,
        group_id=group_id,
        group_access__gte=AccessLevel.DEVELOPER,
    )
    members = Member.objects.active(on=on).filter(
        user_id=facts.user.id, group_id=group_id, access_level__gte=AccessLevel.DEVELOPER
    )
    return invited.exists() and members.exists()
