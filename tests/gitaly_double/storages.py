"""From a request's ``Repository`` to a directory on disk, with Gitaly's checks on the way."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.refusals import Refusal, invalid


@dataclass(frozen=True, slots=True)
class Storages:
    """The storages of one double: name to directory."""

    roots: Mapping[str, Path]

    def path(self, repository: pb.Repository) -> Path:
        """Return where the repository is or would be; a path that leaves its storage is refused."""
        root = self.roots.get(repository.storage_name)
        if root is None:
            raise invalid(f"storage name {repository.storage_name!r} is not configured")
        if not repository.relative_path:
            raise invalid("empty RelativePath")
        path = root / repository.relative_path
        if not _is_inside(path, root):
            raise invalid("relative path escapes the storage")
        return path

    def exists(self, repository: pb.Repository) -> bool:
        """Tell whether there is a Git directory at the repository's path."""
        path = self.path(repository)
        return all((path / name).exists() for name in ("objects", "refs", "HEAD"))

    def open(self, repository: pb.Repository) -> GitDirectory:
        """Return the repository, seen through the object directories that the request names."""
        path = self.path(repository)
        if not self.exists(repository):
            raise Refusal(grpc.StatusCode.NOT_FOUND, "repository does not exist")
        directory, alternates = repository.git_object_directory, repository.git_alternate_object_directories
        return GitDirectory(
            path,
            object_directory=_joined(path, directory) if directory else "",
            alternates=tuple(_joined(path, alternate) for alternate in alternates),
        )

    def object_directory(self, repository: pb.Repository) -> Path:
        """Return the object directory that the request names; one that names none is refused."""
        path = self.open(repository).path
        if not repository.git_object_directory:
            raise invalid("object directory path is not set")
        directory = Path(_joined(path, repository.git_object_directory))
        if not _is_inside(directory, path):
            raise invalid("object directory path escapes the repository")
        if not directory.is_dir():
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"object directory does not exist: {directory}")
        return directory


def _joined(path: Path, relative: str) -> str:
    """Join as Go does: a path that begins with a slash lies below the other one, too."""
    return os.path.normpath(f"{path}/{relative}")


def _is_inside(path: Path, parent: Path) -> bool:
    normal, root = os.path.normpath(path), os.path.normpath(parent)
    return normal.startswith(f"{root}{os.sep}")
