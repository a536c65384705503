"""From our values to Gitaly's messages and back."""

import re
from collections.abc import Iterable

from apps.core.gitaly.objects import (
    Blob,
    ChangedPath,
    Commit,
    LfsPointer,
    ObjectFormat,
    PathStatus,
    Signature,
)
from apps.core.gitaly.repository import Repository
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb

# What Git calls a tree without entries, in repositories of SHA-1 and of SHA-256.
EMPTY_TREES = (
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
)
_OBJECT_FORMATS = {
    ObjectFormat.SHA1: pb.OBJECT_FORMAT_SHA1,
    ObjectFormat.SHA256: pb.OBJECT_FORMAT_SHA256,
}
_POINTER_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_POINTER_SIZE = re.compile(rb"^size ([0-9]+)$", re.MULTILINE)


def repository_message(repository: Repository) -> pb.Repository:
    """Put a repository into the form that every call carries."""
    return pb.Repository(
        storage_name=repository.storage_name,
        relative_path=repository.relative_path,
        git_object_directory=_encodable(repository.git_object_directory),
        git_alternate_object_directories=map(_encodable, repository.git_alternate_object_directories),
        gl_repository=repository.gl_repository,
        gl_project_path=repository.gl_project_path,
    )


def object_format_message(object_format: ObjectFormat) -> pb.ObjectFormat:
    """Say how the objects of a new repository are named."""
    return _OBJECT_FORMATS[object_format]


def object_format_of(message: pb.ObjectFormat) -> ObjectFormat:
    """Read how objects are named; where nothing is said, it is as it always was."""
    return ObjectFormat.SHA256 if message == pb.OBJECT_FORMAT_SHA256 else ObjectFormat.SHA1


def _encodable(directory: str) -> str:
    """Replace lone surrogates: the two directories come from JSON inside of JSON, where nobody looked."""
    return directory.encode(errors="replace").decode()


def text(raw: bytes) -> str:
    """Read bytes of no certain encoding as text."""
    return raw.decode(errors="replace")


def commit_of(message: pb.GitCommit) -> Commit:
    """Read one commit."""
    return Commit(
        id=message.id,
        message=text(message.body),
        message_is_whole=message.body_size <= len(message.body),
        author=_person_of(message.author),
        committer=_person_of(message.committer),
        parent_ids=tuple(message.parent_ids),
        tree_id=message.tree_id,
        signed=message.signature_type != pb.NONE,
    )


def _person_of(message: pb.CommitAuthor) -> Signature:
    return Signature(name=text(message.name), email=text(message.email))


def changed_path_of(message: pb.ChangedPaths) -> ChangedPath:
    """Read one changed path."""
    return ChangedPath(path=text(message.path), change=PathStatus(message.status))


def requests_for_trees(trees: Iterable[str]) -> list[pb.FindChangedPathsRequest.Request]:
    """Ask for the difference between each tree and the empty one of the same kind of id."""
    empty = {len(tree): tree for tree in EMPTY_TREES}
    return [
        pb.FindChangedPathsRequest.Request(
            tree_request=pb.FindChangedPathsRequest.Request.TreeRequest(
                left_tree_revision=empty[len(tree)], right_tree_revision=tree
            )
        )
        for tree in trees
    ]


def blob_of(message: pb.ListBlobsResponse.Blob) -> Blob:
    """Read one blob that was listed without its content."""
    return Blob(id=message.oid, size=message.size, path=text(message.path))


def lfs_pointer_of(message: pb.LFSPointer) -> LfsPointer | None:
    """Read the file that a pointer stands for, or return ``None`` where the blob names no file."""
    oid = _POINTER_OID.search(message.data)
    size = _POINTER_SIZE.search(message.data)
    if oid is None or size is None:
        return None
    return LfsPointer(blob_id=message.oid, oid=oid[1].decode(), size=int(size[1]))


def short_branch(ref: str) -> str:
    """Return the name of a branch without ``refs/heads/``."""
    return ref.removeprefix("refs/heads/")
