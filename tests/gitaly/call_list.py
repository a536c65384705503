"""One list of calls and how each one ends: what the double and the real Gitaly have to agree about.

The statuses are those of Gitaly 16.0.8; where one of 2026 ends a call otherwise, ``later`` says how. The
programs do not tell their version: a real one may end such a call either way, the double as 16.0 does only.
Every call is made against a repository with one commit on ``main``, beside which lies a quarantine as Git
makes one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs

QUARANTINE = "objects/tmp_objdir-incoming-AbCdEf"
ABSENT = "1" * 40
OK = grpc.StatusCode.OK
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
INTERNAL = grpc.StatusCode.INTERNAL


@dataclass(frozen=True)
class Case:
    """One call, and the status it ends with."""

    name: str
    stub: Any
    method: str
    request: Any
    code: grpc.StatusCode
    later: grpc.StatusCode | None = None
    also: tuple[tuple[str, str], ...] = ()

    def make(
        self, channel: grpc.Channel, metadata: tuple[tuple[str, str], ...]
    ) -> tuple[grpc.StatusCode, str]:
        """Make the call; return its status, and its details when it failed."""
        call = getattr(self.stub(channel), self.method)
        try:
            answer = call(self.request, timeout=30, metadata=(*metadata, *self.also))
            if isinstance(answer, Iterator):
                list(answer)
        except grpc.RpcError as error:
            return error.code(), str(error.details())
        return OK, ""


@dataclass(frozen=True)
class Place:
    """Where the calls go: a storage, and a repository on it that has ``commit`` on ``main``.

    ``second`` is another storage of the same server, empty; ``server`` tells a server where the first is.
    """

    storage: str
    path: str
    commit: str
    second: str
    server: tuple[tuple[str, str], ...]

    def repository(self, **fields: Any) -> pb.Repository:
        """Return the repository as a message."""
        return pb.Repository(**{"storage_name": self.storage, "relative_path": self.path, **fields})


def cases(place: Place) -> Iterator[Case]:
    """Return every call of the list, in the order in which they are made."""
    yield from _repositories(place)
    yield from _replication(place)
    yield from _places_of_objects(place)
    yield from _sizes(place)
    yield from _refs(place)
    yield from _walks(place)


def _repositories(place: Place) -> Iterator[Case]:
    def exists(name: str, code: grpc.StatusCode, **fields: Any) -> Case:
        request = pb.RepositoryExistsRequest(repository=place.repository(**fields))
        return Case(name, stubs.RepositoryServiceStub, "RepositoryExists", request, code)

    def local(name: str, code: grpc.StatusCode, **fields: Any) -> Case:
        request = pb.HasLocalBranchesRequest(repository=place.repository(**fields))
        return Case(name, stubs.RepositoryServiceStub, "HasLocalBranches", request, code)

    yield exists("a repository that exists", OK)
    yield exists("a repository that does not", OK, relative_path="@hashed/none.git")
    for name, ask in (("exists", exists), ("branches", local)):
        yield ask(f"{name}: unknown storage", INVALID, storage_name="elsewhere")
        yield ask(f"{name}: no storage", INVALID, storage_name="")
        yield ask(f"{name}: no path", INVALID, relative_path="")
        yield ask(f"{name}: path that leaves", INVALID, relative_path="../x.git")
    yield local("branches of a missing repository", NOT_FOUND, relative_path="@hashed/none.git")
    request = pb.HasLocalBranchesRequest()
    yield Case("no repository at all", stubs.RepositoryServiceStub, "HasLocalBranches", request, INVALID)
    for branch, code in ((b"", OK), (b"trunk", OK), (b"a b", INTERNAL)):
        name = f"created with {branch!r}"
        made = place.repository(relative_path=f"@hashed/made-{branch.hex()}.git")
        create = pb.CreateRepositoryRequest(repository=made, default_branch=branch)
        yield Case(name, stubs.RepositoryServiceStub, "CreateRepository", create, code)
    again = pb.CreateRepositoryRequest(repository=place.repository())
    exists_already = grpc.StatusCode.ALREADY_EXISTS
    yield Case("created twice", stubs.RepositoryServiceStub, "CreateRepository", again, exists_already)
    gone = place.repository(relative_path="@hashed/none.git")
    remove = pb.RemoveRepositoryRequest(repository=gone)
    yield Case("removed though missing", stubs.RepositoryServiceStub, "RemoveRepository", remove, NOT_FOUND)


def _replication(place: Place) -> Iterator[Case]:
    services, none = stubs.RepositoryServiceStub, "@hashed/none.git"
    for name, code, fields in (
        ("a repository", OK, {}),
        ("missing", NOT_FOUND, {"relative_path": none}),
        ("unknown storage", INVALID, {"storage_name": "elsewhere"}),
        ("no path", INVALID, {"relative_path": ""}),
    ):
        asked = pb.CalculateChecksumRequest(repository=place.repository(**fields))
        yield Case(f"checksum: {name}", services, "CalculateChecksum", asked, code)
    request = pb.CalculateChecksumRequest()
    yield Case("checksum: no repository", services, "CalculateChecksum", request, INVALID)

    def replicate(
        name: str, code: grpc.StatusCode, target: pb.Repository | None, source: pb.Repository | None
    ) -> Case:
        request = pb.ReplicateRepositoryRequest(repository=target, source=source)
        return Case(f"replicated: {name}", services, "ReplicateRepository", request, code, also=place.server)

    here = place.repository()
    target = place.repository(storage_name=place.second)
    gone, gone_too = (
        place.repository(storage_name=storage, relative_path=none)
        for storage in (place.storage, place.second)
    )
    yield replicate("no repository", INVALID, None, here)
    yield replicate("no source", INVALID, target, None)
    yield replicate("on one storage", INVALID, here, here)
    yield replicate("to an unknown storage", INVALID, place.repository(storage_name="elsewhere"), here)
    yield replicate("a source that is not there", NOT_FOUND, gone_too, gone)
    yield replace(replicate("nobody says where the source is", INTERNAL, target, here), also=())
    yield replicate("a source that is there", OK, target, here)
    yield replicate("once more", OK, target, here)


def _places_of_objects(place: Place) -> Iterator[Case]:
    walk = [place.commit, "--not", "--all"]

    def look(name: str, code: grpc.StatusCode, directory: str, *alternates: str) -> Case:
        repository = place.repository(
            git_object_directory=directory, git_alternate_object_directories=alternates
        )
        request = pb.ListCommitsRequest(repository=repository, revisions=walk)
        return Case(f"objects: {name}", stubs.CommitServiceStub, "ListCommits", request, code)

    yield look("quarantine", OK, QUARANTINE, "objects")
    yield look("quarantine alone", INTERNAL, QUARANTINE)
    yield look("alternates alone", OK, "", "objects")
    yield look("a quarantine that is gone", INTERNAL, "objects/tmp_objdir-incoming-gone", "objects")
    yield look("an alternate that is gone", INTERNAL, QUARANTINE, "objects/none")
    yield look("outside", INTERNAL, "../x", "objects")
    yield look("absolute", INTERNAL, "/tmp", "objects")  # noqa: S108 -- refused
    yield look("the repository's own", OK, "objects")
    yield look("alternate outside", INTERNAL, QUARANTINE, "../../x")


def _sizes(place: Place) -> Iterator[Case]:
    services = stubs.RepositoryServiceStub

    def objects(name: str, code: grpc.StatusCode, **fields: Any) -> Case:
        request = pb.GetObjectDirectorySizeRequest(repository=place.repository(**fields))
        return Case(f"object size: {name}", services, "GetObjectDirectorySize", request, code)

    yield objects("no quarantine", INVALID)
    yield objects("quarantine", OK, git_object_directory=QUARANTINE)
    yield objects("own directory", OK, git_object_directory="objects")
    yield objects("outside", INVALID, git_object_directory="../x")
    yield objects("absolute", NOT_FOUND, git_object_directory="/tmp")  # noqa: S108 -- refused
    yield objects("gone", NOT_FOUND, git_object_directory="objects/none")
    yield objects("missing", NOT_FOUND, relative_path="@hashed/none.git", git_object_directory="objects")
    for path, code in ((place.path, OK), ("@hashed/none.git", NOT_FOUND)):
        request = pb.RepositorySizeRequest(repository=place.repository(relative_path=path))
        yield Case(f"size of {path}", services, "RepositorySize", request, code)


def _refs(place: Place) -> Iterator[Case]:
    services = stubs.RepositoryServiceStub
    for ref, revision, code in (
        (b"HEAD", b"refs/heads/trunk", OK),
        (b"HEAD", b"refs/heads/main", OK),
        (b"HEAD", b"trunk", INTERNAL),
        (b"HEAD", b"", INVALID),
        (b"main", b"refs/heads/main", INVALID),
        (b"", b"refs/heads/main", INVALID),
    ):
        write = pb.WriteRefRequest(repository=place.repository(), ref=ref, revision=revision)
        yield Case(f"write {ref!r} {revision!r}", services, "WriteRef", write, code)
    for ref, code in ((b"refs/heads/main", OK), (b"refs/heads/x", OK), (b"main", INVALID), (b"", INVALID)):
        asked = pb.RefExistsRequest(repository=place.repository(), ref=ref)
        yield Case(f"ref {ref!r}", stubs.RefServiceStub, "RefExists", asked, code)
    branch = pb.FindDefaultBranchNameRequest(repository=place.repository())
    yield Case("default branch", stubs.RefServiceStub, "FindDefaultBranchName", branch, OK)
    for commit, code in ((place.commit, OK), (ABSENT, INTERNAL), ("", INVALID), ("-x", INVALID)):
        containing = pb.ListBranchNamesContainingCommitRequest(
            repository=place.repository(), commit_id=commit
        )
        method = "ListBranchNamesContainingCommit"
        yield Case(f"branches with {commit!r}", stubs.RefServiceStub, method, containing, code)


def _walks(place: Place) -> Iterator[Case]:
    here, commits = place.repository(), stubs.CommitServiceStub
    for walk, code, later in (
        ([place.commit], OK, None),
        ([place.commit, "--not", "--all"], OK, None),
        ([ABSENT], INTERNAL, None),
        ([], INVALID, None),
        ([""], INTERNAL, INVALID),
        (["-x"], INVALID, None),
    ):
        for stub, method, request in (
            (commits, "ListCommits", pb.ListCommitsRequest),
            (stubs.BlobServiceStub, "ListBlobs", pb.ListBlobsRequest),
            (stubs.BlobServiceStub, "ListLFSPointers", pb.ListLFSPointersRequest),
        ):
            walked = request(repository=here, revisions=walk)
            yield Case(f"{method} {walk}", stub, method, walked, code, later)
    for ids, code in (([place.commit], OK), ([ABSENT], INTERNAL), ([], OK), (["-x"], INTERNAL)):
        messages = pb.GetCommitMessagesRequest(repository=here, commit_ids=ids)
        yield Case(f"messages {ids}", commits, "GetCommitMessages", messages, code)
    for ids, code in (([place.commit], OK), ([ABSENT], NOT_FOUND), ([], OK), ([""], INVALID)):
        paths = pb.FindChangedPathsRequest(repository=here, commits=ids)
        yield Case(f"paths {ids}", stubs.DiffServiceStub, "FindChangedPaths", paths, code)
    for revision, code in ((place.commit, OK), (ABSENT, OK), ("", OK), ("-x", INVALID)):
        files = pb.ListFilesRequest(repository=here, revision=revision.encode())
        yield Case(f"files {revision!r}", commits, "ListFiles", files, code)
    for old, new, code in (
        (place.commit, place.commit, OK),
        (ABSENT, place.commit, OK),
        ("", place.commit, INVALID),
        (place.commit, "-x", INTERNAL),
    ):
        pair = pb.CommitIsAncestorRequest(repository=here, ancestor_id=old, child_id=new)
        yield Case(f"ancestor {old!r} {new!r}", commits, "CommitIsAncestor", pair, code)
