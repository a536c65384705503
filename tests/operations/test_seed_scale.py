"""``manage.py seed --scale``: a large directory, made in bulk."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import DatabaseError

from apps.directory.models import Member, Namespace, Project, Route, User
from apps.operations.scale import filling
from apps.operations.scale.tables import Table
from apps.operations.scale.world import FIRST_ID, LAST_ID, Scale
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind
from tests.commands import facts, lines, run
from tests.factories.directory import UserFactory

pytestmark = pytest.mark.django_db
NUMBERS = {"users": 30, "groups": 10, "projects": 25, "members": 120, "keys": 60}
OPTIONS = tuple(f"--{kind}={number}" for kind, number in NUMBERS.items())
MODELS = (User, Namespace, Route, Project, Member, Key, DeployKeyGrant)
# Ids that the database gives are no part of the world.
NUMBERED = {Route: "path", DeployKeyGrant: "key_id"}


def world() -> dict[str, list[dict[str, Any]]]:
    """Everything there is, in an order that does not depend on who numbered it."""
    found = {}
    for model in MODELS:
        rows = list(model._default_manager.order_by(NUMBERED.get(model, "pk")).values())
        for row in rows if model in NUMBERED else ():
            del row["id"]
        found[model.__name__] = rows
    return found


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(filling, "BATCH", 7)
    yield


def test_there_is_as_much_as_was_asked_for() -> None:
    found = facts("seed", "--scale", *OPTIONS)

    assert [(stage["name"], stage["there"], stage["made"]) for stage in found["stages"]] == [
        (kind, 0, number) for kind, number in NUMBERS.items()
    ]
    assert {model.__name__: model._default_manager.count() for model in MODELS} == {
        "User": 30,
        "Namespace": 40,
        "Route": 65,
        "Project": 25,
        "Member": 120,
        "Key": 60,
        "DeployKeyGrant": 3,
    }


def test_every_row_is_valid_and_as_saving_it_would_make_it() -> None:
    run("seed", "--scale", *OPTIONS)

    for user in User.objects.all():
        user.full_clean()
        assert user.namespaces.get().full_path == user.username
    for group in Namespace.objects.filter(owner=None).select_related("parent__route"):
        group.full_clean(exclude=["traversal"])
        parent = group.parent
        assert group.traversal == f"{parent.traversal if parent else ''}{group.pk}/"
        assert group.depth == (parent.depth + 1 if parent else 0)
        assert group.full_path == (f"{parent.full_path}/{group.path}" if parent else group.path)
    for project in Project.objects.select_related("namespace__route"):
        project.full_clean()
        assert project.full_path == f"{project.namespace.full_path}/{project.path}"
    for member in Member.objects.all():
        member.full_clean()
    for key in Key.objects.all():
        stored = {field.name: getattr(key, field.name) for field in Key._meta.fields}
        key.read()
        assert {field.name: getattr(key, field.name) for field in Key._meta.fields} == stored
    assert set(DeployKeyGrant.objects.values_list("key__kind", flat=True)) == {KeyKind.DEPLOY_KEY}
    assert Namespace.objects.filter(depth=2).exists()


def test_a_world_that_was_stopped_is_continued_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    run("seed", "--scale", *OPTIONS)
    uninterrupted = world()
    for model in reversed(MODELS):
        model._default_manager.all().delete()
    with monkeypatch.context() as patch, pytest.raises(DatabaseError):
        patch.setattr(Table, "write", _failing_after(24, Table.write))
        run("seed", "--scale", *OPTIONS)
    stopped_at = Project.objects.count()

    again = facts("seed", "--scale", *OPTIONS)

    assert 0 < stopped_at < 25
    assert [stage["there"] for stage in again["stages"]] == [30, 10, stopped_at, 0, 0]
    assert world() == uninterrupted


def test_a_larger_world_goes_on_from_a_smaller_one() -> None:
    run("seed", "--scale", *OPTIONS)

    found = facts("seed", "--scale", *OPTIONS, "--keys=61")

    assert [stage["made"] for stage in found["stages"]] == [0, 0, 0, 0, 1]
    assert Key.objects.count() == 61


def test_another_seed_is_another_world() -> None:
    run("seed", "--scale", *OPTIONS)
    first = list(Key.objects.values_list("key", flat=True))
    for model in reversed(MODELS):
        model._default_manager.all().delete()

    run("seed", "--scale", *OPTIONS, "--random-seed=2")

    assert not Key.objects.filter(key__in=first).exists()
    with pytest.raises(CommandError, match="another random seed"):
        run("seed", "--scale", *OPTIONS)


def test_a_directory_with_own_users_is_left_alone_unless_asked() -> None:
    UserFactory.create(username="somebody")

    with pytest.raises(CommandError, match="holds users or groups of its own"):
        run("seed", "--scale", *OPTIONS)
    assert User.objects.count() == 1

    said = lines("seed", "--scale", "--force", *OPTIONS)
    assert said[0].startswith("users: 0 there before, 30 made in ")
    assert User.objects.count() == 31


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--users=0"], "Everything belongs to users"),
        (["--users=3", "--groups=2", "--projects=5", "--members=13"], "There can be 12 memberships"),
        (["--users=3", "--groups=0", "--projects=5", "--members=16"], "There can be 15 memberships"),
    ],
)
def test_a_world_that_cannot_be_is_not_begun(options: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run("seed", "--scale", *options)

    assert not User.objects.exists()


@pytest.mark.parametrize("groups", [0, 2])
def test_everybody_can_be_a_member_of_everything(groups: int) -> None:
    everything = Scale(users=3, groups=groups, projects=2, members=12 if groups else 6, keys=0)

    for stage in filling.stages(everything):
        assert sum(stage.load()) == stage.total

    places = Member.objects.values_list("group_id", "project_id", "user_id")
    assert len(set(places)) == everything.members


def test_rows_that_came_since_are_no_part_of_the_world() -> None:
    run("seed", "--scale", *OPTIONS)
    own = UserFactory.create(username="somebody")

    with pytest.raises(CommandError, match="holds users or groups of its own"):
        run("seed", "--scale", *OPTIONS)
    found = facts("seed", "--scale", "--force", *OPTIONS, "--users=31")

    assert own.pk not in range(FIRST_ID, LAST_ID + 1)
    users = found["stages"][0]
    assert (users["there"], users["made"]) == (30, 1)


def _failing_after(calls: int, insert: Any) -> Any:
    left = iter(range(calls))

    def inserting(table: Table, rows: Any) -> None:
        if next(left, None) is None:
            raise DatabaseError("the power went out")
        insert(table, rows)

    return inserting
