"""What nobody has goes: rows, then files; what is wanted again in between stays."""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.git_access.lfs import examining, pruning, stores
from apps.git_access.lfs.pruning import Files
from apps.git_access.models import LfsObject, LfsObjectLink
from apps.git_access.models.lfs import FileStore, name_of
from tests.factories.directory import ProjectFactory
from tests.factories.git_access import LfsObjectFactory
from tests.object_storage import Bucket

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=2)


def kept(local: Any, content: bytes, *, linked: bool, old: bool = True) -> LfsObject:
    """An object of some content, with its file on disk."""
    oid = hashlib.sha256(content).hexdigest()
    path: Path = local.root / name_of(oid)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    created = timezone.now() - (DAYS if old else timedelta())
    row: LfsObject = LfsObjectFactory.create(
        oid=oid, size=len(content), file=name_of(oid), created_at=created
    )
    if old:
        os.utime(path, (created.timestamp(), created.timestamp()))
    if linked:
        LfsObjectLink.objects.create(lfs_object=row, project=ProjectFactory.create())
    return row


def everything(local: Any) -> set[str]:
    return {str(path.relative_to(local.root)) for path in local.root.rglob("*") if path.is_file()}


def prune(store: Any, now: datetime) -> tuple[int, int, int]:
    files = Files(store, now)
    return (
        sum(pruning.remove_unlinked(now=now)),
        sum(files.remove_unknown()),
        sum(files.remove_leftovers()),
    )


def test_what_no_project_has_goes_with_its_file(local: Any) -> None:
    wanted = kept(local, b"wanted", linked=True)
    fresh = kept(local, b"fresh", linked=False, old=False)
    kept(local, b"unwanted", linked=False)

    assert prune(local, timezone.now()) == (1, 1, 0)
    assert set(LfsObject.objects.all()) == {wanted, fresh}
    assert everything(local) == {wanted.file.name, fresh.file.name}
    assert prune(local, timezone.now()) == (0, 0, 0)


def test_a_project_that_is_gone_has_nothing(local: Any) -> None:
    row = kept(local, b"x", linked=True)
    row.projects.get().delete()

    assert prune(local, timezone.now()) == (1, 1, 0)
    assert everything(local) == set()


def test_what_a_killed_service_leaves_is_found(local: Any) -> None:
    local.uploads.mkdir(parents=True)
    (local.uploads / "half").write_bytes(b"ha")
    oid = "ab" * 32
    stray = local.root / name_of(oid)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"without a row")

    assert prune(local, timezone.now()) == (0, 0, 0)
    assert prune(local, timezone.now() + DAYS) == (0, 1, 1)
    assert everything(local) == set()


def test_what_is_linked_while_it_is_looked_at_stays(local: Any) -> None:
    row = kept(local, b"x", linked=False)
    found = list(pruning.unlinked(now=timezone.now()))
    LfsObjectLink.objects.create(lfs_object=row, project=ProjectFactory.create())

    assert found == [row]
    assert pruning._removed([row.pk]) == 0
    assert LfsObjectLink.objects.count() == 1


def test_a_file_that_is_uploaded_again_meanwhile_stays(local: Any) -> None:
    row = kept(local, b"x", linked=False)
    assert sum(pruning.remove_unlinked(now=timezone.now())) == 1
    os.utime(local.root / row.file.name)  # what an upload of the same does

    assert sum(Files(local, timezone.now()).remove_unknown()) == 0
    assert everything(local) == {row.file.name}


def test_in_object_storage_it_is_alike(remote: Any, bucket: Bucket) -> None:
    row = LfsObjectFactory.create(oid="cd" * 32, size=0, file=name_of("cd" * 32), file_store=2)
    LfsObjectLink.objects.create(lfs_object=row, project=ProjectFactory.create())
    for key in (row.file.name, name_of("ef" * 32), "tmp/uploads/1-x"):
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"")

    assert prune(remote, timezone.now()) == (0, 0, 0)
    assert prune(remote, timezone.now() + DAYS) == (0, 1, 1)
    assert bucket.keys() == [row.file.name]
    assert len(pruning.all_files(now=timezone.now())) == 2


def test_sizes_are_told_by_store(local: Any) -> None:
    kept(local, b"12345", linked=True)
    LfsObjectFactory.create(oid="cd" * 32, size=7, file_store=2)

    assert pruning.sizes() == {FileStore.LOCAL: (1, 5), FileStore.OBJECT_STORAGE: (1, 7)}


def test_a_sample_finds_what_is_missing_and_all_what_is_damaged(local: Any) -> None:
    well, gone, torn, changed = (kept(local, text, linked=True) for text in (b"1", b"2", b"3", b"4"))
    (local.root / gone.file.name).unlink()
    (local.root / torn.file.name).write_bytes(b"")
    (local.root / changed.file.name).write_bytes(b"5")

    (sample,) = examining.examine(everything=False)
    (whole,) = examining.examine(everything=True)

    assert (sample.number, sample.missing, sample.damaged) == (4, [gone.oid], [torn.oid])
    assert (whole.number, whole.missing, whole.damaged) == (4, [gone.oid], [torn.oid, changed.oid])
    assert not sample.is_well
    assert well.oid not in whole.damaged
    assert examining.shown(["a"] * 7) == "a, a, a, a, a and 2 more"


def test_a_sample_is_no_larger_than_it_may_be(local: Any) -> None:
    LfsObject.objects.bulk_create(LfsObject(oid=f"{number:064x}", size=1) for number in range(120))

    (sample,) = examining.examine(everything=False)

    assert sample.number == len(sample.missing) == examining.SAMPLE
    assert stores.current() == FileStore.LOCAL
