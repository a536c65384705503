"""How many people take a seat in a namespace, counted live.

One statement counts any number of groups, on PostgreSQL and SQLite alike. It walks down the tree of groups
by ``parent_id`` and, from the groups that were invited, up again: the members of their ancestors are theirs.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from apps.billing.models import TOP, Plan, Subscription
from apps.directory.models import (
    AccessLevel,
    GroupGroupLink,
    Member,
    MemberState,
    Namespace,
    NamespaceKind,
    Project,
    ProjectGroupLink,
    User,
    UserState,
    UserType,
)

# A personal namespace is its owner.
PERSONAL = 1
BATCH = 50  # namespaces of one statement

_TABLES = {
    "namespaces": Namespace._meta.db_table,
    "projects": Project._meta.db_table,
    "members": Member._meta.db_table,
    "group_links": GroupGroupLink._meta.db_table,
    "project_links": ProjectGroupLink._meta.db_table,
    "users": User._meta.db_table,
    "subscriptions": Subscription._meta.db_table,
    "plans": Plan._meta.db_table,
}

# One group: the groups below it, their projects, the groups that were invited there with their ancestors, and
# the people in all of them. `{among_…}` hands the ids of one step to the next; `above` is the level that a
# member must exceed, by the plan of the root.
_COUNT = """
SELECT %({group})s, (
  WITH RECURSIVE
  asked (above) AS (
    SELECT CASE WHEN plan.code IN ({top}) THEN %(guest)s ELSE %(minimal)s END
    FROM (SELECT %({root})s AS id) root
    LEFT JOIN {subscriptions} subscription ON subscription.namespace_id = root.id
    LEFT JOIN {plans} plan ON plan.id = subscription.plan_id
  ),
  tree (id) AS (
    SELECT CAST(%({group})s AS BIGINT)
    UNION ALL
    SELECT child.id FROM tree JOIN {namespaces} child ON child.parent_id = tree.id
  ),
  inside (id) AS (
    SELECT project.id FROM {projects} project WHERE project.namespace_id {among_tree}
  ),
  invited (id) AS (
    SELECT link.shared_with_group_id FROM {group_links} link
    WHERE link.shared_group_id {among_tree} AND {link_counts}
    UNION
    SELECT link.group_id FROM {project_links} link
    WHERE link.project_id {among_inside} AND {link_counts}
    UNION
    SELECT namespace.parent_id FROM invited JOIN {namespaces} namespace ON namespace.id = invited.id
    WHERE namespace.parent_id IS NOT NULL
  ),
  taken (user_id) AS (
    SELECT member.user_id FROM {members} member
    WHERE member.group_id {among_tree} AND {member_counts}
    UNION
    SELECT member.user_id FROM {members} member
    JOIN {users} person ON person.id = member.user_id AND person.user_type <> %(project_bot)s
    WHERE member.project_id {among_inside} AND {member_counts}
    UNION
    SELECT member.user_id FROM {members} member
    WHERE member.group_id {among_invited} AND {member_counts}
  )
  SELECT COUNT(*) FROM taken {of_active_users}
)
"""
# The states stand in the text, not among the parameters: only then SQLite takes the partial indexes.
_MEMBER_COUNTS = """member.user_id IS NOT NULL
      AND member.requested_at IS NULL
      AND member.state = '{counted}'
      AND (member.expires_at IS NULL OR member.expires_at > %(today)s)
      AND member.access_level > (SELECT above FROM asked)"""
# Where guests take no seat, neither does anybody who was invited as a guest.
_LINK_COUNTS = """(link.expires_at IS NULL OR link.expires_at > %(today)s)
      AND (link.group_access > %(guest)s OR (SELECT above FROM asked) < %(guest)s)"""
# PostgreSQL guesses that a recursive step yields thousands of rows and would read whole tables for one small
# group; of an array it expects few elements, and looks each of them up.
_AMONG = {"postgresql": "= ANY (ARRAY(SELECT id FROM {}))", "sqlite": "IN (SELECT id FROM {})"}
# SQLite would read the whole row of each user; it need only look whether one is among the few in its index.
_OF_ACTIVE_USERS = {
    "postgresql": "JOIN {users} person ON person.id = taken.user_id AND person.state = '{active}'",
    "sqlite": """WHERE NOT EXISTS (
    SELECT 1 FROM {users} person INDEXED BY user_inactive
    WHERE person.id = taken.user_id AND NOT (person.state = '{active}')
  )""",
}
_TOP = {f"top_{index}": code for index, code in enumerate(TOP)}


def _statement(vendor: str) -> str:
    """Return the statement for one group; ``{group}`` and ``{root}`` are left to be named."""
    return _COUNT.format(
        group="{group}",
        root="{root}",
        top=", ".join(f"%({name})s" for name in _TOP),
        member_counts=_MEMBER_COUNTS.format(counted=MemberState.ACTIVE.value),
        link_counts=_LINK_COUNTS,
        of_active_users=_OF_ACTIVE_USERS[vendor].format(active=UserState.ACTIVE.value, **_TABLES),
        **{f"among_{step}": _AMONG[vendor].format(step) for step in ("tree", "inside", "invited")},
        **_TABLES,
    )


_STATEMENT = {vendor: _statement(vendor) for vendor in _AMONG}


def count(namespace: Namespace, *, on: date) -> int:
    """Return how many people take a seat in ``namespace`` and everything below it."""
    return count_each([namespace], on=on)[namespace.pk]


def count_each(namespaces: Iterable[Namespace], *, on: date) -> dict[int, int]:
    """Return the seats in use by id of the namespace, with one statement for every 50 groups."""
    counts: dict[int, int] = {}
    groups: list[Namespace] = []
    for namespace in namespaces:
        if namespace.kind == NamespaceKind.GROUP:
            groups.append(namespace)
        else:
            counts[namespace.pk] = PERSONAL
    for start in range(0, len(groups), BATCH):
        counts.update(_counted(groups[start : start + BATCH], on=on))
    return counts


def _counted(groups: Sequence[Namespace], *, on: date) -> dict[int, int]:
    parts, parameters = [], _parameters(on)
    for index, group in enumerate(groups):
        parts.append(_STATEMENT[connection.vendor].format(group=f"group_{index}", root=f"root_{index}"))
        parameters |= {f"group_{index}": group.pk, f"root_{index}": group.root_id}
    with connection.cursor() as cursor:
        cursor.execute("UNION ALL".join(parts), parameters)
        return dict(cursor.fetchall())


def _parameters(on: date) -> dict[str, Any]:
    return {
        **_TOP,
        "today": connection.ops.adapt_datefield_value(on),
        "minimal": AccessLevel.MINIMAL.value,
        "guest": AccessLevel.GUEST.value,
        "project_bot": UserType.PROJECT_BOT.value,
    }
