"""What each role may see and do, and how nobody gets further than the own role."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from apps.core.admin_site import roles
from apps.directory.models import PersonalAccessToken, User
from apps.operations.apps import OperationsConfig
from tests.admin.browser import submit
from tests.factories.billing import SubscriptionFactory
from tests.factories.directory import PersonalAccessTokenFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db

USER = "/admin/directory/user/"
KEYS = "/admin/ssh_keys/key/"
TOKENS = "/admin/directory/personalaccesstoken/"
SUBSCRIPTIONS = "/admin/billing/subscription/"
EXPLAIN = "/admin/git_access/pushrule/explain/"
PASSWORD = {
    "password1": "correct horse battery",
    "password2": "correct horse battery",
    "usable_password": "true",
}


def operator_in(role: str) -> Client:
    user = UserFactory.create(username=f"the_{role}")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def held(role: str) -> set[str]:
    rows = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def verbs(role: str) -> set[str]:
    return {name.partition(".")[2].partition("_")[0] for name in held(role)}


def status(client: Client, url: str) -> int:
    return int(client.get(url).status_code)


def test_an_auditor_sees_every_list_and_writes_nothing() -> None:
    client = operator_in(roles.AUDITOR)
    user = UserFactory.create()

    lists = {
        model._meta.label: status(
            client, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        )
        for model in admin.site._registry
    }
    refused = [
        client.get(f"{USER}add/"),
        client.post(f"{USER}{user.pk}/change/", {"username": "mallory"}),
        client.post(f"{USER}{user.pk}/delete/", {"post": "yes"}),
    ]

    assert set(lists.values()) == {200}
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert verbs(roles.AUDITOR) == {"view", "export"}


def test_an_auditor_is_offered_no_action_and_cannot_send_one() -> None:
    client, token = operator_in(roles.AUDITOR), PersonalAccessTokenFactory.create()

    assert b"Revoke the selected tokens" not in client.get(TOKENS).content
    client.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]})

    assert not PersonalAccessToken.objects.get(pk=token.pk).revoked


def test_support_ends_keys_and_tokens_and_blocks_users() -> None:
    client = operator_in(roles.SUPPORT)
    key, token, user = KeyFactory.create(), PersonalAccessTokenFactory.create(), UserFactory.create()

    client.post(KEYS, {"action": "expire", "_selected_action": [key.pk]})
    client.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]})
    assert submit(client, f"{USER}{user.pk}/change/", state="blocked") == []

    for row in (key, token, user):
        row.refresh_from_db()
    assert (key.expires_at is not None, token.revoked, user.state) == (True, True, "blocked")


def test_support_adds_no_key_and_sees_no_subscription_and_takes_no_list_along() -> None:
    client = operator_in(roles.SUPPORT)

    pages = (
        f"{KEYS}add/",
        SUBSCRIPTIONS,
        "/admin/auditlog/logentry/",
        "/admin/auth/group/",
        f"{KEYS}export/",
    )
    assert [status(client, page) for page in pages] == [403] * 5
    assert status(client, EXPLAIN) == 200
    assert b"Subscriptions" not in client.get("/admin/").content


def test_support_makes_nobody_an_operator() -> None:
    client, user = operator_in(roles.SUPPORT), UserFactory.create()
    owner = Group.objects.get(name=roles.OWNER)

    submit(client, f"{USER}{user.pk}/change/", admin="on", groups=[owner.pk], name="Changed")

    user.refresh_from_db()
    assert (user.name, user.admin, user.groups.count()) == ("Changed", False, 0)


@pytest.mark.parametrize("kind", ["administrator", "owner"])
def test_support_does_not_touch_another_operator(kind: str) -> None:
    client = operator_in(roles.SUPPORT)
    other = UserFactory.create(admin=kind == "administrator")
    if kind == "owner":
        other.groups.add(Group.objects.get(name=roles.OWNER))

    answers = [
        client.post(reverse("admin:auth_user_password_change", args=[other.pk]), PASSWORD),
        client.post(f"{USER}{other.pk}/change/", {"state": "blocked"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert User.objects.get(pk=other.pk).password == other.password


def test_billing_keeps_subscriptions_and_sees_no_key() -> None:
    client, subscription = operator_in(roles.BILLING), SubscriptionFactory.create(seats=5)

    url = f"{SUBSCRIPTIONS}{subscription.pk}/change/"
    assert submit(client, url, seats=6) == []

    subscription.refresh_from_db()
    assert subscription.seats == 6
    assert [status(client, page) for page in (KEYS, EXPLAIN, "/admin/auditlog/logentry/")] == [403] * 3
    assert status(client, f"{SUBSCRIPTIONS}export/") == 200


def test_an_owner_may_do_everything_but_rewrite_the_audit_log() -> None:
    everything = {
        f"{row.content_type.app_label}.{row.codename}"
        for row in Permission.objects.select_related("content_type")
        if row.content_type.app_label not in roles.INTERNAL
    }

    missing = everything - held(roles.OWNER)

    assert {name.partition(".")[0] for name in missing} == {"auditlog"}
    assert "auditlog.view_logentry" in held(roles.OWNER)


def test_an_owner_makes_others_operators() -> None:
    client, user = operator_in(roles.OWNER), UserFactory.create()
    auditor = Group.objects.get(name=roles.AUDITOR)

    assert submit(client, f"{USER}{user.pk}/change/", groups=[auditor.pk]) == []

    assert User.objects.get(pk=user.pk).is_staff


def test_whoever_has_no_role_and_whoever_is_blocked_stays_outside() -> None:
    nobody, blocked = UserFactory.create(), UserFactory.create(state="blocked")
    blocked.groups.add(Group.objects.get(name=roles.OWNER))

    assert [user.is_staff for user in (nobody, User.objects.get(pk=blocked.pk))] == [False, False]


def test_an_upgrade_gives_a_role_its_permissions_back_and_leaves_other_roles_alone() -> None:
    auditor, own = Group.objects.get(name=roles.AUDITOR), Group.objects.create(name="night shift")
    before = held(roles.AUDITOR)
    auditor.permissions.clear()
    own.permissions.add(Permission.objects.get(codename="view_key"))

    roles.make(OperationsConfig.create("gitlab_internal"))

    assert held(roles.AUDITOR) == before
    assert held("night shift") == {"ssh_keys.view_key"}
