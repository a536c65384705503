"""GET /internal/authorized_keys."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from apps.directory.models import User, UserState
from apps.ssh_keys.models import Key, UsageType
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory, ed25519_line
from tests.ssh_keys.public_halves import VECTOR, line

pytestmark = pytest.mark.django_db

NOT_FOUND = {"message": "404 Key Not Found"}
UNPADDED = VECTOR.rstrip("=")
CREATED = datetime(2019, 6, 27, 15, 29, 2, 219_000, tzinfo=UTC)


@pytest.fixture
def root() -> User:
    return UserFactory.create(username="root", name="Administrator")


@pytest.fixture
def key(root: User) -> Key:
    """The key of the doc's example; its blob has a ``+``, a ``/`` and padding."""
    return KeyFactory.create(
        pk=11, user=root, title="admin@example.com", key=f"ssh-rsa {VECTOR} a comment", created_at=CREATED
    )


def test_the_example_of_the_doc(shell: Caller, key: Key) -> None:
    response = shell.get("authorized_keys", key=VECTOR)

    assert response.status_code == 200
    assert list(response.json().items()) == [
        ("id", 11),
        ("title", "admin@example.com"),
        ("key", f"ssh-rsa {VECTOR} Administrator (localhost)"),
        ("created_at", "2019-06-27T15:29:02.219Z"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        VECTOR,
        UNPADDED,
        f"  {VECTOR}\n",
        VECTOR.replace("+", " "),
        UNPADDED.replace("+", " "),
        f"ssh-rsa {VECTOR}",
        f"ssh-rsa {UNPADDED}",
        f"ssh-rsa {VECTOR} a comment of another kind",
        f"ssh-rsa  {VECTOR}  ",
        f"ssh-dss {VECTOR}",  # the word only says that a key follows
        VECTOR[:40] + "\n" + VECTOR[40:],
        VECTOR[:40] + "-_!" + VECTOR[40:],
        VECTOR + "=",
    ],
    ids=range(13),
)
def test_a_key_is_found_in_every_form_it_is_sent_in(shell: Caller, key: Key, text: str) -> None:
    response = shell.get("authorized_keys", key=text)

    assert response.status_code == 200
    assert response.json()["id"] == 11


def test_an_unencoded_plus_arrives_as_a_space(shell: Caller, key: Key) -> None:
    response = shell.request("GET", f"authorized_keys?key={VECTOR}")

    assert response.json()["id"] == 11


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "=",
        "\N{SNOWMAN}",
        VECTOR[:-8],
        VECTOR[4:],
        "ssh-rsa",
        "ssh-rsa AAAA",
        "A" * 100_000,
        "%00",
    ],
    ids=lambda text: repr(text)[:12],
)
def test_what_is_no_known_key_is_not_found(shell: Caller, key: Key, text: str) -> None:
    response = shell.get("authorized_keys", key=text)

    assert response.status_code == 404
    assert response.json() == NOT_FOUND


@pytest.mark.parametrize("query", ["", "key", "other=1"])
def test_a_key_must_be_given(shell: Caller, query: str) -> None:
    response = shell.request("GET", f"authorized_keys?{query}")

    if query == "key":  # present and empty
        assert (response.status_code, response.json()) == (404, NOT_FOUND)
    else:
        assert response.status_code == 400
        assert response.json() == {"message": '400 Bad request - "key" not given'}


@pytest.mark.parametrize("query", ["key=%00", "key[]=a", "key[a]=b"])
def test_a_key_is_a_text_that_can_be_stored(shell: Caller, query: str) -> None:
    response = shell.request("GET", f"authorized_keys?{query}")

    assert response.status_code == 400
    assert response.json() == {"message": '400 Bad request - "key" is invalid'}


@pytest.mark.parametrize("algorithm", [
    "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed25519",
    "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ssh-ed25519@openssh.com",
])  # fmt: skip
def test_keys_of_every_algorithm_are_found(shell: Caller, root: User, algorithm: str) -> None:
    text = line(algorithm)
    key = KeyFactory.create(user=root, key=text)

    responses = [shell.get("authorized_keys", key=given) for given in (text, text.split(" ")[1])]

    assert [response.json()["id"] for response in responses] == [key.pk] * 2
    assert responses[0].json()["key"] == f"{text} Administrator (localhost)"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Rubi", "Rubi (gitlab.example.com)"),
        ("  Dede \t Eichmann\n", "Dede Eichmann (gitlab.example.com)"),
        ("a\nssh-rsa AAAA", "a ssh-rsa AAAA (gitlab.example.com)"),
        ("a\N{LINE SEPARATOR}b\N{NO-BREAK SPACE}c\x0bd", "a b c d (gitlab.example.com)"),
        ("", "(gitlab.example.com)"),
        ("\N{SNOWMAN}", "\N{SNOWMAN} (gitlab.example.com)"),
    ],
)
def test_the_line_names_the_owner_on_one_line(
    shell: Caller, key: Key, root: User, settings: Settings, name: str, shown: str
) -> None:
    settings.INSTANCE_HOST = "gitlab.example.com"
    User.objects.filter(pk=root.pk).update(name=name)

    response = shell.get("authorized_keys", key=VECTOR)

    assert response.json()["key"] == f"ssh-rsa {VECTOR} {shown}"


def test_a_deploy_key_has_the_name_of_its_creator(shell: Caller, root: User) -> None:
    key = DeployKeyFactory.create(user=root)

    response = shell.get("authorized_keys", key=key.key)

    assert response.json()["key"] == f"{key.key} Administrator (localhost)"


def test_a_deploy_key_without_creator_has_the_name_of_the_ghost(shell: Caller) -> None:
    key = DeployKeyFactory.create(user=None)

    response = shell.get("authorized_keys", key=key.key)

    assert response.status_code == 200
    assert response.json()["key"] == f"{key.key} Ghost User (localhost)"


@pytest.mark.parametrize("factory", [KeyFactory, DeployKeyFactory])
@pytest.mark.parametrize("seconds", [-1, 0])
def test_an_expired_key_is_unknown(shell: Caller, now: datetime, factory: Any, seconds: int) -> None:
    key = factory.create(expires_at=now + timedelta(seconds=seconds))

    response = shell.get("authorized_keys", key=key.key)

    assert response.status_code == 404
    assert response.json() == NOT_FOUND


def test_a_key_that_expires_later_is_known(shell: Caller, now: datetime) -> None:
    key = KeyFactory.create(expires_at=now + timedelta(minutes=5))

    response = shell.get("authorized_keys", key=key.key)

    assert response.json()["id"] == key.pk


@pytest.mark.parametrize(
    ("usage_type", "status"),
    [(UsageType.AUTH, 200), (UsageType.AUTH_AND_SIGNING, 200), (UsageType.SIGNING, 404)],
)
def test_a_key_for_signing_is_unknown(shell: Caller, usage_type: UsageType, status: int) -> None:
    key = KeyFactory.create(usage_type=usage_type)

    response = shell.get("authorized_keys", key=key.key)

    assert response.status_code == status


def test_a_user_key_without_owner_is_unknown(shell: Caller) -> None:
    key = KeyFactory.create(user=None)

    response = shell.get("authorized_keys", key=key.key)

    assert response.status_code == 404
    assert response.json() == NOT_FOUND


@pytest.mark.parametrize("factory", [KeyFactory, DeployKeyFactory])
@pytest.mark.parametrize(
    ("state", "status"),
    [
        (UserState.ACTIVE, 200),
        (UserState.DEACTIVATED, 200),
        (UserState.BLOCKED, 401),
        (UserState.BLOCKED_PENDING_APPROVAL, 401),
        (UserState.BANNED, 401),
    ],
)
def test_an_owner_may_be_shut_out(shell: Caller, factory: Any, state: UserState, status: int) -> None:
    key = factory.create(user=UserFactory.create(state=state))

    response = shell.get("authorized_keys", key=key.key)

    assert response.status_code == status
    if status == 401:
        assert response.json() == {"message": "401 Unauthorized - Key"}


def test_an_expired_key_of_somebody_blocked_is_unknown(shell: Caller, now: datetime) -> None:
    key = KeyFactory.create(user=UserFactory.create(state=UserState.BLOCKED), expires_at=now)

    response = shell.get("authorized_keys", key=key.key)

    assert response.status_code == 404


def test_it_takes_one_query_and_touches_nothing(
    shell: Caller, key: Key, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        shell.get("authorized_keys", key=VECTOR)

    key.refresh_from_db()
    assert key.last_used_at is None


def test_an_unknown_key_takes_one_query_too(
    shell: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = shell.get("authorized_keys", key=ed25519_line(99))

    assert response.status_code == 404


def test_a_stranger_learns_nothing(stranger: Caller, key: Key) -> None:
    response = stranger.get("authorized_keys", key=VECTOR)

    assert response.status_code == 401
    assert response.json() == {"message": "401 Unauthorized"}
