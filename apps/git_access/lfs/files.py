"""The files that Git LFS keeps for a project."""

from django.core.files import File

from apps.git_access.lfs import stores
from apps.git_access.models import LfsObject
from apps.git_access.repositories.ids import RepositoryId, RepositoryType


class NoSuchFile(LookupError):
    """The project has no such object, or its file is not there."""


def open_file(*, repository: RepositoryId, oid: str) -> "File[bytes]":
    """Open the file of an object that the repository's project has.

    Raises:
        NoSuchFile: there is none; only projects have files.
    """
    if repository.type != RepositoryType.PROJECT:
        raise NoSuchFile(oid)
    found = LfsObject.objects.filter(oid=oid, projects=repository.container_id).first()
    if found is None or not found.file:
        raise NoSuchFile(oid)
    try:
        opened: File[bytes] = stores.of(found.file_store).open(found.file.name)
    except (OSError, stores.StoreUnavailable):
        raise NoSuchFile(oid) from None
    return opened
