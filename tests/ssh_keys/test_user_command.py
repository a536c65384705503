"""``manage.py user``."""

import re
from datetime import datetime

import pytest
from django.core.management import CommandError

from apps.directory.models import AccessLevel, Namespace, User, UserState, UserType
from apps.ssh_keys.models import OtpSecret
from tests.commands import facts, lines, run
from tests.factories.directory import (
    EmailFactory,
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    UserFactory,
)
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db


def test_a_user_is_created_with_a_namespace_and_no_password() -> None:
    said = run("user", "create", "alice", "--name", "Alice A", "--email", "alice@example.com", "--external")

    user = User.objects.get()
    assert said == f"Created @alice with id {user.pk}.\n"
    assert (user.name, user.email, user.external, user.admin) == ("Alice A", "alice@example.com", True, False)
    assert not user.has_usable_password()
    assert Namespace.objects.get(owner=user).full_path == "alice"


def test_a_random_password_is_shown_and_opens_the_account() -> None:
    said = lines("user", "create", "alice", "--admin", "--random-password")

    password = said[-1].removeprefix("Password (shown only now): ")
    assert len(password) == 20
    assert User.objects.get().check_password(password)
    assert User.objects.get().admin


def test_a_program_gets_id_and_password() -> None:
    found = facts("user", "create", "alice", "--random-password")

    user = User.objects.get()
    assert found == {"id": user.pk, "username": "alice", "password": found["password"]}
    assert user.check_password(found["password"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ROOT"], "username: ROOT is taken."),
        (["acme"], "username: acme is taken."),
        (["ghostly", "--email", "Root@Example.com"], "email: Root@Example.com is taken."),
        (["ghostly", "--email", "second@example.com"], "email: second@example.com is taken."),
        (["ghostly", "--email", "no address"], "email: Enter a valid email address."),
        (["admin"], "username: admin is reserved or not legal as a path."),
        (["acme/b"], "username: acme/b is reserved or not legal as a path."),
        (["a b"], "username: a b is reserved or not legal as a path."),
        ([""], "username:  is reserved or not legal as a path."),
        (["x" * 300], "Letters, digits"),
    ],
)
def test_a_user_that_cannot_be_is_not_created(arguments: list[str], said: str) -> None:
    root = UserFactory.create(username="root", email="root@example.com")
    PersonalNamespaceFactory.create(owner=root)
    EmailFactory.create(user=root, email="second@example.com")
    GroupFactory.create(path="acme")

    with pytest.raises(CommandError) as refusal:
        run("user", "create", *arguments)

    assert str(refusal.value).startswith(said) or len(arguments[0]) == 300
    assert list(User.objects.all()) == [root]
    assert Namespace.objects.count() == 2


def test_users_are_listed_by_name_and_filtered() -> None:
    blocked = UserFactory.create(username="bob", name="Bob", email="bob@x.org", state=UserState.BLOCKED)
    UserFactory.create(username="alice", admin=True)

    everybody = facts("user", "list")
    one = facts("user", "list", "--state", "blocked", "--search", "OB@X")

    assert [row["username"] for row in everybody["users"]] == ["alice", "bob"]
    assert one == {
        "total": 1,
        "users": [
            {
                "id": blocked.pk,
                "username": "bob",
                "name": "Bob",
                "email": "bob@x.org",
                "state": "blocked",
                "type": "human",
                "admin": False,
            }
        ],
    }
    assert [row["username"] for row in facts("user", "list", "--admin")["users"]] == ["alice"]
    assert lines("user", "list", "--search", "nobody") == ["There is no such user."]


def test_a_list_is_cut_and_says_how_long_it_is() -> None:
    UserFactory.create_batch(3)

    found = facts("user", "list", "--limit", "2")

    assert (found["total"], len(found["users"])) == (3, 2)
    assert len(facts("user", "list", "--limit", "0")["users"]) == 3


def test_one_user_is_shown_with_all_that_it_has() -> None:
    user = UserFactory.create(username="rubi", name="Rubi", email="rubi@example.com")
    PersonalNamespaceFactory.create(owner=user)
    EmailFactory.create(user=user, email="second@example.com")
    KeyFactory.create(user=user)
    MemberFactory.create(user=user, group=GroupFactory.create(path="acme"), access_level=AccessLevel.OWNER)

    found = facts("user", "show", "Rubi")

    assert found == {
        "id": user.pk,
        "username": "rubi",
        "name": "Rubi",
        "email": "rubi@example.com",
        "emails": ["second@example.com"],
        "state": "active",
        "type": "human",
        "admin": False,
        "external": False,
        "two_factor": False,
        "locked_at": None,
        "created_at": found["created_at"],
        "last_activity_on": None,
        "namespaces": ["rubi"],
        "memberships": ["acme: owner"],
        "keys": 1,
        "tokens": 0,
    }
    assert "memberships       acme: owner" in lines("user", "show", "rubi")


def test_a_user_is_blocked_and_let_in_again() -> None:
    user = UserFactory.create(username="bob")

    first, again = lines("user", "block", "bob"), lines("user", "block", "bob")
    user.refresh_from_db()
    assert (first, again) == (["@bob is blocked."], ["@bob was blocked already."])
    assert user.state == UserState.BLOCKED

    assert facts("user", "unblock", "bob") == {"username": "bob", "state": "active", "changed": True}
    assert facts("user", "unblock", "bob") == {"username": "bob", "state": "active", "changed": False}


def test_who_cannot_be_replaced_is_not_blocked() -> None:
    UserFactory.create(username="ghost", user_type=UserType.GHOST)
    UserFactory.create(username="root", admin=True)
    UserFactory.create(username="gone", admin=True, state=UserState.BLOCKED)

    with pytest.raises(CommandError, match="@ghost is an internal user"):
        run("user", "block", "ghost")
    with pytest.raises(CommandError, match="@root is the last administrator"):
        run("user", "block", "root")

    assert User.objects.filter(state=UserState.ACTIVE).count() == 2


def test_a_lock_ends(now: datetime) -> None:
    user = UserFactory.create(username="bob", failed_attempts=10, locked_at=now)

    assert lines("user", "unlock", "bob") == ["@bob is not locked."]

    user.refresh_from_db()
    assert (user.failed_attempts, user.locked_at) == (0, None)


@pytest.mark.usefixtures("encryption_keys")
def test_one_time_passwords_are_turned_off() -> None:
    user = UserFactory.create(username="bob")
    run("user", "enrol-otp", "bob")

    assert lines("user", "withdraw-otp", "bob") == ["One-time passwords are off for @bob."]

    user.refresh_from_db()
    assert not user.otp_required_for_login
    assert not OtpSecret.objects.exists()


@pytest.mark.parametrize("verb", ["show", "block", "unblock", "unlock", "enrol-otp", "withdraw-otp"])
def test_an_unknown_user_is_told(verb: str) -> None:
    with pytest.raises(CommandError, match=re.escape("There is no user nobody.")):
        run("user", verb, "nobody")
