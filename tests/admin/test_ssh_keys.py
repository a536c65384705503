"""What operators find out and change about keys."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.ssh_keys.models import Key, KeyKind
from tests.admin.browser import submit
from tests.factories.directory import ProjectFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory, ed25519_line

pytestmark = pytest.mark.django_db

KEYS = "/admin/ssh_keys/key/"
NEW_KEY = f"{KEYS}add/"


def page_of(key: Key) -> str:
    return reverse("admin:ssh_keys_key_change", args=[key.pk])


def found(operator: Client, **query: str) -> set[str]:
    page = operator.get(KEYS, query)
    return {key.title for key in page.context["cl"].result_list}


def test_a_key_is_found_by_what_identifies_it(operator: Client) -> None:
    key = KeyFactory.create(title="Alice's laptop", user=UserFactory.create(username="alice"))
    KeyFactory.create()
    whole = f"{key.key} alice@laptop"

    for term in (
        f"SHA256:{key.fingerprint_sha256}",
        key.fingerprint_sha256,
        f"MD5:{key.fingerprint_md5}",
        key.fingerprint_md5,
        whole,
        "Alice",
        "Alice's l",
        str(key.pk),
    ):
        assert found(operator, q=term) == {"Alice's laptop"}, term


@pytest.mark.parametrize(
    ("choice", "titles"),
    [
        ("expired", {"past"}),
        ("soon", {"soon"}),
        ("never", {"never"}),
        ("", {"past", "soon", "far", "never"}),
    ],
)
def test_keys_are_filtered_by_their_expiry(
    operator: Client, now: datetime, choice: str, titles: set[str]
) -> None:
    days = {"past": -1, "soon": 3, "far": 30}
    for title, offset in days.items():
        KeyFactory.create(title=title, expires_at=now + timedelta(days=offset))
    KeyFactory.create(title="never")

    assert found(operator, **({"expiry": choice} if choice else {})) == titles


def test_a_key_is_read_when_it_is_added(operator: Client) -> None:
    alice = UserFactory.create()

    assert submit(operator, NEW_KEY, title="New", key=f"{ed25519_line(9)} alice@laptop", user=alice.pk) == []

    key = Key.objects.get(title="New")
    assert (key.user, key.algorithm, key.bits) == (alice, "ssh-ed25519", 256)


def test_what_is_no_key_is_refused_beside_its_field(operator: Client) -> None:
    errors = submit(operator, NEW_KEY, title="New", key="ssh-ed25519 AAAA")

    assert errors == ["The key is not Base64, or its end is missing."]


def test_a_key_that_is_stored_already_is_refused_whatever_its_comment(operator: Client) -> None:
    KeyFactory.create(title="Old", key=ed25519_line(9))

    errors = submit(operator, NEW_KEY, title="New", key=f"{ed25519_line(9)} a comment")

    assert errors == ["This key is stored already: Old."]


def test_a_new_key_does_not_expire_in_the_past(operator: Client) -> None:
    errors = submit(
        operator,
        NEW_KEY,
        title="New",
        key=ed25519_line(9),
        expires_at_0="2020-01-01",
        expires_at_1="00:00:00",
    )

    assert errors == ["A new key expires in the future."]


def test_an_expired_key_can_still_be_changed(operator: Client, now: datetime) -> None:
    key = KeyFactory.create(expires_at=now - timedelta(days=1))

    assert submit(operator, page_of(key), title="Renamed") == []

    key.refresh_from_db()
    assert key.title == "Renamed"


def test_the_text_of_a_stored_key_stands_still(operator: Client) -> None:
    key = KeyFactory.create()

    submit(operator, page_of(key), key=ed25519_line(999), kind=KeyKind.DEPLOY_KEY)

    stored = Key.objects.get(pk=key.pk)
    assert (stored.key, stored.kind, stored.fingerprint_sha256) == (key.key, "user", key.fingerprint_sha256)


def test_only_a_deploy_key_opens_projects(operator: Client) -> None:
    assert b"deploy key grants" in operator.get(page_of(DeployKeyFactory.create())).content.lower()
    assert b"deploy key grants" not in operator.get(page_of(KeyFactory.create())).content.lower()


def test_a_deploy_key_is_given_a_project_and_the_right_to_push(operator: Client) -> None:
    key, project = DeployKeyFactory.create(), ProjectFactory.create()
    grant = {"grants-TOTAL_FORMS": 1, "grants-0-project": project.pk, "grants-0-can_push": "on"}

    assert submit(operator, page_of(key), **grant) == []

    assert [(row.project, row.can_push) for row in key.grants.all()] == [(project, True)]


def test_a_deploy_key_without_creator_is_not_given_the_right_to_push(operator: Client) -> None:
    key, project = DeployKeyFactory.create(user=None), ProjectFactory.create()
    grant = {"grants-TOTAL_FORMS": 1, "grants-0-project": project.pk, "grants-0-can_push": "on"}

    assert submit(operator, page_of(key), **grant) == [
        "A deploy key pushes with the rights of its creator, and this key has none: name a user."
    ]

    assert not key.grants.exists()


def test_a_private_key_that_was_pasted_is_forgotten(operator: Client) -> None:
    pasted = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----"
    fields = {"title": "mine", "kind": "user", "usage_type": "auth", "key": pasted}
    fields |= {"grants-TOTAL_FORMS": "0", "grants-INITIAL_FORMS": "0"}

    page = operator.post("/admin/ssh_keys/key/add/", fields)

    assert page.status_code == 200
    assert b"This is a private key: never paste it anywhere." in page.content
    assert b"b3BlbnNzaC1rZXk" not in page.content


def test_a_grant_is_taken_back(operator: Client) -> None:
    grant = DeployKeyGrantFactory.create()

    assert submit(operator, page_of(grant.key), **{"grants-0-DELETE": "on"}) == []

    assert not grant.key.grants.exists()
