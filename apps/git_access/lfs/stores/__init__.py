"""Where the files of Git LFS lie: on disk, or in S3-compatible object storage.

Each row of an object says which of the two has its file; ``LFS_STORE`` says which gets new ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.git_access.models.lfs import FileStore

# Named, and loaded when asked for: the client of object storage is large, and most instances have none.
_BACKENDS = {
    FileStore.LOCAL: "apps.git_access.lfs.stores.local.LocalStore",
    FileStore.OBJECT_STORAGE: "apps.git_access.lfs.stores.object_storage.ObjectStore",
}


class StoreUnavailable(Exception):
    """The files cannot be reached for now."""


class StoreFull(Exception):
    """There is no room for another file."""


class InsecurePath(ValueError):
    """The file that was named is none that Workhorse has just written."""


class UnknownUpload(LookupError):
    """Nothing was uploaded under this name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as a store lists it; ``name`` is relative to the store, ``size`` is in bytes."""

    name: str
    size: int
    modified: datetime


class Store(Protocol):
    """What both stores can do. Everything raises ``StoreUnavailable`` where the store is out of reach."""

    def open(self, name: str, mode: str = "rb") -> IO[Any]:
        """Open a file for reading."""
        ...

    def size_of(self, name: str) -> int | None:
        """Return the bytes of a file; ``None`` when there is none."""
        ...

    def uploaded_size(self, upload: str) -> int:
        """Return the bytes of what Workhorse has uploaded.

        Raises:
            InsecurePath: it is no file of Workhorse's.
            UnknownUpload: there is no such thing.
        """
        ...

    def adopt(self, upload: str, name: str, size: int) -> None:
        """Make an upload the file ``name``, whole or not at all; one of this size that is there stays.

        Raises:
            StoreFull: there is no room.
        """
        ...

    def discard(self, upload: str) -> None:
        """Remove an upload that is not wanted; one that is gone is no error."""
        ...

    def keep_empty(self, name: str) -> None:
        """Make ``name`` an empty file."""
        ...

    def files(self) -> Iterator[Kept]:
        """List the files of objects."""
        ...

    def remove(self, name: str, *, before: datetime) -> bool:
        """Remove a file that was not written, or wanted again, since a moment; whether it was removed."""
        ...

    def leftovers(self, *, before: datetime) -> Iterator[str]:
        """List uploads of before a moment that nobody has finished."""
        ...

    def remove_leftover(self, name: str) -> None:
        """Remove one of those."""
        ...


def current() -> FileStore:
    """Return which store gets new files."""
    return FileStore.OBJECT_STORAGE if settings.LFS_STORE == "s3" else FileStore.LOCAL


def of(file_store: int) -> Any:
    """Return a store.

    Raises:
        StoreUnavailable: there are files in object storage, and the settings name none.
    """
    if file_store == FileStore.LOCAL:
        return _local(str(settings.LFS_ROOT))
    if not settings.LFS_S3_BUCKET:
        raise StoreUnavailable("LFS_S3_BUCKET is empty")
    return _object_storage(
        bucket_name=settings.LFS_S3_BUCKET,
        endpoint_url=settings.LFS_S3_ENDPOINT or None,
        region_name=settings.LFS_S3_REGION,
        addressing_style="path" if settings.LFS_S3_PATH_STYLE else "virtual",
        access_key=settings.LFS_S3_ACCESS_KEY or None,
        secret_key=settings.LFS_S3_SECRET_KEY or None,
    )


def configured() -> list[FileStore]:
    """Return the stores that can have files."""
    return [store for store in FileStore if store == FileStore.LOCAL or settings.LFS_S3_BUCKET]


@lru_cache(maxsize=8)
def _local(root: str) -> Any:
    return import_string(_BACKENDS[FileStore.LOCAL])(location=root)


@lru_cache(maxsize=8)
def _object_storage(**options: str | None) -> Any:
    return import_string(_BACKENDS[FileStore.OBJECT_STORAGE])(**options)
