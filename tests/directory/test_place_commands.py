"""``manage.py group`` and ``manage.py member``."""

from datetime import date

import pytest
from django.core.management import CommandError
from django.utils import timezone

from apps.directory.models import AccessLevel, Member, Namespace, Visibility
from tests.commands import facts, lines, run
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)

pytestmark = pytest.mark.django_db


def test_groups_are_created_from_the_top_down() -> None:
    top = facts("group", "create", "acme", "--visibility=internal", "--name=ACME Inc.")
    below = lines("group", "create", "ACME/tools")

    group = Namespace.objects.get(depth=1)
    assert top == {"id": top["id"], "path": "acme", "visibility": "internal"}
    assert below == [f"Created group acme/tools with id {group.pk}."]
    assert (group.parent_id, group.name, group.visibility_level) == (top["id"], "tools", Visibility.PRIVATE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no/such"], "There is no group no."),
        (["bob/group"], "There is no group bob."),
        (["Acme"], "path: Acme is taken."),
        (["bob"], "path: bob is taken."),
        (["groups"], "path: groups is reserved or not legal as a path."),
        (["acme/"], "path: acme/ is reserved or not legal as a path."),
        (["acme/a b"], "path: acme/a b is reserved or not legal as a path."),
        (["acme/open", "--visibility=public"], "visibility: acme is seen by fewer than that."),
        (["other", "--visibility=secret"], "'secret' is not one of"),
        (["other", "--name", "x" * 256], "name: Ensure this value has at most 255 characters"),
    ],
)
def test_a_group_that_cannot_be_is_not_created(arguments: list[str], said: str) -> None:
    GroupFactory.create(path="acme")
    PersonalNamespaceFactory.create(owner=UserFactory.create(username="bob"))

    with pytest.raises(CommandError) as refusal:
        run("group", "create", *arguments)

    assert str(refusal.value).startswith(said)
    assert Namespace.objects.count() == 2


def test_groups_are_listed_by_path() -> None:
    top = GroupFactory.create(path="zoo", name="Zoo", visibility_level=Visibility.PUBLIC)
    subgroup(top, path="apes")
    PersonalNamespaceFactory.create()

    found = facts("group", "list", "--limit=1")

    assert found == {
        "total": 2,
        "groups": [{"id": top.pk, "path": "zoo", "name": "Zoo", "visibility": "public"}],
    }
    assert [line.split()[1] for line in lines("group", "list")] == ["PATH", "zoo", "zoo/apes"]


def test_a_member_is_added_and_its_level_changed() -> None:
    user, group = UserFactory.create(username="bob"), GroupFactory.create(path="acme")

    added = lines("member", "add", "Acme", "Bob", "--level=maintainer", "--expires=2100-01-31")
    changed = facts("member", "add", "acme", "bob", "--level=guest")

    member = Member.objects.get()
    assert added == ["@bob in acme: Maintainer, until 2100-01-31."]
    assert changed == {"id": member.pk, "level": "guest", "expires_at": None, "created": False}
    assert (member.user, member.group, member.access_level) == (user, group, AccessLevel.GUEST)


def test_a_request_becomes_a_membership_that_counts() -> None:
    project = ProjectFactory.create()
    member = MemberFactory.create(user__username="bob", project=project, requested_at=timezone.now())

    run("member", "add", project.full_path, "bob")

    assert Member.objects.active(on=date(2026, 1, 1)).get() == member


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no/such", "bob"], "There is no group or project no/such."),
        (["bob", "bob"], "There is no group or project bob."),
        (["acme", "nobody"], "There is no user nobody."),
        (["acme", "bob", "--level=king"], "'king' is not one of"),
        (["acme", "bob", "--expires=2020-01-01"], "A membership that ends on 2020-01-01 has ended already."),
    ],
)
def test_a_member_that_cannot_be_is_not_added(arguments: list[str], said: str) -> None:
    GroupFactory.create(path="acme")
    PersonalNamespaceFactory.create(owner=UserFactory.create(username="bob"))

    with pytest.raises(CommandError) as refusal:
        run("member", "add", *arguments)

    assert str(refusal.value).startswith(said)
    assert not Member.objects.exists()


def test_a_member_is_removed_once() -> None:
    MemberFactory.create(user__username="bob", group=GroupFactory.create(path="acme"))

    assert lines("member", "remove", "acme", "bob") == ["@bob is no member of acme any more."]
    with pytest.raises(CommandError, match=r"@bob is no direct member of acme\."):
        run("member", "remove", "acme", "bob")


def test_members_are_listed() -> None:
    group = GroupFactory.create(path="acme")
    MemberFactory.create(user__username="bob", group=group, access_level=AccessLevel.OWNER)
    MemberFactory.create(user=None, invite_email="eve@example.com", group=group)

    found = facts("member", "list", "acme")

    rows = {row["username"]: row for row in found["members"]}
    assert rows == {
        "bob": {
            "username": "bob",
            "invited": None,
            "level": "owner",
            "expires_at": None,
            "waiting": False,
        },
        None: {
            "username": None,
            "invited": "eve@example.com",
            "level": "developer",
            "expires_at": None,
            "waiting": False,
        },
    }
    assert lines("member", "list", ProjectFactory.create().full_path) == ["There is no member."]
