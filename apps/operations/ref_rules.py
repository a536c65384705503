"""Protecting branches and tags: a rule with the rows that say whom it lets pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.directory import groups, users
from apps.directory.models import Project
from apps.git_access.models import (
    BranchRight,
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
)
from apps.ssh_keys import registrations

LEVELS = {"nobody": 0, "developers": 30, "maintainers": 40, "admins": 60}


class UnknownWhom(ValueError):
    """Nobody is called so."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text} names nobody. Say {', '.join(LEVELS)}, user:NAME, group:PATH, or key:ID of a deploy key."
        )


class NoRule(LookupError):
    """The project has no such rule."""


@dataclass(frozen=True, slots=True)
class Passing:
    """Whom a rule lets pass: what ``maintainers`` or ``user:alice`` means as columns of a row."""

    columns: dict[str, Any]

    @classmethod
    def read(cls, text: str) -> "Passing":
        """Read what somebody typed.

        Raises:
            UnknownWhom, UnknownUser, UnknownGroup, UnknownKey: nobody is called so.
        """
        if text in LEVELS:
            return cls({"access_level": LEVELS[text]})
        kind, _, name = text.partition(":")
        match kind:
            case "user" if name:
                return cls({"user": users.find(name)})
            case "group" if name:
                return cls({"group": groups.find(name)})
            case "key" if name.isascii() and name.isdigit():
                return cls({"deploy_key": registrations.find(int(name))})
        raise UnknownWhom(text)


@transaction.atomic
def protect_branches(
    *, project: Project, name: str, push: Iterable[Passing], merge: Iterable[Passing], force_push: bool
) -> ProtectedBranch:
    """Protect the branches that a name or wildcard matches; a rule that is there gets these rows instead.

    Raises:
        ValidationError: the name is not legal.
    """
    rule = ProtectedBranch.objects.filter(project=project, name=name).first()
    rule = rule or ProtectedBranch(project=project, name=name)
    rule.allow_force_push = force_push
    rule.clean_fields()
    rule.save()
    rule.access.all().delete()
    rows = [(BranchRight.PUSH, row) for row in push] + [(BranchRight.MERGE, row) for row in merge]
    for right, row in rows:
        ProtectedBranchAccess.objects.create(rule=rule, right=right, **row.columns)
    return rule


@transaction.atomic
def protect_tags(*, project: Project, name: str, create: Iterable[Passing]) -> ProtectedTag:
    """Protect the tags that a name or wildcard matches; a rule that is there gets these rows instead.

    Raises:
        ValidationError: the name is not legal.
    """
    rule = ProtectedTag.objects.filter(project=project, name=name).first()
    rule = rule or ProtectedTag(project=project, name=name)
    rule.clean_fields()
    rule.save()
    rule.access.all().delete()
    for row in create:
        ProtectedTagAccess.objects.create(rule=rule, **row.columns)
    return rule


def unprotect(model: type[ProtectedBranch | ProtectedTag], *, project: Project, name: str) -> None:
    """Remove a rule.

    Raises:
        NoRule: there is none.
    """
    removed, _ = model._base_manager.filter(project=project, name=name).delete()
    if not removed:
        raise NoRule(f"{project.full_path} has no rule for {name}.")


def facts(rule: Any) -> dict[str, Any]:
    """Return a rule as commands print it."""
    if isinstance(rule, ProtectedTag):
        return {"name": rule.name, "create": [str(row) for row in rule.access.order_by("pk")]}
    rows = list(rule.access.order_by("pk"))
    return {
        "name": rule.name,
        "push": [str(row) for row in rows if row.right == BranchRight.PUSH],
        "merge": [str(row) for row in rows if row.right == BranchRight.MERGE],
        "force_push": rule.allow_force_push,
    }
