"""Forms and rows of the site: nothing misleads, and a row leads on."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.forms import MultiWidget, Widget
from django.test import Client
from django.urls import reverse
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.core.admin_site import menu, roles, row_links
from apps.core.admin_site.widgets import DRESSED
from apps.directory.models import AccessLevel, User
from apps.git_access.models import ProtectedBranch
from apps.git_access.pushes.after.webhooks import destinations
from apps.operations.doctor import certificates
from apps.ssh_keys import one_time_passwords
from tests.admin.browser import column, submit
from tests.admin.test_pages import REGISTERED, row_of
from tests.admin.test_roles import operator_in
from tests.factories.directory import (
    PersonalAccessTokenFactory,
    ProjectFactory,
    SnippetFactory,
    UserFactory,
)
from tests.factories.git_access import ProtectedBranchFactory, PushRecordFactory, WebhookFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db

USER = "/admin/directory/user/"


def plain(widget: Widget) -> bool:
    """Whether a widget is one of Django's own that the site has in another look."""
    if isinstance(widget, MultiWidget):
        return any(map(plain, widget.widgets))
    return type(getattr(widget, "widget", widget)) in DRESSED


def test_every_field_of_every_form_is_in_the_site_s_look(operator: Client) -> None:
    plain_ones = []
    for model in REGISTERED:
        name, options = f"admin:{model._meta.app_label}_{model._meta.model_name}", admin.site._registry[model]
        urls = [reverse(f"{name}_change", args=[row_of(model).pk])]
        request = operator.get(urls[0]).wsgi_request
        if options.has_add_permission(request):
            urls.append(reverse(f"{name}_add"))
        for url in urls:
            form = operator.get(url).context["adminform"].form
            plain_ones += [f"{url} {field}" for field, bound in form.fields.items() if plain(bound.widget)]

    assert plain_ones == []


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"expires_at": None}, "Usable"),
        ({"expires_at": date(2100, 1, 1)}, "Usable"),
        ({"expires_at": date(2020, 1, 1)}, "Expired"),
        ({"expires_at": date(2020, 1, 1), "revoked": True}, "Revoked"),
    ],
)
def test_a_token_is_shown_as_what_it_is(operator: Client, fields: dict[str, Any], shown: str) -> None:
    PersonalAccessTokenFactory.create(**fields)

    page = operator.get("/admin/directory/personalaccesstoken/").content

    assert column(page, "state") == [shown]


def test_two_factors_are_not_turned_on_without_a_factor(operator: Client) -> None:
    user = UserFactory.create(username="bob")
    url = f"{USER}{user.pk}/change/"

    refused = submit(operator, url, otp_required_for_login="on")
    one_time_passwords.enrol(user)
    User.objects.update(otp_required_for_login=False)
    accepted = submit(operator, url, otp_required_for_login="on")

    assert refused == ["There is nothing yet to prove it with: run manage.py user enrol-otp bob."]
    assert accepted == []


def test_a_new_member_is_a_guest_unless_another_level_is_chosen(operator: Client) -> None:
    form = operator.get("/admin/directory/member/add/").context["adminform"].form

    assert form["access_level"].value() == AccessLevel.GUEST


def test_a_rule_that_lets_nobody_pass_says_so(operator: Client) -> None:
    project = ProjectFactory.create()
    inline = {f"access-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}

    page = operator.post(
        "/admin/git_access/protectedbranch/add/",
        {"project": project.pk, "name": "release/*", **inline},
        follow=True,
    )

    assert ProtectedBranch.objects.get().name == "release/*"
    assert "Nobody may pass the rule release/*: it has no row that lets somebody." in [
        str(message) for message in page.context["messages"]
    ]


def test_a_failed_job_is_retried_from_its_page(operator: Client) -> None:
    job = row_of(DBTaskResult)
    DBTaskResult.objects.filter(pk=job.pk).update(status=TaskResultStatus.FAILED)
    url = f"/admin/django_tasks_database/dbtaskresult/{job.pk}/change/"

    page = operator.get(url)
    offered = {action["title"]: action for action in page.context["row_actions"]}
    operator.post(offered["Retry"]["url"], {"action": "retry", "_selected_action": job.pk})

    assert set(offered) == {"Retry", "Discard"}
    assert DBTaskResult.objects.get(pk=job.pk).status == TaskResultStatus.READY


def test_users_are_blocked_together_and_the_last_administrator_is_named(operator: Client) -> None:
    chosen = [UserFactory.create().pk, UserFactory.create().pk, User.objects.get(username="operator").pk]

    page = operator.post(USER, {"action": "block", "_selected_action": chosen}, follow=True)

    states = list(User.objects.filter(pk__in=chosen).order_by("pk").values_list("username", "state"))
    assert sorted(state for _, state in states) == ["active", "blocked", "blocked"]
    assert {str(message) for message in page.context["messages"]} == {
        "@operator is the last administrator.",
        "2 users are blocked.",
    }


def test_a_webhook_is_tried_from_its_page(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = WebhookFactory.create(url="https://example.com/hook")
    sent: list[Any] = []

    def post(url: str, **message: Any) -> int:
        sent.append((url, message))
        return 204

    monkeypatch.setattr(destinations, "post", post)

    page = operator.post(
        "/admin/git_access/webhook/", {"action": "send_test", "_selected_action": webhook.pk}, follow=True
    )

    assert [url for url, _ in sent] == ["https://example.com/hook"]
    assert b'"type":"test"' in sent[0][1]["body"]
    assert [str(message) for message in page.context["messages"]] == [
        "https://example.com/hook answered 204."
    ]


def test_a_webhook_that_leads_inside_is_not_tried(operator: Client, settings: Settings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE_ADDRESSES = False
    webhook = WebhookFactory.create(url="http://127.0.0.1:1/hook")

    page = operator.post(
        "/admin/git_access/webhook/", {"action": "send_test", "_selected_action": webhook.pk}, follow=True
    )

    assert [str(message) for message in page.context["messages"]] == [
        "http://127.0.0.1:1/hook: 127.0.0.1 has a private address."
    ]


def test_every_link_of_a_row_opens(operator: Client) -> None:
    opened: dict[str, int] = {}
    for model in REGISTERED:
        if model._meta.label_lower not in row_links.LINKS:
            continue
        row = row_of(model)
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        links = operator.get(url).context["row_links"]
        assert len(links) == len(row_links.LINKS[model._meta.label_lower])
        opened |= {link["url"]: operator.get(link["url"]).status_code for link in links}

    assert set(opened.values()) == {200}


def test_a_page_is_called_as_its_link(operator: Client) -> None:
    for model in REGISTERED:
        known = menu.place(model._meta.label_lower)
        page = operator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        assert known is not None, f"{model._meta.label} is not in the menu"
        assert page.context["title"] == known[1]


def test_a_project_is_written_as_its_path_is(operator: Client) -> None:
    project = ProjectFactory.create(path="wget2")
    page = operator.get(f"/admin/directory/project/{project.pk}/change/").content.decode()

    assert f">{project.full_path}</a>" in page
    assert project.full_path[0].islower()


def found(client: Client, url: str, text: str) -> int:
    return int(client.get(url, {"q": text}).context["cl"].result_count)


def test_rows_are_found_by_what_people_know_of_them(operator: Client) -> None:
    user = UserFactory.create(username="sid", name="Sidney Jones")
    project, key = ProjectFactory.create(path="wget2"), KeyFactory.create(user=user)
    PushRecordFactory.create(gl_repository=f"project-{project.pk}")
    PushRecordFactory.create(gl_repository="project-999999")
    blob = key.key.split()[1]

    assert found(operator, USER, "sidney jones") == 1
    assert found(operator, "/admin/directory/project/", "WGET2") == 1
    assert (
        found(operator, "/admin/ssh_keys/key/", f"256 SHA256:{key.fingerprint_sha256} me@laptop (ED25519)")
        == 1
    )
    assert found(operator, "/admin/ssh_keys/key/", f"256 MD5:{key.fingerprint_md5} me (ED25519)") == 1
    assert found(operator, "/admin/ssh_keys/key/", blob) == 1
    assert found(operator, "/admin/ssh_keys/key/", "AAAA====") == 0
    assert found(operator, "/admin/git_access/pushrecord/", project.full_path) == 1
    assert found(operator, "/admin/git_access/pushrecord/", "no/such") == 0


def test_the_search_of_the_menu_knows_pages_people_projects_and_keys(operator: Client) -> None:
    user = UserFactory.create(username="sid", name="Sidney Jones")
    ProjectFactory.create(path="wget2")
    key = KeyFactory.create(user=user, title="laptop")

    def titles(text: str) -> set[str]:
        answer = operator.get("/admin/search/", {"s": text, "extended": "1"})
        return {str(result.title) for result in answer.context["results"]}

    assert "@sid" in titles("Sidney Jones")
    assert any(title.endswith("/wget2") for title in titles("wget2"))
    assert str(key) in titles(f"SHA256:{key.fingerprint_sha256}")
    assert "Jobs" in titles("jobs")
    doctor = operator.get("/admin/search/", {"s": "doctor", "extended": "1"}).context["results"]
    assert [result.description for result in doctor] == ["Page"]
    assert [titles(page) for page in ("doctor", "explain", "figures", "dashb")] == [
        {"Doctor"}, {"Explain access"}, {"Figures"}, {"Dashboard"},
    ]  # fmt: skip


def test_a_role_finds_in_the_menu_what_it_may_see(operator: Client) -> None:
    UserFactory.create(username="sid")
    client = operator_in(roles.BILLING)

    answer = client.get("/admin/search/", {"s": "sid", "extended": "1"})
    keys = client.get("/admin/search/", {"s": "ssh keys", "extended": "1"})

    assert [str(result.title) for result in answer.context["results"]] == ["@sid"]
    assert b"SSH keys" not in keys.content
    doctor = client.get("/admin/search/", {"s": "doctor", "extended": "1"})
    assert [str(result.title) for result in doctor.context["results"]] == []


def test_the_dashboard_and_every_list_ask_no_more_than_twelve_queries(
    operator: Client, django_assert_max_num_queries: Any, now: datetime
) -> None:
    ProtectedBranchFactory.create()
    for model in REGISTERED:
        row_of(model)
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in REGISTERED
    ]
    operator.get("/admin/")  # what a process asks once

    for url in ("/admin/", *lists):
        with django_assert_max_num_queries(12, info=url):
            operator.get(url)
    assert now - timedelta(days=1) < now


def test_whether_all_is_well_is_told_beside_the_page(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in certificates.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    line, page = operator.get("/admin/health/"), operator.get("/admin/doctor/")

    assert (line.status_code, page.status_code) == (200, 200)
    assert "Database" in line.content.decode()
    assert "The current secret of shell" in line.content.decode()
    assert "No setting names a certificate" in line.content.decode()
    assert "migrations pending" in page.content.decode()


def test_only_who_sees_jobs_sees_the_doctor() -> None:
    client = operator_in(roles.BILLING)

    assert [client.get(f"/admin/{page}/").status_code for page in ("health", "doctor")] == [403, 403]


@pytest.mark.parametrize("made", [ProjectFactory, SnippetFactory])
def test_a_storage_is_one_that_is_configured(operator: Client, settings: Settings, made: Any) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/g"}, "fast": {"address": "unix:/f"}}
    row = made.create()
    name = f"admin:directory_{row._meta.model_name}_change"

    form = operator.get(reverse(name, args=[row.pk])).context["adminform"].form

    assert [value for value, _ in form.fields["storage"].choices] == ["default", "fast"]
    refused = type(form)({**form.initial, "storage": "nostorage"}, instance=row)
    assert refused.errors["storage"] == [
        "Select a valid choice. nostorage is not one of the available choices."
    ]


def test_a_storage_that_is_no_longer_configured_is_shown_as_such(operator: Client) -> None:
    project = ProjectFactory.create(storage="gone")

    form = operator.get(f"/admin/directory/project/{project.pk}/change/").context["adminform"].form

    assert ("gone", "gone (not configured)") in form.fields["storage"].choices
