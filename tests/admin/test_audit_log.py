"""Every change on the operators' site leaves an entry; no entry has a secret."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from apps.core.admin_site import secret_columns
from apps.core.encryption import EncryptedField
from apps.directory.models import FeatureFlag, User
from apps.git_access.models import Webhook
from tests.admin.browser import submit
from tests.factories.directory import PersonalAccessTokenFactory, ProjectFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory, ed25519_line

pytestmark = pytest.mark.django_db

USER = "/admin/directory/user/"
TOKENS = "/admin/directory/personalaccesstoken/"
PASSWORD = "correct horse battery"


def entries(model: str) -> list[tuple[str, Any]]:
    rows = LogEntry.objects.filter(content_type__model=model).order_by("pk")
    return [(row.get_action_display(), row.changes) for row in rows]


def test_a_change_is_recorded_with_its_actor_address_and_request(operator: Client) -> None:
    user = UserFactory.create(name="Alice")
    operator.defaults.update(REMOTE_ADDR="192.0.2.7", HTTP_X_REQUEST_ID="request-1")

    assert submit(operator, f"{USER}{user.pk}/change/", name="Al") == []

    entry = LogEntry.objects.get(content_type__model="user")
    assert entry.changes["name"] == ["Alice", "Al"]
    assert (str(entry.actor), entry.remote_addr, entry.cid) == ("@operator", "192.0.2.7", "request-1")


@pytest.mark.parametrize(
    ("own", "forwarded", "address"),
    [
        ("127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"),  # a proxy here adds the last one itself
        ("", "192.0.2.7", "192.0.2.7"),  # a Unix socket
        ("198.51.100.1", "192.0.2.7", "198.51.100.1"),  # nobody's word for it
        ("127.0.0.1", "unknown", "127.0.0.1"),
    ],
)
def test_only_a_proxy_on_this_machine_is_believed_about_addresses(
    operator: Client, own: str, forwarded: str, address: str
) -> None:
    token = PersonalAccessTokenFactory.create()
    body = {"action": "revoke", "_selected_action": [token.pk]}

    operator.post(TOKENS, body, REMOTE_ADDR=own, HTTP_X_FORWARDED_FOR=forwarded)

    assert LogEntry.objects.get().remote_addr == address


def test_an_action_over_many_rows_leaves_an_entry_for_each_that_changed(operator: Client) -> None:
    tokens = [PersonalAccessTokenFactory.create() for _ in range(2)]
    done = PersonalAccessTokenFactory.create(revoked=True)

    selected = [token.pk for token in (*tokens, done)]
    operator.post(TOKENS, {"action": "revoke", "_selected_action": selected})

    assert entries("personalaccesstoken") == [("update", {"revoked": ["False", "True"]})] * 2


def test_what_is_deleted_is_recorded_as_it_was(operator: Client) -> None:
    key = KeyFactory.create(title="laptop")

    operator.post(
        "/admin/ssh_keys/key/", {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"}
    )

    ((action, changes),) = entries("key")
    assert (action, changes["title"]) == ("delete", ["laptop", "None"])


def test_what_is_added_is_recorded(operator: Client) -> None:
    submit(operator, "/admin/ssh_keys/key/add/", title="New", key=ed25519_line(9))

    ((action, changes),) = entries("key")
    assert (action, changes["title"]) == ("create", ["None", "New"])


def test_what_a_row_is_connected_with_is_recorded(operator: Client) -> None:
    flag, project = FeatureFlag.objects.create(name="gitaly_x"), ProjectFactory.create()

    assert submit(operator, f"/admin/directory/featureflag/{flag.pk}/change/", projects=[project.pk]) == []

    ((_, changes),) = entries("featureflag")
    assert changes["projects"]["objects"] == [str(project)]


def test_a_new_password_is_noted_and_not_shown(operator: Client) -> None:
    user = UserFactory.create()
    passwords = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

    operator.post(reverse("admin:auth_user_password_change", args=[user.pk]), passwords)

    assert entries("user") == [("update", {"password": ["…", "changed"]})]
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_a_new_secret_of_a_webhook_is_noted_and_not_shown(operator: Client) -> None:
    project = ProjectFactory.create()
    body = {"project": project.pk, "url": "https://example.com/", "written_secret": "top-secret"}

    assert submit(operator, reverse("admin:git_access_webhook_add"), **body) == []

    recorded = entries("webhook")
    assert Webhook.objects.get().secret is not None
    assert recorded[-1] == ("update", {"secret": ["…", "changed"]})
    assert "top-secret" not in str(recorded)


def test_nothing_outside_of_the_site_is_recorded() -> None:
    user = UserFactory.create()
    user.name = "Changed"
    user.save()

    assert not LogEntry.objects.exists()


def test_nobody_rewrites_the_log(operator: Client) -> None:
    token = PersonalAccessTokenFactory.create()
    operator.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]})
    entry = LogEntry.objects.get()
    page = f"/admin/auditlog/logentry/{entry.pk}/"

    answers = [operator.post(f"{page}{name}/", {"post": "yes"}) for name in ("change", "delete")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert b"revoked" in operator.get(f"{page}change/").content


def test_the_log_is_filtered_by_model_and_actor(operator: Client) -> None:
    token, key = PersonalAccessTokenFactory.create(), KeyFactory.create()
    operator.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]})
    operator.post("/admin/ssh_keys/key/", {"action": "expire", "_selected_action": [key.pk]})
    actor = User.objects.get(username="operator")

    def found(**query: Any) -> set[str]:
        page = operator.get("/admin/auditlog/logentry/", query)
        return {entry.content_type.model for entry in page.context["cl"].result_list}

    assert found(model="ssh_keys.key") == {"key"}
    assert found(actor__id__exact=actor.pk) == {"key", "personalaccesstoken"}
    assert found(actor__id__exact=key.user_id) == set()
    assert found(q="operator") == {"key", "personalaccesstoken"}


def test_every_column_that_looks_like_a_secret_is_kept_out() -> None:
    suspicious = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedField)
        or (
            isinstance(field, models.CharField)
            and any(part in field.name for part in ("digest", "secret", "password"))
        )
    }

    kept_out = {(label, name) for label, names in secret_columns.COLUMNS.items() for name in names}
    assert suspicious == kept_out
