"""The reader of each database gives the facts that small portable queries give, in every world."""

import os
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.git_access.context.facts import Question, portable, readers
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.actors import Lookup
from tests.git_access.facts.worlds import World

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# `FACT_WORLDS=400` in the environment tries more of them.
WORLDS = int(os.environ.get("FACT_WORLDS", "25"))


def questions(world: World, chance: random.Random) -> list[Question]:
    """Ask about everything in the world, by every name it has."""
    actors = [
        Lookup(),
        *(Lookup(user_id=user.pk) for user in world.users),
        *(Lookup(username=user.username.upper()) for user in world.users[:1]),
        *(Lookup(key_id=key.pk) for key in world.keys),
        *(Lookup(key_owner_id=key.pk) for key in world.keys),
        *(Lookup(token_digest=token.token_digest) for token in world.tokens),
        Lookup(token_digest="nobody's"),
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
@settings(max_examples=WORLDS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_reader_says_what_the_portable_queries_say(seed: int) -> None:
    with transaction.atomic():
        chance = random.Random(seed)
        world = World(chance, now=NOW)
        for question in questions(world, chance):
            assert readers.read(question) == portable.read(question), question
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_facts_are_read_in_one_round_trip() -> None:
    world = World(random.Random(1), now=NOW)
    question = Question(
        actor=Lookup(key_id=world.keys[0].pk), path=world.projects[0].full_path, on=NOW.date()
    )

    with CaptureQueriesContext(connection) as queries:
        facts = readers.read(question)

    assert len(queries) == 1
    assert facts.container_id == world.projects[0].pk


@pytest.mark.django_db
def test_values_have_the_types_that_the_facts_say() -> None:
    """JSON and SQLite write truths and moments in other ways; equality alone would not show it."""
    world = World(random.Random(2), now=NOW)
    questions_ = [
        Question(actor=actor, path=project.full_path, on=NOW.date())
        for actor in (
            *(Lookup(key_id=key.pk) for key in world.keys),
            *(Lookup(token_digest=token.token_digest) for token in world.tokens),
        )
        for project in world.projects
    ]

    for question in questions_:
        found, expected = (replace(reader.read(question), level=0) for reader in (readers, portable))
        assert repr(found) == repr(expected)
