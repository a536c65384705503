"""A world as rows, written in bulk; whoever writes it rolls it back."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from apps.directory.models import (
    GroupGroupLink,
    Member,
    Namespace,
    Project,
    ProjectAlias,
    ProjectGroupLink,
    ProjectStatistics,
    RedirectRoute,
    Route,
    Snippet,
    Terms,
    TermsAcceptance,
    User,
)
from apps.git_access.models import (
    IpRestriction,
    Maintenance,
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
)
from apps.ssh_keys.models import DeployKeyGrant, Key
from tests.torture.worlds.things import FIRST_ID, NOW, TODAY, AccessRow, World


def store(world: World) -> None:
    """Write every row of a world."""
    _insert(
        User, ({**vars(one), "password": "!", "last_activity_on": TODAY} for one in world.people.values())
    )
    _insert(Namespace, (_space(world, space_id) for space_id in world.spaces))
    _insert(Project, ({**vars(one), "name": one.path} for one in world.projects.values()))
    _insert(Route, _routes(world))
    _insert(Snippet, map(vars, world.snippets.values()))
    _insert(Key, (_key(vars(key)) for key in world.keys.values()))
    _insert(DeployKeyGrant, map(vars, world.grants))
    _insert(Member, map(vars, world.memberships))
    _insert(GroupGroupLink, map(vars, world.group_shares))
    _insert(ProjectGroupLink, map(vars, world.project_shares))
    _insert(
        ProjectStatistics, ({"project_id": key, "repository_size": size} for key, size in world.sizes.items())
    )
    _insert(
        IpRestriction,
        ({"group_id": key, "cidr": cidr} for key, ranges in world.ranges.items() for cidr in ranges),
    )
    _store_names(world)
    _store_protections(world)
    _store_instance(world)


def _insert(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Past ``save``, whose checks and derived values are no matter of the rules."""
    if made := [model(**row) for row in rows]:
        model._default_manager.bulk_create(made)


def _space(world: World, space_id: int) -> dict[str, Any]:
    space, line = world.spaces[space_id], world.line(space_id)
    traversal = "".join(f"{above.id}/" for above in reversed(line))
    return {**vars(space), "name": space.path, "traversal": traversal, "depth": len(line) - 1}


def _routes(world: World) -> Iterable[dict[str, Any]]:
    yield from ({"path": world.space_path(key), "namespace_id": key} for key in world.spaces)
    yield from ({"path": world.project_path(key), "project_id": key} for key in world.projects)


def _key(fields: dict[str, Any]) -> dict[str, Any]:
    name = f"key {fields['id']}"
    # A last use of today is not noted again.
    return {**fields, "title": name, "key": name, "fingerprint_sha256": name, "last_used_at": NOW}


def _store_names(world: World) -> None:
    _insert(ProjectAlias, ({"name": name, "project_id": key} for name, key in world.aliases.items()))
    _insert(RedirectRoute, ({"path": p, "project_id": key} for p, key in world.former_projects.items()))
    _insert(RedirectRoute, ({"path": p, "namespace_id": key} for p, key in world.former_groups.items()))


def _store_protections(world: World) -> None:
    for tags, rule_model, row_model in (
        (False, ProtectedBranch, ProtectedBranchAccess),
        (True, ProtectedTag, ProtectedTagAccess),
    ):
        rules = [rule for rule in world.protections if rule.tags is tags]
        fields = ("id", "project_id", "name") if tags else ("id", "project_id", "name", "allow_force_push")
        _insert(rule_model, ({name: getattr(rule, name) for name in fields} for rule in rules))
        _insert(row_model, (_row(rule.id, row, tags=tags) for rule in rules for row in rule.rows))


def _row(rule_id: int, row: AccessRow, *, tags: bool) -> dict[str, Any]:
    fields = {"rule_id": rule_id, **vars(row)}
    if tags:
        del fields["right"]
    return fields


def _store_instance(world: World) -> None:
    if world.has_terms:
        _insert(Terms, [{"id": FIRST_ID, "text": "Be kind."}])
        _insert(TermsAcceptance, ({"user_id": key, "terms_id": FIRST_ID} for key in sorted(world.accepted)))
    if world.maintenance is not None:
        _insert(Maintenance, [{"message": world.maintenance, "started_by": "x", "started_at": NOW}])
