"""Storing keys."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind, UsageType
from apps.ssh_keys.public_keys import InvalidPublicKey
from tests.factories.directory import ProjectFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory, ed25519_line
from tests.ssh_keys.public_halves import VECTOR, VECTOR_FINGERPRINT

pytestmark = pytest.mark.django_db


def unsaved(**fields: Any) -> Key:
    return Key(**{"title": "Laptop", "key": ed25519_line(1), **fields})


def test_what_follows_from_the_text_is_stored_with_it() -> None:
    key = Key.objects.create(title="Laptop", key=f" ssh-rsa  {VECTOR}  rubi@example.com\n")

    key.refresh_from_db()
    assert key.key == f"ssh-rsa {VECTOR} rubi@example.com"
    assert (key.algorithm, key.bits) == ("ssh-rsa", 1024)
    assert key.fingerprint_sha256 == VECTOR_FINGERPRINT
    assert len(key.fingerprint_md5) == 47


def test_a_text_that_is_no_key_is_not_stored() -> None:
    with pytest.raises(InvalidPublicKey):
        Key.objects.create(title="Laptop", key="ssh-rsa AAAA")


def test_user_keys_and_deploy_keys_are_unique_together() -> None:
    key = KeyFactory.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        DeployKeyFactory.create(key=f"{key.key} with another comment")


@pytest.mark.parametrize("fields", [{"title": ""}, {"kind": "other"}, {"usage_type": "other"}], ids=str)
def test_the_database_refuses_what_must_not_be(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyFactory.create(**fields)


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"key": ""}, "key"),
        ({"key": "ssh-rsa AAAA"}, "key"),
        ({"key": f"{ed25519_line(1)} {'x' * 5000}"}, "key"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
    ],
)
def test_a_form_says_which_field_is_at_fault(fields: dict[str, Any], at_fault: str) -> None:
    with pytest.raises(ValidationError) as error:
        unsaved(**fields).full_clean()

    assert list(error.value.message_dict) == [at_fault]


def test_a_good_key_is_clean() -> None:
    unsaved(title="x" * 255, expires_at=timezone.now() + timedelta(days=1)).full_clean()


def test_a_key_that_has_expired_since_can_still_be_edited() -> None:
    key = KeyFactory.create(expires_at=timezone.now() - timedelta(days=1))

    key.title = "Old laptop"
    key.full_clean()
    key.save()

    assert Key.objects.get().title == "Old laptop"


@pytest.mark.parametrize(("seconds", "expired"), [(-1, True), (0, True), (1, False), (None, False)])
def test_a_key_expires_at_its_moment(seconds: int | None, expired: bool) -> None:
    now = timezone.now()
    key = unsaved(expires_at=None if seconds is None else now + timedelta(seconds=seconds))

    assert key.expired(at=now) is expired


def test_signing_keys_do_not_authenticate() -> None:
    keys = {usage: KeyFactory.create(usage_type=usage) for usage in UsageType}

    authenticating = set(Key.objects.authenticating())

    assert authenticating == {keys[UsageType.AUTH], keys[UsageType.AUTH_AND_SIGNING]}


def test_a_key_outlives_its_owner() -> None:
    key = KeyFactory.create()

    UserFactory._meta.model.objects.filter(keys=key).delete()

    key.refresh_from_db()
    assert key.user is None


def test_only_a_deploy_key_is_granted_a_project() -> None:
    project = ProjectFactory.create()

    DeployKeyGrant(key=DeployKeyFactory.create(), project=project).full_clean()
    with pytest.raises(ValidationError) as error:
        DeployKeyGrant(key=KeyFactory.create(), project=project).full_clean()

    assert error.value.message_dict == {"key": ["Only a deploy key can be granted a project."]}


def test_a_deploy_key_is_granted_a_project_once() -> None:
    grant = DeployKeyGrantFactory.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        DeployKeyGrantFactory.create(key=grant.key, project=grant.project)


def test_keys_are_called_by_title_and_fingerprint() -> None:
    key = Key.objects.create(title="Laptop", key=f"ssh-rsa {VECTOR}", kind=KeyKind.DEPLOY_KEY)
    grant = DeployKeyGrantFactory.create(key=key, project=ProjectFactory.create(path="wget2"))

    assert str(key) == f"Laptop (SHA256:{VECTOR_FINGERPRINT})"
    assert str(grant) == f"{key} for {grant.project.full_path}"
