"""The admin site: every page of every registered model opens, and no list asks a query per row."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.admin import AllValuesFieldListFilter
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from factory.django import DjangoModelFactory
from pytest_django.fixtures import Settings

from apps.core.admin_site.lists import CappedPaginator
from apps.directory.models import FeatureFlag, Member, RedirectRoute, Terms, TermsAcceptance, User
from apps.git_access.models import PushRule
from apps.git_access.pushes.tasks import process_push
from tests import factories
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    ProjectFactory,
    RedirectRouteFactory,
    UserFactory,
)
from tests.factories.git_access import DenialFactory, ProjectPushRuleFactory, PushRecordFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12  # of the first page and of every list; bench/pages.py measures their time on many rows
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
HOW_TO = "Give this model a factory in tests/factories, or a function in ROWS of tests/admin/test_pages.py."


def found_factories() -> Iterator[tuple[type[models.Model], Any]]:
    """The first factory of each model; others are variants."""
    for module in iter_modules(factories.__path__):
        for value in reversed(vars(import_module(f"{factories.__name__}.{module.name}")).values()):
            if isinstance(value, type) and issubclass(value, DjangoModelFactory):
                yield value._meta.model, value.create


def terms_acceptance() -> TermsAcceptance:
    return TermsAcceptance.objects.create(
        user=UserFactory.create(), terms=Terms.objects.create(text="Be kind")
    )


def feature_flag() -> FeatureFlag:
    flag = FeatureFlag.objects.create(name=f"gitaly_{FeatureFlag.objects.count()}")
    flag.projects.add(ProjectFactory.create())
    return flag


def job() -> DBTaskResult[Any, Any]:
    result = process_push.enqueue(PushRecordFactory.create().pk, "")
    return DBTaskResult.objects.get(pk=result.id)


def audit_entry() -> LogEntry:
    user = UserFactory.create()
    return LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(user),
        object_pk=str(user.pk),
        object_repr=str(user),
        action=1,
        actor=UserFactory.create(),
        changes={"name": ["a", "b"]},
    )


ROWS: dict[type[models.Model], Any] = {
    **dict(found_factories()),
    PushRule: ProjectPushRuleFactory.create,  # the instance has one
    Member: lambda: MemberFactory.create(group=GroupFactory.create()),
    RedirectRoute: lambda: RedirectRouteFactory.create(project=ProjectFactory.create()),
    Terms: lambda: Terms.objects.create(text="Be kind"),
    TermsAcceptance: terms_acceptance,
    FeatureFlag: feature_flag,
    DBTaskResult: job,
    LogEntry: audit_entry,
    Group: lambda: Group.objects.create(name=f"role {Group.objects.count()}"),
}
every_model = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)


def row_of(model: type[models.Model]) -> models.Model:
    assert model in ROWS, f"{HOW_TO} ({model._meta.label})"
    row: models.Model = ROWS[model]()
    return row


def page(model: type[models.Model], name: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def queries(operator: Client, url: str) -> int:
    operator.get(url)  # content types are read once for the process
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert operator.get(url).status_code == 200
    return len(captured)


@every_model
def test_the_list_opens_and_its_queries_do_not_grow_with_its_rows(
    operator: Client, model: type[models.Model]
) -> None:
    row_of(model)
    few = queries(operator, page(model, "changelist"))

    for _ in range(4):
        row_of(model)

    assert queries(operator, page(model, "changelist")) == few <= MOST_QUERIES


def test_the_first_page_asks_few_queries(operator: Client) -> None:
    for factory in (DenialFactory, PushRecordFactory, KeyFactory):
        factory.create()

    assert queries(operator, reverse("admin:index")) <= MOST_QUERIES


@every_model
def test_the_list_can_be_searched(operator: Client, model: type[models.Model]) -> None:
    row_of(model)

    assert operator.get(page(model, "changelist"), {"q": "SHA256:a b"}).status_code == 200


@every_model
def test_the_page_for_a_new_row_opens_or_is_not_offered(operator: Client, model: type[models.Model]) -> None:
    row_of(model)

    response = operator.get(page(model, "add"))

    offered = page(model, "add").encode() in operator.get(page(model, "changelist")).content
    assert response.status_code == (200 if offered else 403)


@every_model
def test_the_page_of_a_row_opens_and_its_queries_do_not_grow_with_the_others(
    operator: Client, model: type[models.Model]
) -> None:
    url = page(model, "change", row_of(model).pk)
    few = queries(operator, url)

    for _ in range(4):
        row_of(model)

    assert queries(operator, url) == few


@every_model
def test_the_list_has_an_order_and_can_be_searched_by_something(model: type[models.Model]) -> None:
    options = admin.site._registry[model]

    assert options.ordering
    assert options.search_fields


@every_model
def test_rows_are_chosen_by_searching_and_not_from_a_list_of_all(model: type[models.Model]) -> None:
    options = admin.site._registry[model]
    searched = {*options.autocomplete_fields, *options.raw_id_fields, *(options.readonly_fields or ())}
    relations = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.editable
    }

    can_be_changed = type(options).has_change_permission is admin.ModelAdmin.has_change_permission
    assert not can_be_changed or relations <= searched | {"permissions", "user_permissions"}


@pytest.mark.parametrize("field", ["user", "group", "project"])
def test_choosing_by_searching_asks_no_query_per_row(operator: Client, field: str) -> None:
    query = {"app_label": "directory", "model_name": "member", "field_name": field}
    url = reverse("admin:autocomplete", query=query)
    factory: Any = {"user": UserFactory, "group": GroupFactory, "project": ProjectFactory}[field]
    factory.create()
    few = queries(operator, url)

    factory.create_batch(4)

    assert queries(operator, url) == few


@pytest.mark.parametrize("path", ["/admin/", "/admin/directory/user/"])
def test_only_administrators_get_in(client: Client, path: str) -> None:
    login = {"Location": f"/admin/login/?next={path}"}

    for user in (None, UserFactory.create(), UserFactory.create(admin=True, state="blocked")):
        if user:
            client.force_login(user)
        response = client.get(path)
        assert (response.status_code, {"Location": response.headers["Location"]}) == (302, login)


def test_an_administrator_logs_in_with_a_password_whatever_the_letter_case(client: Client) -> None:
    User.objects.create_superuser("Boss", "a long password", email="boss@example.com")

    response = client.post("/admin/login/?next=/admin/", {"username": "boss", "password": "a long password"})

    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("path", ["/gitlab/admin/", "/gitlab/admin/ssh_keys/key/"])
def test_every_link_stays_below_the_relative_url_root(
    operator: Client, settings: Settings, path: str
) -> None:
    settings.RELATIVE_URL_ROOT = "/gitlab"
    settings.STATIC_URL = "/gitlab/static/"

    page = operator.get(path).content.decode()

    links = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page))
    assert "/gitlab/admin/ssh_keys/key/" in links
    assert {link for link in links if not link.startswith("/gitlab/")} == set()


def test_no_list_counts_or_searches_what_no_index_serves() -> None:
    small = {"featureflag", "terms", "plan", "broadcastmessage", "usagecounter", "group"}
    lookups = {
        (model._meta.model_name, lookup)
        for model in REGISTERED
        if model._meta.model_name not in small
        for lookup in admin.site._registry[model].search_fields
    }
    exact = ("pk", "_id", "__exact", "__lower", "__startswith", "__uuid")

    assert {lookup for lookup in lookups if not lookup[1].endswith(exact)} == set()
    for model in REGISTERED:
        options = admin.site._registry[model]
        assert (options.show_full_result_count, options.date_hierarchy) == (False, None)
        assert options.paginator is CappedPaginator


@every_model
def test_no_filter_reads_a_whole_table_for_its_choices(operator: Client, model: type[models.Model]) -> None:
    specs = operator.get(page(model, "changelist")).context["cl"].filter_specs

    assert not [spec.title for spec in specs if isinstance(spec, AllValuesFieldListFilter)]


@pytest.mark.django_db(
    transaction=True
)  # as a page runs: what PostgreSQL refuses ends no transaction around it
@pytest.mark.parametrize(
    "query",
    [
        "created_at__year=99999",
        "created_at__gte=9999-12-31T23:59:59-23:59",
        "created_at__lt=0001-01-01 00:00+23:59",
    ],
)
def test_a_filter_by_a_moment_that_no_database_has_is_said_to_be_wrong(
    admin_client: Client, query: str
) -> None:
    page = admin_client.get(f"{reverse('admin:directory_user_changelist')}?{query}", follow=True)

    assert page.redirect_chain[-1][0].endswith("?e=1")
    assert page.status_code == 200


@pytest.mark.parametrize(
    "model", [model for model in REGISTERED if getattr(admin.site._registry[model], "row_names", None)]
)
def test_other_words_for_rows_leave_what_is_known_of_their_model(model: type[models.Model]) -> None:
    known: Any = model._meta
    page: Any = admin.site._registry[model]

    def fields_of(options: Any) -> set[str]:
        return {field.name for field in options.get_fields(include_hidden=True)}

    known._expire_cache()  # as in a process that has just started
    expected = fields_of(known)
    known._expire_cache()

    renamed = type(page)(model, admin.site).opts

    assert renamed.verbose_name == page.row_names[0]
    assert fields_of(renamed) == expected
    assert fields_of(known) == expected
