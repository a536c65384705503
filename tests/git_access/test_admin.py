"""The pages of operators."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.core.encryption import Encrypted
from apps.git_access.models import (
    BroadcastMessage,
    Denial,
    GitAuditEvent,
    IpRestriction,
    LfsFileLock,
    LfsObject,
    PathLock,
    ProtectedBranch,
    ProtectedTag,
    PushEvent,
    PushRecord,
    PushRule,
    Webhook,
    WebhookDelivery,
)
from apps.git_access.models.push_rules import INHERITED
from tests.factories.directory import GroupFactory, ProjectFactory, UserFactory
from tests.factories.git_access import (
    BroadcastMessageFactory,
    DenialFactory,
    GitAuditEventFactory,
    IpRestrictionFactory,
    LfsFileLockFactory,
    LfsObjectFactory,
    PathLockFactory,
    ProjectPushRuleFactory,
    ProtectedBranchFactory,
    ProtectedTagFactory,
    PushRecordFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
)

pytestmark = pytest.mark.django_db
FACTORIES: dict[type[Model], Any] = {
    BroadcastMessage: BroadcastMessageFactory,
    Denial: DenialFactory,
    GitAuditEvent: GitAuditEventFactory,
    IpRestriction: IpRestrictionFactory,
    LfsFileLock: LfsFileLockFactory,
    LfsObject: LfsObjectFactory,
    PathLock: PathLockFactory,
    ProtectedBranch: ProtectedBranchFactory,
    ProtectedTag: ProtectedTagFactory,
    PushRecord: PushRecordFactory,
    PushRule: ProjectPushRuleFactory,
    Webhook: WebhookFactory,
    WebhookDelivery: WebhookDeliveryFactory,
}
WRITTEN_BY_MACHINES = {Denial, GitAuditEvent, LfsObject, PushRecord, WebhookDelivery}
each_model = pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)


@pytest.fixture
def operator(client: Client, settings: Settings) -> Client:
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": static}
    client.force_login(UserFactory.create(admin=True))
    return client


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:git_access_{model._meta.model_name}_{page}", args=args)


def test_every_model_that_operators_need_has_pages() -> None:
    admin.autodiscover()

    registered = {model for model in admin.site._registry if model._meta.app_label == "git_access"}

    assert registered == set(FACTORIES)


@each_model
def test_the_list_can_be_searched_and_takes_no_query_per_row(operator: Client, model: type[Model]) -> None:
    FACTORIES[model].create()
    with CaptureQueriesContext(connection) as with_one_row:
        assert operator.get(url(model, "changelist")).status_code == 200
    FACTORIES[model].create_batch(3)

    with CaptureQueriesContext(connection) as with_four_rows:
        assert operator.get(url(model, "changelist")).status_code == 200
    assert len(with_four_rows) == len(with_one_row)
    assert operator.get(url(model, "changelist"), {"q": "main"}).status_code == 200


@each_model
def test_a_row_can_be_opened(operator: Client, model: type[Model]) -> None:
    row = FACTORIES[model].create()

    assert operator.get(url(model, "change", row.pk)).status_code == 200


@each_model
def test_only_people_write_rows(operator: Client, model: type[Model]) -> None:
    expected = 403 if model in WRITTEN_BY_MACHINES else 200

    assert operator.get(url(model, "add")).status_code == expected


def test_a_push_cannot_be_changed_or_deleted(operator: Client) -> None:
    record = PushRecordFactory.create()
    PushEvent.objects.create(record=record, ref="refs/heads/topic", kind="pushed")

    page = operator.get(url(PushRecord, "change", record.pk))
    changed = operator.post(url(PushRecord, "change", record.pk), {})
    deleted = operator.post(url(PushRecord, "delete", record.pk), {"post": "yes"})

    assert "refs/heads/topic" in page.content.decode()
    assert (changed.status_code, deleted.status_code) == (403, 403)


def test_pushes_without_their_job_done_can_be_listed(operator: Client) -> None:
    waiting = PushRecordFactory.create(gl_repository="project-1")
    PushRecordFactory.create(gl_repository="project-2", processed_at=timezone.now())

    page = operator.get(url(PushRecord, "changelist"), {"processed_at__isempty": "1"})

    assert list(page.context["cl"].queryset) == [waiting]


def inline(**rows: Any) -> dict[str, Any]:
    return {"access-TOTAL_FORMS": 1, "access-INITIAL_FORMS": 0} | {
        f"access-0-{name}": value for name, value in rows.items()
    }


def test_a_rule_is_made_with_its_rows(operator: Client) -> None:
    project, user = ProjectFactory.create(), UserFactory.create()

    answers = [
        operator.post(
            url(ProtectedBranch, "add"),
            {"project": project.pk, "name": "main", **inline(right="push", access_level=40)},
        ),
        operator.post(
            url(ProtectedTag, "add"), {"project": project.pk, "name": "v*", **inline(user=user.pk)}
        ),
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    branch, tag = ProtectedBranch.objects.get(), ProtectedTag.objects.get()
    assert list(branch.access.values_list("right", "access_level")) == [("push", 40)]
    assert list(tag.access.values_list("user", "access_level")) == [(user.pk, None)]


def test_a_row_that_names_nobody_or_two_is_refused(operator: Client) -> None:
    project, user = ProjectFactory.create(), UserFactory.create()

    for rows in ({"right": "push"}, {"right": "push", "access_level": 40, "user": user.pk}):
        answer = operator.post(
            url(ProtectedBranch, "add"), {"project": project.pk, "name": "main", **inline(**rows)}
        )
        assert answer.status_code == 200

    assert not ProtectedBranch.objects.exists()


def test_the_levels_of_a_message_are_chosen(operator: Client) -> None:
    body = {
        "message": "Hello",
        "kind": "banner",
        "starts_at_0": "2026-05-01",
        "starts_at_1": "10:00",
        "ends_at_0": "2026-05-02",
        "ends_at_1": "10:00",
        "show_in_cli": "on",
        "target_access_levels": ["30", "40"],
    }

    answer = operator.post(url(BroadcastMessage, "add"), body)

    assert answer.status_code == 302
    message = BroadcastMessage.objects.get()
    assert message.target_access_levels == [30, 40]
    form = operator.get(url(BroadcastMessage, "change", message.pk)).context["adminform"].form
    assert form["target_access_levels"].value() == [30, 40]


def test_a_range_must_be_one_and_belong_to_a_top_level_group(operator: Client) -> None:
    group = GroupFactory.create()
    child = GroupFactory.create(parent=group)

    answers = [
        operator.post(url(IpRestriction, "add"), {"group": owner.pk, "cidr": cidr}).status_code
        for owner, cidr in ((group, "nonsense"), (child, "192.0.2.0/24"), (group, "192.0.2.0/24"))
    ]

    assert answers == [200, 200, 302]


class TestPushRules:
    def add(self, operator: Client, **fields: Any) -> int:
        body = {"max_file_size": "0", **dict.fromkeys(INHERITED, "unknown"), **fields}
        status: int = operator.post(url(PushRule, "add"), body).status_code
        return status

    def test_the_owner_says_for_whom_they_are(self, operator: Client) -> None:
        project, group = ProjectFactory.create(), GroupFactory.create()

        made = [
            self.add(operator, **owner)
            for owner in ({}, {"group": group.pk}, {"project": project.pk}, {}, {"project": project.pk})
        ]

        assert made == [302, 302, 302, 200, 200]
        assert list(PushRule.objects.order_by("id").values_list("scope", flat=True)) == [
            "instance",
            "group",
            "project",
        ]
        assert self.add(operator, group=group.pk, project=ProjectFactory.create().pk) == 200

    def test_a_pattern_that_is_none_is_refused_with_its_reason(self, operator: Client) -> None:
        body = {"max_file_size": "0", "branch_name_regex": "+"}

        page = operator.post(url(PushRule, "add"), body).content.decode()

        assert "no argument for repetition operator" in page
        assert not PushRule.objects.exists()


def test_a_secret_is_written_and_not_shown(operator: Client) -> None:
    webhook = WebhookFactory.create(secret=Encrypted.of("very secret"))
    body = {
        "project": webhook.project_id,
        "url": "https://example.com/",
        "push_events": "on",
        "written_secret": "",
    }

    page = operator.get(url(Webhook, "change", webhook.pk))
    operator.post(url(Webhook, "change", webhook.pk), body)
    refused = operator.post(url(Webhook, "change", webhook.pk), {**body, "url": "ftp://example.com/"})

    assert "very secret" not in page.content.decode()
    webhook.refresh_from_db()
    assert (webhook.secret.reveal(), webhook.url) == ("very secret", "https://example.com/")
    assert refused.status_code == 200


def test_access_is_explained_on_a_page(operator: Client) -> None:
    project = ProjectFactory.create(repository_exists=True)
    page = reverse("admin:git_access_explain")

    UserFactory.create(username="carol")
    asked = {"user": "carol", "project": project.full_path, "action": "git-upload-pack", "protocol": "ssh"}

    assert operator.get(page).status_code == 200
    answer = operator.get(page, asked).content.decode()
    assert f"Refused: this user is not a member of {project.full_path}; downloading code needs Rep" in answer
    assert "Rule not met: the actor may know of the project (<code>project-readable<" in answer
    assert page in operator.get(url(PushRule, "changelist")).content.decode()


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"user": "nobodyhere"}, "There is no user &quot;nobodyhere&quot;."),
        ({"key": "99999"}, "There is no key 99999."),
        ({}, "Say who asks: a key, a user, or nobody (anonymous); exactly one of them."),
        ({"anonymous": "on", "ip": "abc"}, "&quot;abc&quot; is no IP address."),
    ],
)
def test_a_question_without_an_answer_is_an_error_in_the_form(
    operator: Client, asked: dict[str, str], fault: str
) -> None:
    asked = {"project": "no/such", "action": "git-upload-pack", "protocol": "ssh", **asked}

    answer = operator.get(reverse("admin:git_access_explain"), asked)

    assert answer.status_code == 200
    assert fault in answer.content.decode()
    assert answer.context["explanation"] is None
