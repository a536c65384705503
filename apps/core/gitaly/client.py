"""The calls about one repository, as plain functions over plain values.

Every method raises a ``GitalyFailure`` when the call does not succeed. None may run inside a database
transaction: Gitaly often waits for our own answer while it serves us.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from apps.core.gitaly import methods
from apps.core.gitaly.asker import GitalyAsker
from apps.core.gitaly.failures import (
    GitalyRefusedRequest,
    GitalyUnavailable,
    RepositoryNotFound,
    RevisionNotFound,
)
from apps.core.gitaly.messages import (
    EMPTY_TREES,
    blob_of,
    changed_path_of,
    commit_of,
    lfs_pointer_of,
    object_format_message,
    object_format_of,
    repository_message,
    requests_for_trees,
    short_branch,
    text,
)
from apps.core.gitaly.metadata import where_it_is
from apps.core.gitaly.objects import Blob, ChangedPath, Commit, LfsPointer, ObjectFormat, PathStatus
from apps.core.gitaly.servers import UnknownStorage
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb

KIBIBYTE = 1024
# Gitaly looks every commit up by itself, about 250 a second; so many are asked about in turns and at once.
COMMITS_PER_DIFF = 1_000
DIFFS_AT_ONCE = 4
IDS_PER_REQUEST = 5_000  # a request may have 4 MB; an id of SHA-256 takes 66 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gitaly(GitalyAsker):
    """Gitaly's answers about one repository."""

    def repository_exists(self) -> bool:
        request = pb.RepositoryExistsRequest(repository=self._repository)
        return self._ask(methods.REPOSITORY_EXISTS, request).exists

    def create_repository(
        self, *, default_branch: str, object_format: ObjectFormat = ObjectFormat.SHA1
    ) -> None:
        """Create an empty repository; before 15.7 it is one of SHA-1, whatever is asked for."""
        request = pb.CreateRepositoryRequest(
            repository=self._repository,
            default_branch=default_branch.encode(),
            object_format=object_format_message(object_format),
        )
        self._ask(methods.CREATE_REPOSITORY, request)

    def object_format(self) -> ObjectFormat:
        """Return the kind of the repository's object ids; Gitaly before 15.9 cannot say."""
        request = pb.ObjectFormatRequest(repository=self._repository)
        return object_format_of(self._ask(methods.OBJECT_FORMAT, request).format)

    def remove_repository(self) -> None:
        self._ask(methods.REMOVE_REPOSITORY, pb.RemoveRepositoryRequest(repository=self._repository))

    def replicate_from(self, storage: str) -> None:
        """Make the repository like the one of the same path on another storage; both may exist already."""
        source = replace(self.repository, storage_name=storage)
        request = pb.ReplicateRepositoryRequest(
            repository=self._repository, source=repository_message(source)
        )
        try:
            there = where_it_is(storage)
        except UnknownStorage as error:
            raise GitalyUnavailable(f"no server for storage {error}") from error
        self._ask(methods.REPLICATE_REPOSITORY, request, also=there)

    def calculate_checksum(self) -> str:
        """Return a checksum of HEAD and all refs, in hexadecimal; of no ref it is zeros."""
        request = pb.CalculateChecksumRequest(repository=self._repository)
        return self._ask(methods.CALCULATE_CHECKSUM, request).checksum

    def has_local_branches(self) -> bool:
        request = pb.HasLocalBranchesRequest(repository=self._repository)
        return self._ask(methods.HAS_LOCAL_BRANCHES, request).value

    def repository_size(self) -> int:
        """Return the bytes that the whole repository takes on disk, in steps of a kibibyte."""
        request = pb.RepositorySizeRequest(repository=self._repository)
        return self._ask(methods.REPOSITORY_SIZE, request).size * KIBIBYTE

    def get_object_directory_size(self) -> int:
        """Return the bytes that the quarantine takes; Gitaly refuses the question where there is none."""
        request = pb.GetObjectDirectorySizeRequest(repository=self._repository)
        return self._ask(methods.GET_OBJECT_DIRECTORY_SIZE, request).size * KIBIBYTE

    def find_default_branch_name(self) -> str | None:
        """Return the branch's short name, or ``None`` in a repository without branches."""
        request = pb.FindDefaultBranchNameRequest(repository=self._repository)
        name = text(self._ask(methods.FIND_DEFAULT_BRANCH_NAME, request).name)
        return short_branch(name) or None

    def set_default_branch(self, name: str) -> None:
        """Let HEAD lead to the branch with this short name, which need not exist yet."""
        branch = f"refs/heads/{name}".encode(errors="replace")
        request = pb.WriteRefRequest(repository=self._repository, ref=b"HEAD", revision=branch)
        self._ask(methods.WRITE_REF, request)

    def ref_exists(self, ref: str) -> bool:
        """Tell whether the full ref, such as ``refs/tags/v1``, exists."""
        request = pb.RefExistsRequest(repository=self._repository, ref=ref.encode(errors="replace"))
        return self._ask(methods.REF_EXISTS, request).value

    def list_branch_names_containing_commit(self, commit_id: str, *, limit: int = 0) -> tuple[str, ...]:
        """Return the short names of the branches that lead to a commit; no limit if it is 0."""
        request = pb.ListBranchNamesContainingCommitRequest(
            repository=self._repository, commit_id=commit_id, limit=limit
        )
        answers = self._collect(methods.LIST_BRANCH_NAMES_CONTAINING_COMMIT, request)
        return tuple(short_branch(text(name)) for answer in answers for name in answer.branch_names)

    def commit_is_ancestor(self, *, ancestor: str, child: str) -> bool:
        """Tell whether ``child`` leads to ``ancestor``; a commit that Gitaly cannot see does not."""
        request = pb.CommitIsAncestorRequest(
            repository=self._repository, ancestor_id=ancestor, child_id=child
        )
        return self._ask(methods.COMMIT_IS_ANCESTOR, request).value

    def list_commits(self, revisions: Sequence[str], *, limit: int = 0) -> tuple[Commit, ...]:
        """Return the commits of a walk, such as ``[new, "--not", "--all"]``; no limit if it is 0."""
        page = pb.PaginationParameter(limit=limit) if limit else None
        request = pb.ListCommitsRequest(
            repository=self._repository, revisions=revisions, pagination_params=page
        )
        answers = self._collect(methods.LIST_COMMITS, request)
        return tuple(commit_of(commit) for answer in answers for commit in answer.commits)

    def get_commit_messages(self, commit_ids: Sequence[str]) -> dict[str, str]:
        """Return the whole message of each commit."""
        messages: dict[str, bytes] = {}
        current = ""
        for batch in _batches(commit_ids):
            request = pb.GetCommitMessagesRequest(repository=self._repository, commit_ids=batch)
            for answer in self._collect(methods.GET_COMMIT_MESSAGES, request):
                current = answer.commit_id or current  # a long message goes on without its id
                messages[current] = messages.get(current, b"") + answer.message
        return {commit_id: text(message) for commit_id, message in messages.items()}

    def list_files(self, revision: str) -> tuple[str, ...]:
        """Return the path of every file in a commit's tree."""
        request = pb.ListFilesRequest(repository=self._repository, revision=revision.encode())
        answers = self._collect(methods.LIST_FILES, request)
        return tuple(text(path) for answer in answers for path in answer.paths)

    def find_changed_paths(self, commits: Iterable[Commit]) -> tuple[ChangedPath, ...]:
        """Return what these commits change, in no promised order; a merge only where it differs from all.

        The answer does not say which commit a path belongs to: ask for one commit to know. Most versions
        of Gitaly list nothing for a commit without parents, so its files are listed instead.
        """
        ids: list[str] = []
        roots: dict[str, str] = {}  # by tree: the same files need not be listed twice
        for commit in commits:
            if commit.parent_ids:
                ids.append(commit.id)
            elif commit.tree_id not in EMPTY_TREES:
                roots[commit.tree_id] = commit.id
        paths = self._files_of(roots) if roots else []
        batches = list(_batches(ids, size=COMMITS_PER_DIFF))
        if len(batches) == 1:
            paths += self._changed_paths(batches[0])
        elif batches:
            with ThreadPoolExecutor(max_workers=DIFFS_AT_ONCE) as threads:
                for answer in threads.map(self._changed_paths, batches):
                    paths += answer
        return tuple(paths)

    def list_lfs_pointers(self, revisions: Sequence[str]) -> tuple[LfsPointer, ...]:
        """Return the LFS pointers that a walk meets."""
        request = pb.ListLFSPointersRequest(repository=self._repository, revisions=revisions)
        answers = self._collect(methods.LIST_LFS_POINTERS, request)
        found = (lfs_pointer_of(blob) for answer in answers for blob in answer.lfs_pointers)
        return tuple(pointer for pointer in found if pointer is not None)

    def list_blobs(self, revisions: Sequence[str]) -> tuple[Blob, ...]:
        """Return the blobs that a walk meets, with a path each and without their content."""
        request = pb.ListBlobsRequest(
            repository=self._repository, revisions=revisions, bytes_limit=0, with_paths=True
        )
        answers = self._collect(methods.LIST_BLOBS, request)
        return tuple(blob_of(blob) for answer in answers for blob in answer.blobs)

    def _files_of(self, roots: dict[str, str]) -> list[ChangedPath]:
        """Return every file of these trees, each given with a commit that has it.

        From 15.11 a tree can be compared with the empty one, and any number of trees in one call. A version
        that cannot says nothing or refuses; no tree here is empty.
        """
        paths: list[ChangedPath] = []
        if len(roots) > 1:
            with suppress(GitalyRefusedRequest):
                for batch in _batches(list(roots)):
                    paths += self._tree_paths(batch)
        if not paths:
            files = [path for commit_id in roots.values() for path in self.list_files(commit_id)]
            paths = [ChangedPath(path=path, change=PathStatus.ADDED) for path in files]
        return paths

    def _tree_paths(self, trees: Sequence[str]) -> list[ChangedPath]:
        request = pb.FindChangedPathsRequest(repository=self._repository, requests=requests_for_trees(trees))
        return self._paths(request)

    def _changed_paths(self, commit_ids: Sequence[str]) -> list[ChangedPath]:
        request = pb.FindChangedPathsRequest(
            repository=self._repository,
            commits=commit_ids,
            merge_commit_diff_mode=pb.FindChangedPathsRequest.MERGE_COMMIT_DIFF_MODE_ALL_PARENTS,
        )
        return self._paths(request)

    def _paths(self, request: pb.FindChangedPathsRequest) -> list[ChangedPath]:
        """Return the paths; Gitaly says alike that a commit or that the repository is missing."""
        try:
            answers = self._collect(methods.FIND_CHANGED_PATHS, request)
        except RepositoryNotFound as missing:
            if not self.repository_exists():
                raise
            raise RevisionNotFound.because_of(missing) from missing
        return [changed_path_of(path) for answer in answers for path in answer.paths]


def _batches(ids: Sequence[str], *, size: int | None = None) -> Iterator[Sequence[str]]:
    size = size or IDS_PER_REQUEST
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
