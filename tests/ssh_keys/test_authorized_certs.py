"""`GET /authorized_certs`."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.directory.models import AccessLevel, MemberState, User
from apps.ssh_keys.models import SshCertificateAuthority
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    UserFactory,
    subgroup,
)
from tests.factories.key_owners import SshCertificateAuthorityFactory

pytestmark = pytest.mark.django_db

NO_CERTIFICATE = {"message": "Certificate Not Found"}
NO_USER = {"message": "User Not Found"}


@pytest.fixture
def authority() -> SshCertificateAuthority:
    return SshCertificateAuthorityFactory.create(group__path="gnuwget")


@pytest.fixture
def member(authority: SshCertificateAuthority) -> User:
    user = UserFactory.create(username="Rubi", email="Rubi@Example.com")
    MemberFactory.create(user=user, group=authority.group, access_level=AccessLevel.GUEST)
    return user


@pytest.mark.parametrize("holder", ["Rubi", "rubi", "RUBI", "rubi@example.com", "Rubi@EXAMPLE.com"])
def test_a_member_is_let_in_by_name_or_address(
    shell: Caller, authority: SshCertificateAuthority, member: User, holder: str
) -> None:
    response = shell.get("authorized_certs", key=authority.fingerprint_sha256, user_identifier=holder)

    assert response.status_code == 200
    assert list(response.json().items()) == [
        ("success", True),
        ("namespace", "gnuwget"),
        ("username", "Rubi"),
    ]


@pytest.mark.parametrize("shape", ["SHA256:{}", "{}=", "SHA256:{}="])
def test_a_fingerprint_may_have_prefix_and_padding(
    shell: Caller, authority: SshCertificateAuthority, member: User, shape: str
) -> None:
    key = shape.format(authority.fingerprint_sha256)

    response = shell.get("authorized_certs", key=key, user_identifier="rubi")

    assert response.status_code == 200


@pytest.mark.parametrize("query", [{}, {"key": ""}, {"key": "nonsense"}, {"user_identifier": "rubi"}])
def test_an_unknown_authority_comes_first(shell: Caller, member: User, query: dict[str, str]) -> None:
    response = shell.get("authorized_certs", **query)

    assert (response.status_code, response.json()) == (404, NO_CERTIFICATE)


def test_the_authority_of_a_subgroup_does_not_count(shell: Caller) -> None:
    authority = SshCertificateAuthorityFactory.create(group=subgroup(GroupFactory.create()))

    response = shell.get("authorized_certs", key=authority.fingerprint_sha256, user_identifier="rubi")

    assert (response.status_code, response.json()) == (404, NO_CERTIFICATE)


@pytest.mark.parametrize("holder", [None, "", "nobody", "nobody@example.com"])
def test_an_unknown_holder_is_refused(
    shell: Caller, authority: SshCertificateAuthority, holder: str | None
) -> None:
    UserFactory.create(email="")
    query = {"user_identifier": holder} if holder is not None else {}

    response = shell.get("authorized_certs", key=authority.fingerprint_sha256, **query)

    assert (response.status_code, response.json()) == (404, NO_USER)


@pytest.mark.parametrize(
    "membership",
    [
        {"expires_at": timezone.now().date()},
        {"requested_at": timezone.now()},
        {"state": MemberState.AWAITING},
        {"access_level": AccessLevel.MINIMAL},
    ],
)
def test_a_membership_that_does_not_count_does_not_let_in(
    shell: Caller, authority: SshCertificateAuthority, membership: dict[str, Any]
) -> None:
    user = UserFactory.create()
    MemberFactory.create(user=user, group=authority.group, **membership)

    response = shell.get("authorized_certs", key=authority.fingerprint_sha256, user_identifier=user.username)

    assert (response.status_code, response.json()) == (404, NO_USER)


def test_a_membership_below_the_group_does_not_let_in(
    shell: Caller, authority: SshCertificateAuthority
) -> None:
    user = UserFactory.create()
    MemberFactory.create(user=user, group=subgroup(authority.group))

    response = shell.get("authorized_certs", key=authority.fingerprint_sha256, user_identifier=user.username)

    assert response.json() == NO_USER


def test_a_membership_that_ends_tomorrow_lets_in(shell: Caller, authority: SshCertificateAuthority) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    user = UserFactory.create()
    MemberFactory.create(user=user, group=authority.group, expires_at=tomorrow)

    response = shell.get("authorized_certs", key=authority.fingerprint_sha256, user_identifier=user.username)

    assert response.status_code == 200


def test_without_credential_nobody_is_named(
    stranger: Caller, authority: SshCertificateAuthority, member: User
) -> None:
    response = stranger.get("authorized_certs", key=authority.fingerprint_sha256, user_identifier="rubi")

    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})


def test_an_authority_belongs_to_a_top_level_group(authority: SshCertificateAuthority) -> None:
    for group in (subgroup(GroupFactory.create()), PersonalNamespaceFactory.create()):
        authority.group = group

        with pytest.raises(ValidationError, match="top-level groups"):
            authority.clean()


def test_an_authority_is_a_public_key(authority: SshCertificateAuthority) -> None:
    authority.key = "SHA256:nonsense"

    with pytest.raises(ValidationError, match="Must start with"):
        authority.clean()
