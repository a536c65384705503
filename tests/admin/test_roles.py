"""What each role may see and do, and how nobody gets further than the own role."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.forms import (
    BaseForm,
    BooleanField,
    ChoiceField,
    DateField,
    IntegerField,
    ModelChoiceField,
    ModelMultipleChoiceField,
    MultiValueField,
    SplitDateTimeField,
)
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.admin_site import roles
from apps.directory.models import PersonalAccessToken, User
from apps.operations.apps import OperationsConfig
from tests.admin.browser import fields, submit
from tests.admin.test_pages import REGISTERED, row_of
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

    submit(client, f"{USER}{user.pk}/change/", admin="on", groups=[owner.pk], state="blocked")

    user.refresh_from_db()
    assert (user.state, user.admin, user.groups.count()) == ("blocked", False, 0)


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


WRITTEN_BY_SUPPORT = {"directory.User": {"state"}}


def changed(before: models.Model) -> set[str]:
    """The columns of a row that are not as they were."""
    after = type(before)._default_manager.get(pk=before.pk)
    columns = before._meta.concrete_fields
    return {
        column.name
        for column in columns
        if column.value_from_object(before) != column.value_from_object(after)
    }


def other_value(form: BaseForm, name: str) -> Any:
    """Something else than what the form shows in a field."""
    field, value = form.fields[name], form[name].value()
    if isinstance(field, ModelMultipleChoiceField | MultiValueField):
        return {}
    if isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField):
        choices: Any = field.choices
        return {name: next(str(key) for key, _ in choices if str(key) not in {"", str(value)})}
    if isinstance(field, ModelChoiceField):
        other = field.queryset.exclude(pk=value).first() if field.queryset is not None else None
        return {name: other.pk if other else ""}
    if isinstance(field, BooleanField):
        return {name: "" if value else "on"}
    if isinstance(field, IntegerField):
        return {name: int(value or 0) + 1}
    if isinstance(field, DateField):
        return {name: "2031-05-06"}
    return {name: f"{value or ''}x"}


def moment_parts(form: BaseForm, name: str) -> dict[str, str]:
    """What the two inputs of a date and a time send."""
    return (
        {f"{name}_0": "2031-05-06", f"{name}_1": "07:08:09"}
        if isinstance(form.fields[name], SplitDateTimeField)
        else {}
    )


@pytest.mark.parametrize("role", [roles.AUDITOR, roles.SUPPORT, roles.BILLING])
def test_no_role_writes_a_field_that_its_duties_do_not_open(
    operator: Client, role: str, settings: LazySettings
) -> None:
    settings.GITALY_STORAGES = {name: {"address": "unix:/nowhere"} for name in ("default", "other")}
    client = operator_in(role)
    tried, open_to_role = 0, WRITTEN_BY_SUPPORT if role == roles.SUPPORT else {}
    written: dict[str, set[str]] = {}
    for model in REGISTERED:
        if role == roles.BILLING and model._meta.app_label == "billing":
            continue  # its own
        row = row_of(model)
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        page = operator.get(url)
        form = page.context["adminform"].form
        shown = dict(fields(form))
        for inline in page.context["inline_admin_formsets"]:
            shown |= dict(fields(inline.formset.management_form))
        for name in form.fields:
            before = model._default_manager.get(pk=row.pk)
            client.post(url, {**shown, **other_value(form, name), **moment_parts(form, name)})
            tried += 1
            for column in changed(before) - open_to_role.get(model._meta.label, set()):
                written.setdefault(model._meta.label, set()).add(column)

    assert tried > 100
    assert written == {}


def test_the_fields_of_every_form_can_be_written_by_the_administrator(operator: Client) -> None:
    """So that the test above tries what would be written where it may be."""
    user = UserFactory.create()
    url = f"{USER}{user.pk}/change/"
    form = operator.get(url).context["adminform"].form
    shown, written = dict(fields(form)), set()
    for name in form.fields:
        before = User.objects.get(pk=user.pk)
        operator.post(url, {**shown, **other_value(form, name), **moment_parts(form, name)})
        written |= changed(before)

    assert {"email", "state", "locked_at", "failed_attempts", "external", "user_type"} <= written


def test_support_writes_the_state_of_a_user_and_nothing_else() -> None:
    client, user = operator_in(roles.SUPPORT), UserFactory.create(email="before@example.com")

    submit(client, f"{USER}{user.pk}/change/", state="blocked", email="after@example.com", username="other")

    user.refresh_from_db()
    assert (user.state, user.email) == ("blocked", "before@example.com")


def test_support_does_not_wake_an_expired_key_and_sets_no_password() -> None:
    client = operator_in(roles.SUPPORT)
    key = KeyFactory.create(expires_at=timezone.now() - timedelta(days=1))
    assert key.user is not None

    client.post(f"{KEYS}{key.pk}/change/", {"title": key.title, "usage_type": "auth", "expires_at_0": ""})
    answer = client.post(reverse("admin:auth_user_password_change", args=[key.user.pk]), PASSWORD)

    assert answer.status_code == 403
    assert type(key).objects.get(pk=key.pk).expires_at == key.expires_at


def test_somebody_with_a_group_of_the_own_as_well_is_not_restrained_by_a_role() -> None:
    client, user = operator_in(roles.SUPPORT), UserFactory.create()
    own = Group.objects.create(name="night shift")
    own.permissions.add(Permission.objects.get(codename="change_user"))
    User.objects.get(username="the_support").groups.add(own)

    submit(client, f"{USER}{user.pk}/change/", name="Changed")

    user.refresh_from_db()
    assert user.name == "Changed"


@pytest.mark.parametrize("change", [{"state": "blocked"}, {"state": "deactivated"}, {"admin": ""}])
def test_the_last_administrator_stays_one(operator: Client, change: dict[str, str]) -> None:
    last = User.objects.get(username="operator")
    UserFactory.create(admin=True, state="blocked")

    assert submit(operator, f"{USER}{last.pk}/change/", **change) == ["@operator is the last administrator."]

    last.refresh_from_db()
    assert (last.state, last.admin) == ("active", True)


def test_the_last_administrator_is_not_deleted_alone_or_with_others(operator: Client) -> None:
    last, other = User.objects.get(username="operator"), UserFactory.create()

    operator.post(f"{USER}{last.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [last.pk, other.pk], "post": "yes"}
    operator.post(USER, chosen)

    assert User.objects.filter(pk__in=[last.pk, other.pk]).count() == 2


def test_one_of_two_administrators_may_go(operator: Client) -> None:
    other = UserFactory.create(admin=True)

    assert submit(operator, f"{USER}{other.pk}/change/", admin="") == []

    assert not User.objects.get(pk=other.pk).admin


def test_the_page_says_what_the_declaration_does() -> None:
    lines = Path("docs/admin.md").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| | auditor"))

    written = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines[start : start + len(roles.DUTIES) + 3]
    ]

    assert [row for row in written if set("".join(row)) != {"-"}] == roles.table()


def test_a_role_is_called_so_on_its_pages(operator: Client) -> None:
    role = Group.objects.create(name="night watch")

    new = operator.get(reverse("admin:auth_group_add")).content.decode()
    own = operator.get(reverse("admin:auth_group_change", args=[role.pk])).content.decode()

    assert "Add role" in new
    assert re.search(r"Delete\s+role", own)
    assert not re.search(r"(Add|Change|Delete)\s+group\b", new + own)
