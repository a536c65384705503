"""What operators see and do about factors, tokens, authorities and audit events."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from apps.core import encryption
from apps.directory.models import PersonalAccessToken, User
from apps.git_access.models import GitAuditEvent, GitVerb
from apps.ssh_keys import one_time_passwords, recovery_codes
from apps.ssh_keys.actors import Claim
from apps.ssh_keys.models import OtpSecret, SshCertificateAuthority
from tests.admin.browser import column
from tests.factories.directory import GroupFactory, PersonalAccessTokenFactory, UserFactory, subgroup
from tests.factories.key_owners import SecondFactorDeviceFactory, SshCertificateAuthorityFactory
from tests.factories.ssh_keys import ed25519_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(settings: Settings, tmp_path: Path) -> User:
    """A user with an authenticator app and recovery codes."""
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "encryption_keys"
    settings.ENCRYPTION_KEYS_FILE.write_bytes(encryption.new_key())
    user = UserFactory.create()
    one_time_passwords.enrol(user)
    recovery_codes.regenerate(claim=Claim(user_id=user.pk), now=user.created_at)
    return user


def act(operator: Client, path: str, action: str, *pks: int) -> str:
    answer = operator.post(path, {"action": action, "_selected_action": pks}, follow=True)
    return str(next(iter(answer.context["messages"])))


def test_tokens_are_revoked_and_their_digests_are_not_shown(operator: Client) -> None:
    first = PersonalAccessTokenFactory.create()
    second = PersonalAccessTokenFactory.create(revoked=True)

    page = operator.get(f"/admin/directory/personalaccesstoken/{first.pk}/change/")
    said = act(operator, "/admin/directory/personalaccesstoken/", "revoke", first.pk, second.pk)

    assert first.token_digest not in page.content.decode()
    assert said == "1 token is revoked."
    assert not PersonalAccessToken.objects.filter(revoked=False).exists()


def test_recovery_codes_appear_as_their_number(operator: Client, user: User) -> None:
    SecondFactorDeviceFactory.create(user=user)

    for model in ("otpsecret", "secondfactordevice"):
        page = operator.get(f"/admin/ssh_keys/{model}/").content

        assert column(page, "recovery_codes") == ["10"]


def test_one_time_passwords_are_turned_off_with_all_that_belongs_to_them(
    operator: Client, user: User
) -> None:
    said = act(operator, "/admin/ssh_keys/otpsecret/", "turn_off", OtpSecret.objects.get().pk)

    user.refresh_from_db()
    assert said == "One-time passwords are off for 1 user."
    assert not user.otp_required_for_login
    assert not OtpSecret.objects.exists()
    assert not user.recovery_codes.exists()


def test_recovery_codes_stay_with_another_factor(operator: Client, user: User) -> None:
    SecondFactorDeviceFactory.create(user=user)

    act(operator, "/admin/ssh_keys/otpsecret/", "turn_off", OtpSecret.objects.get().pk)

    assert user.recovery_codes.count() == 10


def test_nobody_makes_a_secret_in_the_admin(operator: Client) -> None:
    assert operator.get("/admin/ssh_keys/otpsecret/add/").status_code == 403


def test_an_authority_is_registered_by_its_public_key(operator: Client) -> None:
    group = GroupFactory.create()
    form = {"group": group.pk, "title": "CA", "key": ed25519_line(7)}

    wrong = operator.post(
        "/admin/ssh_keys/sshcertificateauthority/add/", {**form, "group": subgroup(group).pk}
    )
    operator.post("/admin/ssh_keys/sshcertificateauthority/add/", form)

    assert "top-level groups" in wrong.content.decode()
    authority = SshCertificateAuthority.objects.get()
    assert authority.group == group
    page = operator.get(f"/admin/ssh_keys/sshcertificateauthority/{authority.pk}/change/")
    assert authority.fingerprint_sha256 in page.content.decode()


def test_authorities_are_found_by_fingerprint(operator: Client) -> None:
    authority, other = SshCertificateAuthorityFactory.create_batch(2)

    page = operator.get("/admin/ssh_keys/sshcertificateauthority/", {"q": authority.fingerprint_sha256})

    assert authority.title in page.content.decode()
    assert other.title not in page.content.decode()


def test_nobody_changes_what_was_recorded(operator: Client) -> None:
    event = GitAuditEvent.objects.create(
        username="rubi",
        gl_repository="project-3",
        protocol="ssh",
        action="git-upload-pack",
        verb=GitVerb.CLONE,
    )
    path = "/admin/git_access/gitauditevent/"

    listed = operator.get(path)
    shown = operator.get(f"{path}{event.pk}/change/")
    refused = [operator.get(f"{path}add/"), operator.post(f"{path}{event.pk}/delete/", {"post": "yes"})]

    assert "project-3" in listed.content.decode()
    assert 'name="_save"' not in shown.content.decode()
    assert [answer.status_code for answer in refused] == [403, 403]
    assert GitAuditEvent.objects.get() == event
