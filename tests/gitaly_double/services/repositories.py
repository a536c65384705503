"""RepositoryService: creating, removing and measuring repositories."""
# ruff: noqa: N802 -- the names of the methods are the interface's

import shutil
from pathlib import Path

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import RepositoryServiceServicer
from tests.gitaly_double import replication, revisions
from tests.gitaly_double.git import GitFailed, init_bare
from tests.gitaly_double.refusals import Refusal, invalid
from tests.gitaly_double.services.base import Service

KIBIBYTE = 1024
FALLBACK_BRANCH = "main"


class Repositories(Service, RepositoryServiceServicer):
    """Whole repositories."""

    def RepositoryExists(
        self, request: pb.RepositoryExistsRequest, _context: grpc.ServicerContext
    ) -> pb.RepositoryExistsResponse:
        return pb.RepositoryExistsResponse(exists=self.storages.exists(request.repository))

    def HasLocalBranches(
        self, request: pb.HasLocalBranchesRequest, _context: grpc.ServicerContext
    ) -> pb.HasLocalBranchesResponse:
        repository = self.open(request.repository)
        branches = repository.lines("for-each-ref", "--count=1", "refs/heads")
        return pb.HasLocalBranchesResponse(value=bool(branches))

    def CreateRepository(
        self, request: pb.CreateRepositoryRequest, _context: grpc.ServicerContext
    ) -> pb.CreateRepositoryResponse:
        path = self.storages.path(request.repository)
        if path.exists():
            if self.version < (14, 10):  # creating twice was fine then
                return pb.CreateRepositoryResponse()
            raise Refusal(grpc.StatusCode.ALREADY_EXISTS, "repository exists already")
        branch = request.default_branch.decode() if self.version >= (14, 10) else ""
        sha256 = request.object_format == pb.OBJECT_FORMAT_SHA256 and self.version >= (15, 7)
        object_format = "sha256" if sha256 else "sha1"
        init_bare(path, branch=branch or FALLBACK_BRANCH, object_format=object_format)
        return pb.CreateRepositoryResponse()

    def ObjectFormat(
        self, request: pb.ObjectFormatRequest, _context: grpc.ServicerContext
    ) -> pb.ObjectFormatResponse:
        found = self.open(request.repository).run("rev-parse", "--show-object-format").strip()
        sha256 = found == b"sha256"
        return pb.ObjectFormatResponse(format=pb.OBJECT_FORMAT_SHA256 if sha256 else pb.OBJECT_FORMAT_SHA1)

    def RemoveRepository(
        self, request: pb.RemoveRepositoryRequest, _context: grpc.ServicerContext
    ) -> pb.RemoveRepositoryResponse:
        shutil.rmtree(self.open(request.repository).path)
        return pb.RemoveRepositoryResponse()

    def GetObjectDirectorySize(
        self, request: pb.GetObjectDirectorySizeRequest, _context: grpc.ServicerContext
    ) -> pb.GetObjectDirectorySizeResponse:
        directory = self.storages.object_directory(request.repository)
        return pb.GetObjectDirectorySizeResponse(size=_kibibytes(directory))

    def RepositorySize(
        self, request: pb.RepositorySizeRequest, _context: grpc.ServicerContext
    ) -> pb.RepositorySizeResponse:
        return pb.RepositorySizeResponse(size=_kibibytes(self.open(request.repository).path))

    def WriteRef(self, request: pb.WriteRefRequest, _context: grpc.ServicerContext) -> pb.WriteRefResponse:
        """Set HEAD, which may name a branch that is not there, or a ref."""
        repository = self.open(request.repository)
        ref, revision = (revisions.single(name.decode()) for name in (request.ref, request.revision))
        if ref == "HEAD":
            if not revision.startswith("refs/heads/"):
                raise GitFailed("setting default branch: not a branch")
            repository.run("symbolic-ref", "HEAD", revision)
        elif ref.startswith("refs/"):
            repository.run("update-ref", ref, revision, *filter(None, [request.old_revision.decode()]))
        else:
            raise invalid("ref has to be a full reference")
        return pb.WriteRefResponse()

    def ReplicateRepository(
        self, request: pb.ReplicateRepositoryRequest, context: grpc.ServicerContext
    ) -> pb.ReplicateRepositoryResponse:
        replication.replicate(self.storages, request, dict(context.invocation_metadata()))
        return pb.ReplicateRepositoryResponse()

    def CalculateChecksum(
        self, request: pb.CalculateChecksumRequest, _context: grpc.ServicerContext
    ) -> pb.CalculateChecksumResponse:
        return pb.CalculateChecksumResponse(checksum=replication.checksum(self.open(request.repository)))


def _kibibytes(directory: Path) -> int:
    """Return what the files below a directory take, rounded down as Gitaly does."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()) // KIBIBYTE
