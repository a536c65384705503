"""A Gitaly that answers from the world: no repository is on disk."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs
from tests.torture.worlds.things import World


class Answers:
    """What it says, about the world that it is in at the moment."""

    def __init__(self) -> None:
        self.world = World()

    def exists(self, repository: pb.Repository) -> bool:
        return repository.gl_repository in self.world.on_disk

    def is_empty(self, repository: pb.Repository) -> bool:
        return int(repository.gl_repository.split("-")[1]) in self.world.empty


class Repositories(stubs.RepositoryServiceServicer):
    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def RepositoryExists(self, request: Any, _context: Any) -> pb.RepositoryExistsResponse:
        return pb.RepositoryExistsResponse(exists=self.answers.exists(request.repository))

    def HasLocalBranches(self, request: Any, _context: Any) -> pb.HasLocalBranchesResponse:
        return pb.HasLocalBranchesResponse(value=not self.answers.is_empty(request.repository))

    def CreateRepository(self, _request: Any, _context: Any) -> pb.CreateRepositoryResponse:
        return pb.CreateRepositoryResponse()

    def RepositorySize(self, _request: Any, _context: Any) -> pb.RepositorySizeResponse:
        return pb.RepositorySizeResponse(size=1)


class Refs(stubs.RefServiceServicer):
    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def FindDefaultBranchName(self, request: Any, _context: Any) -> pb.FindDefaultBranchNameResponse:
        empty = self.answers.is_empty(request.repository)
        return pb.FindDefaultBranchNameResponse(name=b"" if empty else b"refs/heads/main")

    def RefExists(self, request: Any, _context: Any) -> pb.RefExistsResponse:
        return pb.RefExistsResponse(value=request.ref == b"refs/tags/v1")

    def ListBranchNamesContainingCommit(self, request: Any, _context: Any) -> Iterator[Any]:
        names = [b"main"] if request.commit_id.startswith("b") else []
        yield pb.ListBranchNamesContainingCommitResponse(branch_names=names)


class Commits(stubs.CommitServiceServicer):
    def CommitIsAncestor(self, request: Any, _context: Any) -> pb.CommitIsAncestorResponse:
        return pb.CommitIsAncestorResponse(value=not request.child_id.startswith("f"))

    def ListFiles(self, _request: Any, _context: Any) -> Iterator[pb.ListFilesResponse]:
        yield pb.ListFilesResponse(paths=[b"README"])


class Blobs(stubs.BlobServiceServicer):
    def ListLFSPointers(self, _request: Any, _context: Any) -> Iterator[pb.ListLFSPointersResponse]:
        yield from ()

    def ListBlobs(self, _request: Any, _context: Any) -> Iterator[pb.ListBlobsResponse]:
        yield from ()


@contextmanager
def answering(
    folder: Path,
    *gates: grpc.ServerInterceptor,  # type: ignore[type-arg]  # generic in its type stubs only
) -> Iterator[tuple[Answers, str]]:
    """Serve on a socket in a folder, behind gates; yield what it says, and its address."""
    answers = Answers()
    pool = futures.ThreadPoolExecutor(max_workers=16 if gates else 2)
    server = grpc.server(pool, interceptors=list(gates))
    stubs.add_RepositoryServiceServicer_to_server(Repositories(answers), server)
    stubs.add_RefServiceServicer_to_server(Refs(answers), server)
    stubs.add_CommitServiceServicer_to_server(Commits(), server)
    stubs.add_BlobServiceServicer_to_server(Blobs(), server)
    address = f"unix:{folder}/gitaly.sock"
    server.add_insecure_port(address)
    server.start()
    try:
        yield answers, address
    finally:
        server.stop(grace=0).wait()
        pool.shutdown()
