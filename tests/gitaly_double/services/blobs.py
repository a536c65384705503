"""BlobService: blobs and LFS pointers, from a walk or from everything in the object directories."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import BlobServiceServicer
from tests.gitaly_double import revisions
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.services.base import Service
from tests.gitaly_double.streams import batches, chunks

POINTER_LIMIT = 200  # bytes; a larger blob is not even looked at
POINTER_START = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    size: int
    path: bytes = b""


class Blobs(Service, BlobServiceServicer):
    """The blobs of a repository."""

    def ListBlobs(
        self, request: pb.ListBlobsRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListBlobsResponse]:
        repository = self.open(request.repository)
        found = _first(_walked(repository, request.revisions), request.limit)
        with_paths = request.with_paths and self.version >= (14, 10)
        pieces = (
            {**piece, "path": blob.path} if with_paths and "oid" in piece else piece
            for blob, piece in _pieces(repository, found, request.bytes_limit)
        )
        for batch in batches(pieces):
            yield pb.ListBlobsResponse(blobs=batch)

    def ListAllBlobs(
        self, request: pb.ListAllBlobsRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListAllBlobsResponse]:
        repository = self.open(request.repository)
        found = _first(_everything(repository), request.limit)
        pieces = (piece for _, piece in _pieces(repository, found, request.bytes_limit))
        for batch in batches(pieces):
            yield pb.ListAllBlobsResponse(blobs=batch)

    def ListLFSPointers(
        self, request: pb.ListLFSPointersRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListLFSPointersResponse]:
        repository = self.open(request.repository)
        pointers = _pointers(repository, _walked(repository, request.revisions))
        for batch in batches(pointers, limit=request.limit):
            yield pb.ListLFSPointersResponse(lfs_pointers=batch)

    def ListAllLFSPointers(
        self, request: pb.ListAllLFSPointersRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListAllLFSPointersResponse]:
        repository = self.open(request.repository)
        pointers = _pointers(repository, _everything(repository))
        for batch in batches(pointers, limit=request.limit):
            yield pb.ListAllLFSPointersResponse(lfs_pointers=batch)


def _walked(repository: GitDirectory, walk: Iterable[str]) -> list[_Found]:
    lines = repository.lines("rev-list", "--objects", *revisions.checked(walk))
    named = [line.partition(b" ") for line in lines]
    infos = repository.infos(name for name, _, _ in named) if named else iter(())
    return [
        _Found(info.id, info.size, path)
        for info, (_, _, path) in zip(infos, named, strict=True)
        if info and info.kind == "blob"
    ]


def _everything(repository: GitDirectory) -> list[_Found]:
    return [_Found(item.id, item.size) for item in repository.all_objects() if item.kind == "blob"]


def _first(blobs: list[_Found], limit: int) -> list[_Found]:
    return blobs[:limit] if limit else blobs


def _pieces(
    repository: GitDirectory, blobs: Iterable[_Found], limit: int
) -> Iterator[tuple[_Found, dict[str, Any]]]:
    """Give each blob in chunks of its content; all but the first have neither name nor size."""
    for blob in blobs:
        content = next(repository.contents([blob.id])) if limit else b""
        for index, chunk in enumerate(chunks(content if limit < 0 else content[:limit])):
            named = {} if index else {"oid": blob.id, "size": blob.size}
            yield blob, {**named, "data": chunk}


def _pointers(repository: GitDirectory, blobs: Iterable[_Found]) -> Iterator[pb.LFSPointer]:
    small = [blob for blob in blobs if blob.size <= POINTER_LIMIT]
    if small:
        contents = repository.contents(blob.id for blob in small)
        for blob, content in zip(small, contents, strict=True):
            if content.startswith(POINTER_START):
                yield pb.LFSPointer(oid=blob.id, size=blob.size, data=content)
