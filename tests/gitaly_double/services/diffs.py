"""DiffService: the paths that commits change."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterator

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import DiffServiceServicer
from tests.gitaly_double import revisions
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.refusals import Refusal, invalid
from tests.gitaly_double.services.base import Service
from tests.gitaly_double.streams import batches

_STATUSES = {
    b"A": pb.ChangedPaths.ADDED,
    b"M": pb.ChangedPaths.MODIFIED,
    b"D": pb.ChangedPaths.DELETED,
    b"T": pb.ChangedPaths.TYPE_CHANGE,
}
RAW = ("-r", "-z", "--raw", "--no-renames", "--no-commit-id")
ALL_PARENTS = pb.FindChangedPathsRequest.MERGE_COMMIT_DIFF_MODE_ALL_PARENTS


class Diffs(Service, DiffServiceServicer):
    """Differences between commits."""

    def FindChangedPaths(
        self, request: pb.FindChangedPathsRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.FindChangedPathsResponse]:
        """List nothing for a commit without parents before 19.0."""
        if request.commits and request.requests:
            raise invalid("commits and requests exclude each other")
        repository = self.open(request.repository)
        known = request.requests if self.version >= (15, 11) else ()
        lines = [[commit] for commit in request.commits]
        lines += [_commits(item.commit_request) for item in known if item.HasField("commit_request")]
        trees = [item.tree_request for item in known if item.HasField("tree_request")]
        raw = self._of_commits(repository, lines, request.merge_commit_diff_mode)
        raw += b"".join(_of_trees(repository, tree) for tree in trees)
        for batch in batches(_changed_paths(raw)):
            yield pb.FindChangedPathsResponse(paths=batch)

    def _of_commits(self, repository: GitDirectory, lines: list[list[str]], mode: int) -> bytes:
        options = ["--root"] if self.version >= (19, 0) else []
        options.append("-c" if mode == ALL_PARENTS and self.version >= (15, 11) else "-m")
        ids = [revisions.single(name).encode() for line in lines for name in line]
        if ids and not all(repository.infos(ids)):
            raise Refusal(grpc.StatusCode.NOT_FOUND, "commit not found")
        stdin = "".join(f"{' '.join(line)}\n" for line in lines).encode()
        return repository.run("diff-tree", "--stdin", *RAW, *options, stdin=stdin)


def _commits(item: pb.FindChangedPathsRequest.Request.CommitRequest) -> list[str]:
    return [item.commit_revision, *item.parent_commit_revisions]


def _of_trees(repository: GitDirectory, item: pb.FindChangedPathsRequest.Request.TreeRequest) -> bytes:
    pair = [item.left_tree_revision, item.right_tree_revision]
    return repository.run("diff-tree", *RAW, *map(revisions.single, pair))


def _changed_paths(raw: bytes) -> Iterator[pb.ChangedPaths]:
    fields = iter(raw.split(b"\0")[:-1])
    for description in fields:
        path = next(fields)
        parents = description.count(b":")
        parts = description[parents:].split()
        statuses = set(parts[-1][:1] if parents == 1 else parts[-1])
        status = bytes(statuses) if len(statuses) == 1 else b"M"
        yield pb.ChangedPaths(
            path=path,
            status=_STATUSES[status],
            old_mode=int(parts[0], 8),
            new_mode=int(parts[parents], 8),
        )
