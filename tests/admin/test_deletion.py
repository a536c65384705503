"""The page that says what goes with a user, a group or a project."""

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from apps.core.admin_site import roles
from apps.directory.models import Namespace, User
from apps.operations.deletion import tasks
from tests.admin.test_roles import operator_in
from tests.factories.agent import AgentFactory
from tests.factories.directory import GroupFactory, PersonalNamespaceFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_group_with_an_agent_is_deleted_from_its_page(operator: Client) -> None:
    acme = GroupFactory.create(path="acme")
    AgentFactory.create(project=ProjectFactory.create(namespace=acme, path="site"))

    page = operator.get(f"/admin/directory/namespace/{acme.pk}/delete/", follow=True)
    url = page.redirect_chain[-1][0]
    wrong = operator.post(url, {"name": "acm"})
    begun = DBTaskResult.objects.exists()
    right = operator.post(url, {"name": "acme", "keep_repository": "on"})
    job = DBTaskResult.objects.get()
    tasks.delete.call(*job.args_kwargs["args"])

    assert page.context["found"].goes == {"Agents": 1, "Namespaces": 1, "Projects": 1}
    assert b"type acme." in wrong.content
    assert not begun
    assert right.status_code == 302
    assert not Namespace.objects.exists()


def test_the_namespace_of_a_user_leads_to_the_user(operator: Client) -> None:
    own = PersonalNamespaceFactory.create()

    answer = operator.get(f"/admin/directory/namespace/{own.pk}/delete/")

    assert answer["Location"] == f"/admin/deletion/user/{own.owner_id}/"


def test_the_last_administrator_stays(operator: Client) -> None:
    last = User.objects.get(username="operator")

    page = operator.post(f"/admin/deletion/user/{last.pk}/", {"name": "operator"})

    assert b"@operator is the last administrator." in page.content
    assert not DBTaskResult.objects.exists()


def test_whoever_may_not_delete_does_not_see_the_page(operator: Client) -> None:
    user = UserFactory.create()
    auditor = operator_in(roles.AUDITOR)

    assert auditor.get(f"/admin/deletion/user/{user.pk}/").status_code == 403
    assert operator.get("/admin/deletion/snippet/1/").status_code == 404
    assert operator.get("/admin/deletion/user/4711/").status_code == 404
