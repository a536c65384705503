"""Keeping what Workhorse has received: first the file, then its row, then the link to the project.

Any number of uploads of one file, at once or again, leave one file, one row, and one link for each project.
No transaction is open while a file is moved or a store is called.
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from apps.core.observability.instruments import LFS_LINKED_BYTES
from apps.git_access.lfs import stores
from apps.git_access.models import LfsObject, LfsObjectLink
from apps.git_access.models.lfs import FileStore, name_of
from apps.workhorse.lfs import tasks
from apps.workhorse.lfs.objects import EMPTY

_TRIES = 3  # a row that `prune` removes in between is made anew


class NothingUploaded(Exception):
    """Workhorse says that it received no file."""


class NotWhatWasPromised(Exception):
    """The content has another hash or size than its address says."""


class OtherSizeKnown(Exception):
    """The same id is known with another size: one of the two is not what it seems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What Workhorse says of a file that it received: a path on disk, or a name in object storage."""

    path: str = ""
    remote_id: str = ""
    size: int
    sha256: str

    @property
    def file_store(self) -> FileStore:
        """Where it is."""
        return FileStore.OBJECT_STORAGE if self.remote_id else FileStore.LOCAL

    @property
    def name(self) -> str:
        """What its store calls it."""
        return self.remote_id or self.path


def keep(upload: Upload, *, oid: str, size: int, project_id: int) -> None:
    """Keep an upload as the file of an object, and give it to a project. What is not kept is removed.

    Raises:
        NothingUploaded: there is no file.
        InsecurePath: the path is none that Workhorse writes to.
        UnknownUpload: object storage has no such upload.
        NotWhatWasPromised: hash or size differ.
        OtherSizeKnown: the object has another size.
        StoreUnavailable, StoreFull: the file could not be kept.
    """
    if not upload.name:
        raise NothingUploaded
    store = stores.of(upload.file_store)
    received = store.uploaded_size(upload.name)
    try:
        if not received == upload.size == size or upload.sha256.lower() != oid:
            raise NotWhatWasPromised
        _require_size(oid, size)
        if not _is_kept_elsewhere(oid, size, upload.file_store):
            store.adopt(upload.name, name_of(oid), size)
            _link(oid, size, project_id=project_id, file_store=upload.file_store)
            return
    except Exception:
        store.discard(upload.name)
        raise
    store.discard(upload.name)
    _link(oid, size, project_id=project_id, file_store=None)


def keep_empty(*, project_id: int) -> None:
    """Give the empty file to a project; nobody needs to upload it."""
    store = stores.current()
    if not _is_kept_elsewhere(EMPTY, 0, None):
        stores.of(store).keep_empty(name_of(EMPTY))
        _link(EMPTY, 0, project_id=project_id, file_store=store)
    else:
        _link(EMPTY, 0, project_id=project_id, file_store=None)


def _require_size(oid: str, size: int) -> None:
    if LfsObject.objects.filter(oid=oid).exclude(size=size).exists():
        raise OtherSizeKnown


def _is_kept_elsewhere(oid: str, size: int, here: FileStore | None) -> bool:
    """Whether the row of an object leads to a whole file, in another store than ``here``."""
    known = LfsObject.objects.filter(oid=oid).exclude(file="").first()
    if known is None or known.file_store == here:
        return False
    try:
        found: int | None = stores.of(known.file_store).size_of(name_of(oid))
    except stores.StoreUnavailable:
        return False
    return found == size


def _link(oid: str, size: int, *, project_id: int, file_store: FileStore | None) -> None:
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with transaction.atomic():
                _write_link(oid, size, project_id=project_id, file_store=file_store)
        except IntegrityError:
            if last:
                raise
        else:
            return


def _write_link(oid: str, size: int, *, project_id: int, file_store: FileStore | None) -> None:
    defaults = {"size": size, "file": name_of(oid), "file_store": file_store or stores.current()}
    known, _ = LfsObject.objects.get_or_create(oid=oid, defaults=defaults)
    if known.size != size:
        raise OtherSizeKnown
    if file_store is not None and (known.file_store != file_store or not known.file):
        LfsObject.objects.filter(pk=known.pk).update(file=name_of(oid), file_store=file_store)
    _, is_new = LfsObjectLink.objects.get_or_create(project_id=project_id, lfs_object=known)
    if is_new:
        LFS_LINKED_BYTES.inc(size)
        tasks.measure_later(project_id)
