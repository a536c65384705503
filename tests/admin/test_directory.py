"""What operators change in the directory."""

import re
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from apps.directory import access_tokens
from apps.directory.models import (
    Namespace,
    NamespaceKind,
    PersonalAccessToken,
    Project,
    RedirectRoute,
    Route,
    User,
)
from tests.admin.browser import submit
from tests.factories.directory import (
    GroupFactory,
    PersonalAccessTokenFactory,
    ProjectFactory,
    RedirectRouteFactory,
    UserFactory,
    subgroup,
)

pytestmark = pytest.mark.django_db

NEW_USER = "/admin/directory/user/add/"
PASSWORD = "correct horse battery"


def change(model: str, pk: int) -> str:
    return reverse(f"admin:directory_{model}_change", args=[pk])


def add(model: str) -> str:
    return reverse(f"admin:directory_{model}_add")


def redirects() -> list[tuple[str, str]]:
    rows = RedirectRoute.objects.order_by("path")
    return [(row.path, str(row.project or row.namespace)) for row in rows]


def test_the_password_of_a_new_user_is_hashed(operator: Client) -> None:
    passwords = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

    assert submit(operator, NEW_USER, username="alice", **passwords) == []

    alice = User.objects.get(username="alice")
    assert PASSWORD not in alice.password
    assert alice.check_password(PASSWORD)


def test_a_new_user_may_have_no_password(operator: Client) -> None:
    assert submit(operator, NEW_USER, username="alice", usable_password="false") == []

    assert not User.objects.get(username="alice").has_usable_password()


def test_a_password_is_changed_on_a_page_of_its_own(operator: Client) -> None:
    alice = UserFactory.create()
    url = reverse("admin:auth_user_password_change", args=[alice.pk])
    passwords = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

    assert operator.post(url, passwords).status_code == 302

    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_new_user_has_a_namespace_of_its_own(operator: Client) -> None:
    assert submit(operator, NEW_USER, username="alice", usable_password="false") == []

    assert Namespace.objects.get(owner__username="alice").full_path == "alice"


@pytest.mark.parametrize(
    ("username", "fault"),
    [
        ("admin", "This name is reserved or not legal as a path."),
        ("acme/tools", "This name is reserved or not legal as a path."),
        ("taken", "A group has this path already."),
    ],
)
def test_a_name_that_cannot_be_a_path_is_refused(operator: Client, username: str, fault: str) -> None:
    GroupFactory.create(path="taken")

    assert submit(operator, NEW_USER, username=username, usable_password="false") == [fault]

    assert not User.objects.filter(username=username).exists()


def test_saving_a_user_leaves_the_password_alone(operator: Client) -> None:
    alice = UserFactory.create()
    before = alice.password

    assert submit(operator, change("user", alice.pk), state="blocked", password="x") == []

    alice.refresh_from_db()
    assert (alice.state, alice.password) == ("blocked", before)


def test_a_username_is_taken_whatever_its_letter_case(operator: Client) -> None:
    UserFactory.create(username="alice")

    errors = submit(operator, NEW_USER, username="ALICE", usable_password="false")

    assert errors == ["User with this Username already exists."]


def test_renaming_a_group_leaves_a_redirect_at_every_former_path(operator: Client) -> None:
    group = GroupFactory.create(path="old")
    below = subgroup(group, path="sub")
    ProjectFactory.create(namespace=below, path="project")

    assert submit(operator, change("namespace", group.pk), path="new", name="New") == []

    assert sorted(Route.objects.values_list("path", flat=True)) == ["new", "new/sub", "new/sub/project"]
    assert redirects() == [
        ("old", "new"),
        ("old/sub", "new/sub"),
        ("old/sub/project", "new/sub/project"),
    ]
    assert Namespace.objects.get(pk=group.pk).name == "New"


def test_saving_a_group_without_a_new_path_moves_nothing(operator: Client) -> None:
    group = GroupFactory.create(path="old")

    assert submit(operator, change("namespace", group.pk), name="New") == []

    assert group.route.path == "old"
    assert redirects() == []


def test_what_decides_about_the_place_of_a_group_stands_still(operator: Client) -> None:
    group = subgroup(GroupFactory.create(path="a"), path="b")
    other, alice = GroupFactory.create(), UserFactory.create()

    submit(operator, change("namespace", group.pk), parent=other.pk, kind="user", owner=alice.pk)

    group.refresh_from_db()
    assert (group.parent, group.kind, group.owner) == (Namespace.objects.at_path("a").get(), "group", None)


@pytest.mark.parametrize(
    ("path", "objection"),
    [
        ("TAKEN", "TAKEN is taken."),
        ("api", "This path is reserved or not legal."),
        ("a.git", "This path is reserved or not legal."),
        ("-a", "This path is reserved or not legal."),
        ("a b", "This path is reserved or not legal."),
    ],
)
def test_a_group_cannot_have_every_path(operator: Client, path: str, objection: str) -> None:
    GroupFactory.create(path="taken")
    group = GroupFactory.create(path="old")

    assert submit(operator, change("namespace", group.pk), path=path) == [objection]
    assert submit(operator, add("namespace"), path=path, name="New") == [objection]

    assert group.route.path == "old"


def test_a_new_subgroup_has_its_place_and_its_path(operator: Client) -> None:
    parent = GroupFactory.create(path="a")

    assert submit(operator, add("namespace"), path="b", name="B", parent=parent.pk) == []

    group = Namespace.objects.at_path("a/b").get()
    assert group.ancestor_ids == [parent.pk, group.pk]


def test_a_personal_namespace_needs_an_owner(operator: Client) -> None:
    alice = UserFactory.create(username="alice")
    fields = {"path": "alice", "name": "Alice", "kind": NamespaceKind.USER}

    assert len(submit(operator, add("namespace"), **fields)) == 1
    assert submit(operator, add("namespace"), **fields, owner=alice.pk) == []


def test_renaming_a_project_leaves_a_redirect(operator: Client) -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="group"), path="old")

    assert submit(operator, change("project", project.pk), path="fresh") == []

    assert Project.objects.at_path("group/fresh").get() == project
    assert redirects() == [("group/old", "group/fresh")]


def test_a_project_stays_in_its_namespace(operator: Client) -> None:
    project = ProjectFactory.create()

    submit(operator, change("project", project.pk), namespace=GroupFactory.create().pk)

    assert Project.objects.get(pk=project.pk).namespace == project.namespace


@pytest.mark.parametrize(
    ("path", "objection"),
    [
        ("Taken", "group/Taken is taken."),
        ("tree", "This path is reserved or not legal."),
        ("a.", "Path must not end with '.', '-' or '_' and must not repeat such characters"),
    ],
)
def test_a_project_cannot_have_every_path(operator: Client, path: str, objection: str) -> None:
    group = GroupFactory.create(path="group")
    subgroup(group, path="taken")
    project = ProjectFactory.create(namespace=group, path="old")

    assert submit(operator, change("project", project.pk), path=path) == [objection]
    assert submit(operator, add("project"), path=path, name="New", namespace=group.pk) == [objection]


def test_a_new_project_is_found_by_its_path(operator: Client) -> None:
    group = GroupFactory.create(path="group")

    assert submit(operator, add("project"), path="fresh", name="New", namespace=group.pk) == []

    assert Project.objects.at_path("group/fresh").get().default_branch is None


def test_redirects_are_only_looked_at_and_deleted(operator: Client) -> None:
    redirect = RedirectRouteFactory.create(path="old/path", project=ProjectFactory.create())

    assert operator.post(change("redirectroute", redirect.pk), {"path": "x"}).status_code == 403
    assert operator.get(add("redirectroute")).status_code == 403

    operator.post(reverse("admin:directory_redirectroute_delete", args=[redirect.pk]), {"post": "yes"})
    assert redirects() == []


def test_the_digest_of_a_token_is_never_shown(operator: Client) -> None:
    token = PersonalAccessTokenFactory.create(token_digest="d1" * 32)

    changelist = reverse("admin:directory_personalaccesstoken_changelist")
    for url in (changelist, change("personalaccesstoken", token.pk)):
        assert b"d1d1" not in operator.get(url).content


def test_tokens_are_revoked_and_nothing_else_of_them_changes(operator: Client) -> None:
    token, other = PersonalAccessTokenFactory.create(), PersonalAccessTokenFactory.create()
    url = reverse("admin:directory_personalaccesstoken_changelist")

    answer = operator.post(url, {"action": "revoke", "_selected_action": [token.pk]}, follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["1 token is revoked."]
    revoked = PersonalAccessToken.objects.filter(revoked=True)
    assert (list(revoked), other.revoked) == ([token], False)


def new_token(**fields: Any) -> dict[str, Any]:
    ends = date(2999, 12, 31)
    return {"user": "", "name": "laptop", "scopes": ["read_api"], "expires_at": str(ends), **fields}


def test_a_token_is_made_and_shown_once(operator: Client) -> None:
    user = UserFactory.create(username="alice")

    made = operator.post(add("personalaccesstoken"), new_token(user=user.pk))

    token = PersonalAccessToken.objects.get(user=user)
    (text,) = re.findall(r'<pre class="issued" tabindex="0">(\S+)</pre>', made.content.decode())
    assert access_tokens.find(text) == token
    assert (token.name, token.scopes, token.expires_at) == ("laptop", ["read_api"], date(2999, 12, 31))
    for url in (
        change("personalaccesstoken", token.pk),
        reverse("admin:directory_personalaccesstoken_changelist"),
    ):
        assert text not in operator.get(url).content.decode()
    assert text not in str(list(LogEntry.objects.values()))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "This field is required."),
        ({"scopes": []}, "This field is required."),
        ({"expires_at": "2020-01-01"}, "A token that ends on 2020-01-01 has expired already."),
    ],
)
def test_what_the_command_refuses_is_refused(operator: Client, fields: dict[str, Any], said: str) -> None:
    user = UserFactory.create()

    answer = operator.post(add("personalaccesstoken"), new_token(**{"user": user.pk, **fields}))

    assert said in answer.content.decode()
    assert not PersonalAccessToken.objects.exists()


def test_a_role_makes_no_token_of_an_operator(client: Client) -> None:
    maker = UserFactory.create()
    maker.user_permissions.set(
        Permission.objects.filter(codename__in=["add_personalaccesstoken", "view_personalaccesstoken"])
    )
    client.force_login(maker)

    answer = client.post(add("personalaccesstoken"), new_token(user=UserFactory.create(admin=True).pk))

    assert "Your role makes no tokens of operators." in answer.content.decode()
    assert not PersonalAccessToken.objects.exists()


def test_the_members_of_a_group_are_one_click_away(operator: Client) -> None:
    group = GroupFactory.create()

    page = operator.get(reverse("admin:directory_namespace_changelist"))

    assert f"/admin/directory/member/?group__id__exact={group.pk}".encode() in page.content


def test_gitaly_hears_of_a_default_branch_from_a_worker(operator: Client) -> None:
    project = ProjectFactory.create(repository_exists=True, default_branch="main")

    assert submit(operator, change("project", project.pk), default_branch="trunk") == []

    project.refresh_from_db()
    (job,) = DBTaskResult.objects.filter(task_path__endswith=".tell_default_branch")
    assert project.default_branch == "trunk"
    assert job.args_kwargs["kwargs"]["project_id"] == project.pk


def test_the_ids_of_a_repository_are_fixed_once_it_is_there(operator: Client) -> None:
    there = ProjectFactory.create(repository_exists=True)
    absent = ProjectFactory.create(repository_exists=None)

    for project in (there, absent):
        submit(operator, change("project", project.pk), object_format="sha256")
        project.refresh_from_db()

    assert (there.object_format, absent.object_format) == ("sha1", "sha256")
