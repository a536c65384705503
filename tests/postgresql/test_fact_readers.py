"""The two readers give the same facts in every world."""

import random
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.directory.models import Member, Namespace, User
from apps.git_access.context.facts import Question, portable, postgresql
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.actors import Lookup
from tests.factories.directory import ProjectFactory, UserFactory
from tests.postgresql.worlds import World

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def questions(world: World, chance: random.Random) -> list[Question]:
    """Ask about everything in the world, by every name it has."""
    actors = [
        Lookup(),
        *(Lookup(user_id=user.pk) for user in world.users),
        *(Lookup(username=user.username.upper()) for user in world.users[:1]),
        *(Lookup(key_id=key.pk) for key in world.keys),
        *(Lookup(key_owner_id=key.pk) for key in world.keys),
        Lookup(key_id=-1),
        Lookup(user_id=2**62),
    ]
    ids = [*(project.pk for project in world.projects), *(group.pk for group in world.groups), 2**62]
    ids += [snippet.pk for snippet in world.snippets]
    repositories = [
        Question(actor=Lookup(), repository=RepositoryId(kind, number), on=NOW.date())
        for kind in RepositoryType
        for number in ids
    ]
    paths = [Question(actor=Lookup(), path=path, on=NOW.date()) for path in world.paths()]
    chosen = chance.sample(repositories + paths, min(25, len(repositories + paths)))
    return [
        Question(actor=chance.choice(actors), repository=asked.repository, path=asked.path, on=asked.on)
        for asked in chosen
    ]


@pytest.mark.django_db
@given(seed=st.integers(min_value=0, max_value=2**32))
@example(seed=0)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_function_says_what_the_portable_queries_say(seed: int) -> None:
    with transaction.atomic():
        chance = random.Random(seed)
        world = World(chance, now=NOW)
        for question in questions(world, chance):
            assert postgresql.read(question) == portable.read(question), question
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_facts_are_read_in_one_round_trip() -> None:
    world = World(random.Random(1), now=NOW)
    question = Question(
        actor=Lookup(key_id=world.keys[0].pk), path=world.projects[0].full_path, on=NOW.date()
    )

    with CaptureQueriesContext(connection) as queries:
        facts = postgresql.read(question)

    assert len(queries) == 1
    assert facts.container_id == world.projects[0].pk


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
