"""Searching long lists: each lookup by its index, and no more rows than a list leads to."""

import pytest
from django.db import connection

from apps.core.admin_site import lists, searches
from apps.directory.models import Project
from apps.git_access.models import PushRecord
from tests.factories.directory import GroupFactory, ProjectFactory

pytestmark = pytest.mark.django_db
LOOKUPS = ("path__startswith", "path__lower", "pk")


def found(term: str, **filters: object) -> list[str]:
    rows = Project.objects.filter(**filters)
    return sorted(row.path for row in searches.keep(rows, searches.by_lookups(Project, LOOKUPS, term)))


def test_what_any_lookup_finds() -> None:
    project = ProjectFactory.create(path="hammer")
    ProjectFactory.create(path="ham")
    ProjectFactory.create(path="anvil")

    assert found("ham") == ["ham", "hammer"]
    assert found("HAMMER") == ["hammer"]  # the whole of it, in any letter case
    assert found("Ham") == ["ham"]
    assert found(str(project.pk)) == ["hammer"]
    assert found("am") == found("ham\0") == found("ham\ud800") == []


@pytest.mark.parametrize("letter", ["z", "\u00e9", "\ud7ff", "\U0010ffff", "%", "_"])
def test_the_last_letter_of_a_beginning_may_be_any(letter: str) -> None:
    # No form takes such paths; names and titles of other lists are as free as this.
    project = ProjectFactory.create(path="a")
    for path in (f"a{letter}", f"a{letter}b", "b"):
        other = ProjectFactory.create(path="x")
        Project.objects.filter(pk=other.pk).update(path=path)

    assert found(f"a{letter}") == sorted([f"a{letter}", f"a{letter}b"])
    assert project.path == "a"


def test_very_many_are_as_many_as_a_list_leads_to_and_filters_count_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searches, "MOST", 2)
    group = GroupFactory.create()
    for number in range(8):
        ProjectFactory.create(path=f"ham{number}", namespace=group, archived=number > 5)

    assert len(found("ham")) == 3  # one more, so that the list can say that there are more
    assert found("ham", archived=True) == ["ham6", "ham7"]


def test_a_list_of_very_many_that_were_found_says_that_there_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searches, "MOST", 2)
    monkeypatch.setattr(lists, "MOST", 2)
    for number in range(4):
        ProjectFactory.create(path=f"ham{number}")

    def pages(term: str) -> lists.CappedPaginator:
        rows = Project.objects.order_by("-pk")
        return lists.CappedPaginator(searches.keep(rows, searches.by_lookups(Project, LOOKUPS, term)), 50)

    assert (pages("ham").count, pages("ham").has_more) == (2, True)
    assert (pages("ham1").count, pages("ham1").has_more) == (1, False)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's plans depend on what is in a table")
def test_a_beginning_is_found_by_the_index() -> None:
    (query,) = searches.by_lookups(Project, ["route__path__startswith"], "acme/ham")

    assert "path>? AND path<?" in query.values("pk").explain()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's plans depend on what is in a table")
def test_pushes_that_wait_are_found_by_the_index() -> None:
    assert "push_waiting" in PushRecord.objects.waiting().order_by("-pk").explain()
