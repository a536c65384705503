"""Removing repositories and rows, step by step; whatever an earlier run has done is not done again."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet

from apps.core import batches
from apps.directory.models import Namespace, NamespaceKind, Snippet, User
from apps.operations.deletion import graph, repositories
from apps.operations.deletion.subjects import Subject, SubjectKind

CHUNK = 10  # projects whose rows are looked for together
DETACHED = 2_000  # rows of one statement


def steps(subject: Subject, *, keep_repository: bool) -> Iterator[None]:
    """Remove everything; yield wherever rows have gone, so that one may stop there and begin anew.

    Raises:
        GitalyFailure: Gitaly did not remove a repository; the rows of its project are still there.
    """
    yield from _projects(subject, keep_repository)
    yield from _snippets(subject, keep_repository)
    if subject.kind == SubjectKind.USER:
        Snippet.objects.filter(author=subject.id).update(author=User.objects.ghost())
        yield from _rows(subject.keys())
    if subject.kind != SubjectKind.PROJECT:
        yield from _namespaces(subject, keep_repository)
    if subject.kind == SubjectKind.USER:
        yield from _rows(User.objects.filter(pk=subject.id))


def _projects(subject: Subject, keep_repository: bool) -> Iterator[None]:
    while projects := list(subject.projects().select_related("route").order_by("pk")[:CHUNK]):
        chosen = [project.pk for project in projects]
        subject.projects().filter(pk__in=chosen).update(pending_delete=True, archived=True)
        for project in projects:
            yield from _of_snippets(Snippet.objects.filter(project=project), keep_repository)
            if not keep_repository:
                repositories.remove_of_project(project)
        yield from _rows(subject.projects().filter(pk__in=chosen))


def _snippets(subject: Subject, keep_repository: bool) -> Iterator[None]:
    """The user's own ones; those of the projects went with these."""
    yield from _of_snippets(subject.snippets(), keep_repository)


def _of_snippets(snippets: QuerySet[Snippet], keep_repository: bool) -> Iterator[None]:
    while found := list(snippets.select_related("project").order_by("pk")[:CHUNK]):
        for snippet in found:
            if not keep_repository:
                repositories.remove_of_snippet(snippet)
        yield from _rows(Snippet.objects.filter(pk__in=[snippet.pk for snippet in found]))


def _namespaces(subject: Subject, keep_repository: bool) -> Iterator[None]:
    """The deepest first, so that none takes another with it, or a project that was just made."""
    while found := list(subject.namespaces().select_related("route").order_by("-depth", "pk")[:CHUNK]):
        deepest = [row for row in found if row.depth == found[0].depth]
        for group in deepest:
            if group.kind == NamespaceKind.GROUP and not keep_repository:
                repositories.remove_of_group(group)
        yield from _projects(subject, keep_repository)
        yield from _rows(Namespace.objects.filter(pk__in=[row.pk for row in deepest]))
        if subject.kind == SubjectKind.GROUP and subject.id in {row.pk for row in deepest}:
            return


def _rows(rows: QuerySet[Any], *, above: frozenset[type[Model]] = frozenset()) -> Iterator[None]:
    """Remove rows in short transactions, before them what hangs on them."""
    above |= {rows.model}
    for reference in graph.references_to(rows.model):
        hanging = reference.rows(rows)
        if not reference.goes:
            yield from _detach(hanging, reference.column)
        elif not reference.single and reference.model not in above and hanging.exists():
            yield from _rows(hanging, above=above)
    for _ in batches.remove(rows):
        yield


def _detach(rows: QuerySet[Any], column: str) -> Iterator[None]:
    while keys := list(rows.values_list("pk", flat=True)[:DETACHED]):
        rows.model._base_manager.filter(pk__in=keys).update(**{column: None})
        yield
