"""Files on the disk of this host, where Workhorse writes too: as the same user, on the same file system."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property

from apps.git_access.lfs.stores import InsecurePath, Kept, StoreFull, StoreUnavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
TEMPORARY = "tmp"


class LocalStore(FileSystemStorage):
    """The files of LFS below one folder; ``tmp`` in it is for what is on its way."""

    @property
    def root(self) -> Path:
        """The folder."""
        return Path(self.location)

    @cached_property
    def uploads(self) -> Path:
        """Where Workhorse writes."""
        return self.root / TEMPORARY / "uploads"

    def size_of(self, name: str) -> int | None:
        """Return the bytes of a file; ``None`` when there is none."""
        with _reported():
            try:
                return self._file(name).stat().st_size
            except FileNotFoundError:
                return None

    def folder_for(self, size: int) -> Path:
        """Return where Workhorse may write so many bytes; it would say nothing of why it cannot.

        Raises:
            StoreFull: there is no room for them.
            StoreUnavailable: nobody can write there.
        """
        with _reported():
            try:
                disk = os.statvfs(self.uploads)
            except FileNotFoundError:
                self.uploads.mkdir(parents=True, exist_ok=True)
                disk = os.statvfs(self.uploads)
        if not os.access(self.uploads, os.W_OK):
            raise StoreUnavailable(f"{self.uploads} cannot be written to")
        if disk.f_bavail * disk.f_frsize < size:
            raise StoreFull
        return self.uploads

    def uploaded_size(self, upload: str) -> int:
        """Return the bytes of what Workhorse has uploaded.

        Raises:
            InsecurePath: it is no regular file directly inside the folder of uploads.
        """
        path = Path(upload)
        try:
            info = path.lstat()
            inside = path.parent == self.uploads or path.parent.resolve() == self.uploads.resolve()
        except (OSError, ValueError):
            raise InsecurePath(upload) from None
        # Another name for the file, soft or hard, would be somebody else's file.
        if not inside or path.name in {".", ".."} or not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise InsecurePath(upload)
        return info.st_size

    def adopt(self, upload: str, name: str, size: int) -> None:
        """Move an upload to its place; a file of this size that is there stays, as young as the upload."""
        target, source = self._file(name), Path(upload)
        with _reported():
            if self.size_of(name) == size and _touched(target):
                source.unlink(missing_ok=True)
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            _flush(source)
            source.replace(target)
            _flush(target.parent)

    def discard(self, upload: str) -> None:
        """Remove an upload that is not wanted."""
        with _reported():
            Path(upload).unlink(missing_ok=True)

    def keep_empty(self, name: str) -> None:
        """Make ``name`` an empty file."""
        with _reported():
            self.uploads.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=self.uploads)
            os.close(handle)
        self.adopt(path, name, 0)

    def files(self) -> Iterator[Kept]:
        """List the files of objects."""
        for path in self.root.glob("??/??/*"):
            if path.is_file():
                info = path.stat()
                modified = datetime.fromtimestamp(info.st_mtime, UTC)
                yield Kept(str(path.relative_to(self.root)), info.st_size, modified)

    def remove(self, name: str, *, before: datetime) -> bool:
        """Remove a file, unless somebody has written or wanted it since a moment.

        It is taken away first and looked at then: an upload that comes in between makes a file of its own.
        """
        target, aside = self._file(name), self.uploads / f"removed-{Path(name).name}"
        with _reported():
            self.uploads.mkdir(parents=True, exist_ok=True)
            try:
                target.replace(aside)
            except FileNotFoundError:
                return False
            if aside.stat().st_mtime < before.timestamp():
                aside.unlink()
                return True
            aside.replace(target)
        return False

    def leftovers(self, *, before: datetime) -> Iterator[str]:
        """List uploads of before a moment that nobody has finished."""
        folder = self.root / TEMPORARY
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if not path.is_dir() and path.lstat().st_mtime < before.timestamp():
                yield str(path.relative_to(self.root))

    def remove_leftover(self, name: str) -> None:
        """Remove one of those."""
        with _reported():
            (self.root / name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return Path(self.path(name))


def _touched(path: Path) -> bool:
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder, before anything else is written about it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from error
        raise StoreUnavailable(f"{type(error).__name__}: {error.strerror}") from error
