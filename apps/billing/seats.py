"""How many people take a seat in a namespace, counted live.

One statement counts any number of namespaces, on PostgreSQL and SQLite alike. It walks down the tree of
groups by ``parent_id`` and, from the groups that were invited, up again: the members of their ancestors are
theirs too.
"""

from collections.abc import Iterable, Sequence
from datetime import date

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
BATCH = 500  # namespaces of one statement

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

# asked: the namespace, its root, and the level that a member must exceed, by the plan of the root.
_COUNT = """
WITH RECURSIVE
  wanted (id, root_id) AS (VALUES {wanted}),
  asked (id, above) AS (
    SELECT CAST(wanted.id AS BIGINT),
           CASE WHEN plan.code IN ({top}) THEN %(guest)s ELSE %(minimal)s END
    FROM wanted
    LEFT JOIN {subscriptions} subscription ON subscription.namespace_id = wanted.root_id
    LEFT JOIN {plans} plan ON plan.id = subscription.plan_id
  ),
  tree (asked_id, above, id) AS (
    SELECT id, above, id FROM asked
    UNION ALL
    SELECT tree.asked_id, tree.above, child.id
    FROM tree JOIN {namespaces} child ON child.parent_id = tree.id
  ),
  invited (asked_id, above, id) AS (
    SELECT tree.asked_id, tree.above, link.shared_with_group_id
    FROM tree JOIN {group_links} link ON link.shared_group_id = tree.id
    WHERE {link_counts}
    UNION
    SELECT tree.asked_id, tree.above, link.group_id
    FROM tree
    JOIN {projects} project ON project.namespace_id = tree.id
    JOIN {project_links} link ON link.project_id = project.id
    WHERE {link_counts}
    UNION
    SELECT invited.asked_id, invited.above, namespace.parent_id
    FROM invited JOIN {namespaces} namespace ON namespace.id = invited.id
    WHERE namespace.parent_id IS NOT NULL
  ),
  taken (asked_id, user_id) AS (
    SELECT tree.asked_id, member.user_id
    FROM tree JOIN {members} member ON member.group_id = tree.id
    WHERE {member_counts}
    UNION
    SELECT tree.asked_id, member.user_id
    FROM tree
    JOIN {projects} project ON project.namespace_id = tree.id
    JOIN {members} member ON member.project_id = project.id
    JOIN {users} bot ON bot.id = member.user_id AND bot.user_type <> %(project_bot)s
    WHERE {member_counts}
    UNION
    SELECT invited.asked_id, member.user_id
    FROM invited JOIN {members} member ON member.group_id = invited.id
    WHERE {member_counts}
  )
SELECT taken.asked_id, COUNT(*)
FROM taken JOIN {users} person ON person.id = taken.user_id AND person.state = %(active)s
GROUP BY taken.asked_id
"""
_MEMBER_COUNTS = """member.user_id IS NOT NULL
      AND member.requested_at IS NULL
      AND member.state = %(counted)s
      AND (member.expires_at IS NULL OR member.expires_at > %(today)s)
      AND member.access_level > above"""
# Where guests take no seat, neither does anybody who was invited as a guest.
_LINK_COUNTS = """(link.expires_at IS NULL OR link.expires_at > %(today)s)
      AND (above < %(guest)s OR link.group_access > above)"""


def count(namespace: Namespace, *, on: date) -> int:
    """Return how many people take a seat in ``namespace`` and everything below it."""
    return count_each([namespace], on=on)[namespace.pk]


def count_each(namespaces: Iterable[Namespace], *, on: date) -> dict[int, int]:
    """Return the seats in use by id of the namespace, with one statement for every 500 groups."""
    counts: dict[int, int] = {}
    groups: list[Namespace] = []
    for namespace in namespaces:
        is_group = namespace.kind == NamespaceKind.GROUP
        counts[namespace.pk] = 0 if is_group else PERSONAL
        if is_group:
            groups.append(namespace)
    for start in range(0, len(groups), BATCH):
        counts.update(_counted(groups[start : start + BATCH], on=on))
    return counts


def _counted(groups: Sequence[Namespace], *, on: date) -> dict[int, int]:
    roots = {f"root_{index}": group.root_id for index, group in enumerate(groups)}
    ids = {f"id_{index}": group.pk for index, group in enumerate(groups)}
    top = {f"top_{index}": code for index, code in enumerate(TOP)}
    wanted = (f"(%({group})s, %({root})s)" for group, root in zip(ids, roots, strict=True))
    statement = _COUNT.format(
        wanted=", ".join(wanted),
        top=", ".join(f"%({name})s" for name in top),
        member_counts=_MEMBER_COUNTS,
        link_counts=_LINK_COUNTS,
        **_TABLES,
    )
    parameters = {
        **ids,
        **roots,
        **top,
        "today": connection.ops.adapt_datefield_value(on),
        "minimal": AccessLevel.MINIMAL.value,
        "guest": AccessLevel.GUEST.value,
        "counted": MemberState.ACTIVE.value,
        "active": UserState.ACTIVE.value,
        "project_bot": UserType.PROJECT_BOT.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return dict(cursor.fetchall())
