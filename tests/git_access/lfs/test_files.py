"""Handing out the files of LFS, for archives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from apps.directory.models import Project
from apps.git_access.models import LfsObject, LfsObjectLink
from tests.callers import INTERNAL, Caller, shared_secret
from tests.factories.directory import ProjectFactory
from tests.factories.git_access import LfsObjectFactory

pytestmark = pytest.mark.django_db
NOT_FOUND = (404, {"message": "404 Not Found"})
OID = "ab" * 32


@pytest.fixture
def project() -> Project:
    return ProjectFactory.create()


@pytest.fixture
def stored(project: Project) -> Iterator[LfsObject]:
    found: LfsObject = LfsObjectFactory.create(oid=OID)
    found.file.save("any", ContentFile(b"the bytes"))
    LfsObjectLink.objects.create(lfs_object=found, project=project)
    yield found
    found.file.storage.delete(found.file.name or "")


def ask(shell: Caller, **params: Any) -> tuple[int, Any]:
    response = shell.get("lfs", **params)
    return response.status_code, response.json()


def test_a_file_of_the_project_is_sent(shell: Caller, stored: LfsObject, project: Project) -> None:
    query = {"oid": OID, "gl_repository": f"project-{project.pk}"}
    response: Any = shell.client.get(f"{INTERNAL}/lfs", query, headers=shared_secret())

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert b"".join(response.streaming_content) == b"the bytes"
    assert stored.file.name == f"{OID[:2]}/{OID[2:4]}/{OID[4:]}"


def test_both_parameters_are_needed(shell: Caller) -> None:
    assert ask(shell) == (400, {"error": "oid is missing, gl_repository is missing"})
    assert ask(shell, oid=OID) == (400, {"error": "gl_repository is missing"})
    assert ask(shell, gl_repository="project-1") == (400, {"error": "oid is missing"})


def test_a_malformed_repository_is_refused(shell: Caller) -> None:
    assert ask(shell, oid=OID, gl_repository="x") == (
        400,
        {"message": '400 Bad request - "gl_repository" is invalid'},
    )


def test_everything_else_is_not_found(shell: Caller, stored: LfsObject, project: Project) -> None:
    name = f"project-{project.pk}"
    other = ProjectFactory.create()

    assert ask(shell, oid="c" * 64, gl_repository=name) == NOT_FOUND
    assert ask(shell, oid=OID, gl_repository=f"wiki-{project.pk}") == NOT_FOUND
    assert ask(shell, oid=OID, gl_repository="project-999") == NOT_FOUND
    assert ask(shell, oid=OID, gl_repository=f"project-{other.pk}") == NOT_FOUND
    Path(stored.file.path).unlink()
    assert ask(shell, oid=OID, gl_repository=name) == NOT_FOUND


def test_an_object_without_file_is_not_found(shell: Caller, project: Project) -> None:
    LfsObjectLink.objects.create(lfs_object=LfsObjectFactory.create(oid=OID), project=project)

    assert ask(shell, oid=OID, gl_repository=f"project-{project.pk}") == NOT_FOUND
