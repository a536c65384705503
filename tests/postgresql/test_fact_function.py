"""What the function that reads the facts costs."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from apps.directory.models import Member, Namespace, User
from apps.git_access.context.facts import Question, postgresql
from apps.ssh_keys.actors import Lookup
from tests.factories.directory import ProjectFactory, UserFactory

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_what_is_read_does_not_grow_with_the_groups_of_the_user() -> None:
    project = ProjectFactory.create()
    program = UserFactory.create()
    people = User.objects.bulk_create(
        User(username=f"person{number}", password="!") for number in range(1_000)
    )
    groups = Namespace.objects.bulk_create(
        Namespace(id=10_000 + number, path=f"group{number}", name="", traversal=f"{10_000 + number}/")
        for number in range(1_000)
    )
    Member.objects.bulk_create(
        [
            *(Member(user=program, group=group, access_level=30) for group in groups),
            # What the planner takes for the rule: a user belongs to few groups.
            *(
                Member(user=user, group=groups[(user.pk + number) % 1_000], access_level=30)
                for user in people
                for number in range(4)
            ),
            Member(user=program, group=project.namespace, access_level=20),
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_member")
    before = _rows_read("directory_member")

    facts = postgresql.read(Question(actor=Lookup(user_id=program.pk), path=project.full_path, on=NOW.date()))

    assert facts.level == 20
    assert _rows_read("directory_member") - before <= 2


def _rows_read(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_returned(relation) + pg_stat_get_xact_tuples_fetched(relation)"
            " + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index"
            " WHERE indrelid = relation) FROM (SELECT %s::regclass::oid AS relation) AS named",
            [table],
        )
        (rows,) = cursor.fetchone()
    return int(rows)
