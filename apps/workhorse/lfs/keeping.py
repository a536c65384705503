"""Keeping what Workhorse has received: first the file, then its row, then the link to the project.

Any number of uploads of one file, at once or again, leave one file, one row, and one link for each project.
No transaction is open while a file is moved or a store is called.
"""

from dataclasses import dataclass
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core import moments, raw_queries, records
from apps.core.observability.instruments import LFS_LINKED_BYTES
from apps.core.prepared_queries import PreparedQuery
from apps.git_access.lfs import stores
from apps.git_access.models import LfsObject
from apps.git_access.models.lfs import FileStore, name_of
from apps.workhorse.lfs import tasks
from apps.workhorse.lfs.objects import EMPTY

_TRIES = 3  # a row that `prune` removes in between is made anew
# Written here, for each upload asks for both: Django takes longer to write them than the database to answer.
_NEW = """
INSERT INTO git_access_lfsobject (oid, size, file, file_store, created_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (oid) DO NOTHING RETURNING id
"""
_NEW_LINK = """
INSERT INTO git_access_lfsobjectlink (lfs_object_id, project_id) VALUES (%s, %s)
ON CONFLICT (project_id, lfs_object_id) DO NOTHING RETURNING id
"""
_BY_OID = PreparedQuery(lambda oid: LfsObject.objects.filter(oid=oid), by=str)


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
        known = _known(oid, size)
        if not _is_kept_elsewhere(known, upload.file_store):
            store.adopt(upload.name, name_of(oid), size)
            _link(known, oid, size, project_id=project_id, file_store=upload.file_store)
            return
    except Exception:
        store.discard(upload.name)
        raise
    store.discard(upload.name)
    _link(known, oid, size, project_id=project_id, file_store=None)


def keep_empty(*, project_id: int) -> None:
    """Give the empty file to a project; nobody needs to upload it."""
    store = stores.current()
    known = _known(EMPTY, 0)
    if not _is_kept_elsewhere(known, None):
        stores.of(store).keep_empty(name_of(EMPTY))
        _link(known, EMPTY, 0, project_id=project_id, file_store=store)
    else:
        _link(known, EMPTY, 0, project_id=project_id, file_store=None)


def _known(oid: str, size: int) -> LfsObject | None:
    known = _BY_OID.first(oid)
    if known and known.size != size:
        raise OtherSizeKnown
    return known


def _is_kept_elsewhere(known: LfsObject | None, here: FileStore | None) -> bool:
    """Whether the row of an object leads to a whole file, in another store than ``here``."""
    if known is None or not known.file or known.file_store == here:
        return False
    try:
        found: int | None = stores.of(FileStore(known.file_store)).size_of(name_of(known.oid))
    except stores.StoreUnavailable:
        return False
    return found == known.size


def _link(
    known: LfsObject | None, oid: str, size: int, *, project_id: int, file_store: FileStore | None
) -> None:
    """Write the row, where there was none, and the link."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with transaction.atomic():
                row_id = _row_id(known, oid, size, file_store)
                is_new = raw_queries.first_row(_NEW_LINK, [row_id, project_id]) is not None
        except (IntegrityError, LfsObject.DoesNotExist):
            if last:
                raise
            known = None
        else:
            if is_new:
                _account(size, project_id=project_id)
            return


def _row_id(known: LfsObject | None, oid: str, size: int, file_store: FileStore | None) -> int:
    """Return the id of the row that leads to the file; another upload of it may have written one by now."""
    if known is None:
        store, now = int(file_store or stores.current()), moments.stored(timezone.now())
        made = raw_queries.first_row(_NEW, [oid, size, name_of(oid), store, now])
        if made:
            return int(made[0])
        known = _known(oid, size)
    if known is None:
        raise LfsObject.DoesNotExist
    _lead_to(known, file_store)
    return known.pk


def _lead_to(row: LfsObject, file_store: FileStore | None) -> None:
    """Have a row lead to the file that has just been kept in this store."""
    if file_store is not None and (row.file_store != file_store or not row.file):
        LfsObject.objects.filter(pk=row.pk).update(file=name_of(row.oid), file_store=file_store)


def _account(size: int, *, project_id: int) -> None:
    LFS_LINKED_BYTES.inc(size)
    # Beside the requests: of a hundred uploads to one project, one looks for the job.
    records.later("size of LFS files", project_id, partial(tasks.measure_later, project_id))
