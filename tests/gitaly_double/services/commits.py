"""CommitService: walks, messages and ancestry."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterable, Iterator

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import CommitServiceServicer
from tests.gitaly_double import revisions
from tests.gitaly_double.commit_objects import commit_message
from tests.gitaly_double.git import GitDirectory, GitFailed
from tests.gitaly_double.refusals import invalid
from tests.gitaly_double.services.base import Service
from tests.gitaly_double.streams import batches, chunks


class Commits(Service, CommitServiceServicer):
    """The commits of a repository."""

    def CommitIsAncestor(
        self, request: pb.CommitIsAncestorRequest, _context: grpc.ServicerContext
    ) -> pb.CommitIsAncestorResponse:
        """Answer false for a commit that is not there, as Gitaly does."""
        repository = self.open(request.repository)
        pair = [request.ancestor_id, request.child_id]
        if not all(pair):
            raise invalid("empty commit id")
        if any(name.startswith("-") for name in pair):
            raise GitFailed("a positional argument cannot start with a dash")
        found = repository.succeeds("merge-base", "--is-ancestor", *pair)
        return pb.CommitIsAncestorResponse(value=found)

    def ListCommits(
        self, request: pb.ListCommitsRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListCommitsResponse]:
        repository = self.open(request.repository)
        walk = revisions.checked(request.revisions)
        ids = [line.decode() for line in repository.lines("rev-list", *walk)]
        page = _page(ids, request.pagination_params)
        for batch in batches(_described(repository, page)):
            yield pb.ListCommitsResponse(commits=batch)

    def ListAllCommits(
        self, request: pb.ListAllCommitsRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListAllCommitsResponse]:
        repository = self.open(request.repository)
        ids = [item.id for item in repository.all_objects() if item.kind == "commit"]
        page = _page(ids, request.pagination_params)
        for batch in batches(_described(repository, page)):
            yield pb.ListAllCommitsResponse(commits=batch)

    def CheckObjectsExist(
        self,
        request_iterator: Iterator[pb.CheckObjectsExistRequest],
        _context: grpc.ServicerContext,
    ) -> Iterator[pb.CheckObjectsExistResponse]:
        """Take the repository from the first message only."""
        repository: GitDirectory | None = None
        for request in request_iterator:
            repository = repository or self.open(request.repository)
            for name in request.revisions:
                revisions.single(name.decode(errors="replace"))
            found = repository.infos(request.revisions)
            yield pb.CheckObjectsExistResponse(
                revisions=[
                    {"name": name, "exists": info is not None}
                    for name, info in zip(request.revisions, found, strict=True)
                ]
            )
        if repository is None:
            raise invalid("empty stream")

    def GetCommitMessages(
        self, request: pb.GetCommitMessagesRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.GetCommitMessagesResponse]:
        """Name the commit in the first message about it only."""
        repository = self.open(request.repository)
        ids = list(request.commit_ids)
        if ids and not all(repository.infos(name.encode() for name in ids)):
            raise GitFailed("a commit is missing")
        for commit_id, raw in zip(ids, repository.contents(ids), strict=True):
            name = commit_id
            for chunk in chunks(raw.partition(b"\n\n")[2]):
                yield pb.GetCommitMessagesResponse(commit_id=name, message=chunk)
                name = ""

    def ListFiles(
        self, request: pb.ListFilesRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.ListFilesResponse]:
        """List nothing for a revision that is not there."""
        repository = self.open(request.repository)
        revision = revisions.single(request.revision.decode() or "HEAD")
        if repository.succeeds("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}"):
            listed = repository.run("ls-tree", "-r", "-z", "--full-tree", revision)
            entries = (entry.partition(b"\t") for entry in listed.split(b"\0")[:-1])
            paths = (path for meta, _, path in entries if meta.split()[1] == b"blob")
            for batch in batches(paths):
                yield pb.ListFilesResponse(paths=batch)


def _page(ids: list[str], pagination: pb.PaginationParameter) -> list[str]:
    if pagination.page_token:
        ids = ids[ids.index(pagination.page_token) + 1 :]
    return ids[: pagination.limit] if pagination.limit else ids


def _described(repository: GitDirectory, ids: Iterable[str]) -> Iterator[pb.GitCommit]:
    names = list(ids)
    if names:
        for name, raw in zip(names, repository.contents(names), strict=True):
            yield commit_message(name, raw)
