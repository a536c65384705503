"""The Gitaly servers."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyFailure, GitalyRefused
from apps.core.gitaly.repository import Repository
from apps.directory.models import Project, Snippet
from apps.git_access.models import StorageMove
from apps.operations.doctor.finding import Diagnosis

_MOST = 20
PATIENCE = 5.0  # seconds
_NO_REPOSITORY = "@hashed/00/00/doctor.git"  # asking about it needs a token, and changes nothing


def gitaly(*, now: datetime) -> Iterator[Diagnosis]:
    """Each storage answers and accepts the token, which holds for 30 seconds around Gitaly's own clock."""
    if settings.DEFAULT_STORAGE not in settings.GITALY_STORAGES:
        fact = f"GITALY_STORAGES does not name the storage {settings.DEFAULT_STORAGE}"
        yield Diagnosis(fact, "Name it and its address: without Gitaly nobody can clone or push.")
    for name in settings.GITALY_STORAGES:
        yield _ask(name)
    yield from _out_of_reach()
    yield from _broken_off(now)


def _broken_off(now: datetime) -> Iterator[Diagnosis]:
    """Moves between storages whose process is gone: their projects take no pushes."""
    for row in StorageMove.objects.filter(held_until__lt=now).select_related("project__route")[:_MOST]:
        path = row.project.full_path
        fact = f"The move of {path} from {row.source} to {row.target} was broken off"
        advice = (
            f"Go on with it: `manage.py project move-storage {path} {row.target}`, or end it: `--abandon`."
        )
        yield Diagnosis(fact, advice)


def _out_of_reach() -> Iterator[Diagnosis]:
    """Whatever lies in a storage that nobody named: each request about it is answered with 503."""
    named = {*settings.GITALY_STORAGES, settings.DEFAULT_STORAGE}  # the default one was looked at before
    for model in (Project, Snippet):
        unknown = model.objects.exclude(storage__in=named).order_by("storage")
        for storage, count in unknown.values_list("storage").annotate(Count("id")):
            fact = f"GITALY_STORAGES does not name the storage {storage}, where {count} "
            fact += f"{model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural} should be"
            yield Diagnosis(fact, "Name it and its address, or choose another storage on the admin site.")


def _ask(name: str) -> Diagnosis:
    repository = Repository(storage_name=name, relative_path=_NO_REPOSITORY)
    try:
        Gitaly(repository=repository, seconds_left=lambda: PATIENCE).repository_exists()
    except GitalyRefused as refused:
        advice = "Give both the same token (GITALY_STORAGES, GITALY_TOKEN), and compare the clocks."
        return Diagnosis(f"Gitaly of storage {name} refuses the token: {refused}", advice)
    except GitalyFailure as failure:
        return Diagnosis(
            f"Gitaly of storage {name} does not answer: {failure}", "Start it, or correct its address."
        )
    return Diagnosis(f"Gitaly of storage {name} answers")
