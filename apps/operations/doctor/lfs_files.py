"""The files of LFS: where they go, and whether those that are known are there."""

import os
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from apps.core.counting import counted
from apps.git_access.lfs import examining, stores
from apps.git_access.lfs.examining import Examined
from apps.git_access.models.lfs import FileStore
from apps.operations.doctor.finding import Diagnosis

_PUT_BACK = "Put them back from a copy, or let somebody who has them run `git lfs push --all`."


def lfs_store(*, now: datetime) -> Iterator[Diagnosis]:
    """New files of LFS have a place that this service can reach."""
    if settings.LFS_STORE not in ("local", "s3"):
        yield Diagnosis(f"LFS_STORE is {settings.LFS_STORE}", "Let it be `local` or `s3`.")
        return
    if stores.current() == FileStore.LOCAL:
        yield _disk()
        return
    try:
        stores.of(FileStore.OBJECT_STORAGE).reach()
    except stores.StoreUnavailable as error:
        where = settings.LFS_S3_BUCKET or "no bucket"
        yield Diagnosis(
            f"Object storage ({where}) does not answer: {error}", "Correct LFS_S3_…, or start it."
        )
    else:
        yield Diagnosis(f"Object storage answers; new files go to the bucket {settings.LFS_S3_BUCKET}")


def lfs_files(*, now: datetime, everything: bool = False) -> Iterator[Diagnosis]:
    """The files of a sample of the objects are there; of all, they are what they were."""
    found = examining.examine(everything=everything)
    if not found:
        yield Diagnosis("No files of LFS are known")
    for examined in found:
        yield _about(examined, everything=everything)


def _about(examined: Examined, *, everything: bool) -> Diagnosis:
    what = "read from first to last byte" if everything else "looked for"
    fact = f"{counted(examined.number, 'file')} of LFS {examined.store.label} {what}"
    if examined.missing:
        fact += (
            f"; {counted(len(examined.missing), 'is', 'are')} missing: {examining.shown(examined.missing)}"
        )
    if examined.damaged:
        fact += (
            f"; {counted(len(examined.damaged), 'is', 'are')} damaged: {examining.shown(examined.damaged)}"
        )
    return Diagnosis(fact, "" if examined.is_well else _PUT_BACK)


def _disk() -> Diagnosis:
    folder = settings.LFS_ROOT
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    writable = os.access(folder, os.W_OK)
    advice = "" if writable else "Give it to the user who runs the instance and Workhorse."
    return Diagnosis(
        f"New files of LFS go to {settings.LFS_ROOT}{'' if writable else ', which takes none'}", advice
    )
