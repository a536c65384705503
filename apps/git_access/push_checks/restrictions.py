"""Everything that restricts the pushes to one project, in one query; a second one where push rules exist.

Read before Gitaly is asked, so that no connection waits for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from apps.git_access.models import PushRule
from apps.git_access.models.push_rules import INHERITED
from apps.git_access.policy import lfs_switches
from apps.git_access.push_checks.protected_refs import ProtectedRefs, ProtectionRow, RefProtection

# The distance of an owner: the project itself, its namespaces upwards, and the instance behind them all.
_INSTANCE = 1000
_STATEMENT = f"""
WITH RECURSIVE above(id, parent_id, distance, lfs_enabled) AS (
  SELECT namespace.id, namespace.parent_id, 1, namespace.lfs_enabled
  FROM directory_namespace namespace
  JOIN directory_project project ON project.namespace_id = namespace.id WHERE project.id = %(project)s
  UNION ALL
  SELECT parent.id, parent.parent_id, above.distance + 1, parent.lfs_enabled
  FROM above JOIN directory_namespace parent ON parent.id = above.parent_id
)
SELECT 'branch', rule.id, rule.name, rule.allow_force_push,
  row.right, row.access_level, row.user_id, row.group_id, row.deploy_key_id
FROM git_access_protectedbranch rule
LEFT JOIN git_access_protectedbranchaccess row ON row.rule_id = rule.id WHERE rule.project_id = %(project)s
UNION ALL
SELECT 'tag', rule.id, rule.name, FALSE,
  'create', row.access_level, row.user_id, row.group_id, row.deploy_key_id
FROM git_access_protectedtag rule
LEFT JOIN git_access_protectedtagaccess row ON row.rule_id = rule.id WHERE rule.project_id = %(project)s
UNION ALL
SELECT 'path lock', lock.id, lock.path, FALSE, holder.username, NULL, holder.id, NULL, NULL
FROM git_access_pathlock lock
JOIN directory_user holder ON holder.id = lock.user_id WHERE lock.project_id = %(project)s
UNION ALL
SELECT 'lfs lock', lock.id, lock.path, FALSE, holder.username, NULL, holder.id, NULL, NULL
FROM git_access_lfsfilelock lock
JOIN directory_user holder ON holder.id = lock.user_id WHERE lock.project_id = %(project)s
UNION ALL
SELECT 'lfs', above.distance, '', above.lfs_enabled, '', above.distance, NULL, NULL, NULL
FROM above WHERE above.lfs_enabled IS NOT NULL
UNION ALL
SELECT 'lfs', 0, '', project.lfs_enabled, '', 0, NULL, NULL, NULL
FROM directory_project project WHERE project.id = %(project)s AND project.lfs_enabled IS NOT NULL
UNION ALL
SELECT 'push rule', rule.id, '', FALSE, '', above.distance, NULL, NULL, NULL
FROM git_access_pushrule rule JOIN above ON above.id = rule.group_id
UNION ALL
SELECT 'push rule', rule.id, '', FALSE, '', 0, NULL, NULL, NULL
FROM git_access_pushrule rule WHERE rule.project_id = %(project)s
UNION ALL
SELECT 'push rule', rule.id, '', FALSE, '', {_INSTANCE}, NULL, NULL, NULL
FROM git_access_pushrule rule WHERE rule.scope = 'instance'
"""  # noqa: S608 -- a number of our own


@dataclass(frozen=True, slots=True)
class LockedPath:
    """A path that somebody keeps."""

    path: str
    username: str
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What restricts the pushes to a project, besides the facts."""

    protected: ProtectedRefs
    path_locks: tuple[LockedPath, ...]
    lfs_locks: tuple[LockedPath, ...]
    lfs_enabled: bool
    push_rule: PushRule | None
    """The nearest set of rules, with what it leaves to the instance."""


def of_project(project_id: int) -> Restrictions:
    """Read what restricts the pushes to a project."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"project": project_id})
        for kind, *values in cursor.fetchall():
            rows.setdefault(kind, []).append(tuple(values))
    said = {distance: bool(enabled) for distance, _, enabled, *_ in rows.get("lfs", [])}
    project_says = said.pop(0, None)
    return Restrictions(
        protected=ProtectedRefs(
            branches=_protected(rows.get("branch", [])), tags=_protected(rows.get("tag", []))
        ),
        path_locks=tuple(_locks(rows.get("path lock", []))),
        lfs_locks=tuple(_locks(rows.get("lfs lock", []))),
        lfs_enabled=lfs_switches.is_on(
            instance=settings.LFS_ENABLED,
            project=project_says,
            namespaces=[said[distance] for distance in sorted(said)],
        ),
        push_rule=_push_rule({row[4]: row[0] for row in rows.get("push rule", [])}),
    )


def _protected(rows: list[tuple[Any, ...]]) -> list[RefProtection]:
    rules: dict[int, RefProtection] = {}
    for rule_id, name, allow_force_push, right, *names in rows:
        rule = rules.setdefault(rule_id, RefProtection(name, bool(allow_force_push)))
        if any(value is not None for value in names):
            rule.rows.append(ProtectionRow(right, *names))
    return list(rules.values())


def _locks(rows: list[tuple[Any, ...]]) -> Iterator[LockedPath]:
    for _, path, _, username, _, user_id, *_ in sorted(rows):
        yield LockedPath(path, username, user_id)


def _push_rule(ids: dict[int, int]) -> PushRule | None:
    """Return the nearest set of rules of those at these distances."""
    if not ids:
        return None
    nearest, instance = ids[min(ids)], ids.get(_INSTANCE)
    found = PushRule.objects.in_bulk({nearest, *([instance] if instance else [])})
    rule = found[nearest]
    of_instance = found[instance] if instance else None
    for name in INHERITED:
        if getattr(rule, name) is None:
            setattr(rule, name, bool(getattr(of_instance, name, False)))
    return rule
