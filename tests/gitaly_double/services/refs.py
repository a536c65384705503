"""RefService: branches, tags and the default branch."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterator

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import RefServiceServicer
from tests.gitaly_double import revisions
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.refusals import invalid
from tests.gitaly_double.services.base import Service
from tests.gitaly_double.streams import batches

USUAL_BRANCHES = (b"refs/heads/main", b"refs/heads/master")


class Refs(Service, RefServiceServicer):
    """The refs of a repository."""

    def FindDefaultBranchName(
        self, request: pb.FindDefaultBranchNameRequest, _context: grpc.ServicerContext
    ) -> pb.FindDefaultBranchNameResponse:
        name = _default_branch(self.open(request.repository))
        return pb.FindDefaultBranchNameResponse(name=name)

    def RefExists(self, request: pb.RefExistsRequest, _context: grpc.ServicerContext) -> pb.RefExistsResponse:
        repository = self.open(request.repository)
        ref = request.ref.decode(errors="surrogateescape")
        if not ref.startswith("refs/"):
            raise invalid("invalid refname")
        found = repository.succeeds("show-ref", "--verify", "--quiet", ref)
        return pb.RefExistsResponse(value=found)

    def ListBranchNamesContainingCommit(
        self, request: pb.ListBranchNamesContainingCommitRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListBranchNamesContainingCommitResponse]:
        repository = self.open(request.repository)
        contains = f"--contains={revisions.single(request.commit_id)}"
        names = repository.lines("for-each-ref", contains, "--format=%(refname:strip=2)", "refs/heads")
        for batch in batches(names, limit=request.limit):
            yield pb.ListBranchNamesContainingCommitResponse(branch_names=batch)


def _default_branch(repository: GitDirectory) -> bytes:
    """Return HEAD's branch if it exists, else a usual one, else any."""
    branches = repository.lines("for-each-ref", "--format=%(refname)", "refs/heads")
    head = repository.run("symbolic-ref", "HEAD").strip()
    candidates = [head, *USUAL_BRANCHES, *branches]
    return next((name for name in candidates if name in branches), b"")
