"""Making one repository like that of a second Gitaly, which is asked over its own socket, and comparing."""

import base64
import hashlib
import json
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import grpc

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.repository import Repository
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import RefServiceStub, RepositoryServiceStub
from apps.core.gitaly.tokens import authorization
from tests.gitaly_double.environments import straight_to_gitaly
from tests.gitaly_double.git import GitDirectory, GitFailed, init_bare
from tests.gitaly_double.refusals import Refusal, invalid
from tests.gitaly_double.storages import Storages

_URL = "ssh://gitaly/source"
_COUNTED = ("HEAD", "refs/heads/", "refs/tags/", "refs/keep-around/", "refs/merge-requests/", "refs/notes/")


def replicate(
    storages: Storages, request: pb.ReplicateRepositoryRequest, metadata: Mapping[str, Any]
) -> None:
    """Fetch every ref of the source, drop those that it lacks, and let HEAD lead where its own does."""
    target, source = request.repository, request.source
    if not source.storage_name:
        raise invalid("source repository is empty")
    if source.storage_name == target.storage_name:
        raise invalid("repository and source have the same storage")
    told = json.loads(base64.b64decode(metadata.get("gitaly-servers", "") or "e30="))
    server = told.get(source.storage_name)
    if server is None:
        raise Refusal(grpc.StatusCode.INTERNAL, "gitaly-servers metadata lacks the source's storage")
    path = storages.path(target)
    if not _is_there(server, source):
        raise Refusal(grpc.StatusCode.NOT_FOUND, "invalid source repository")
    if not storages.exists(target):
        init_bare(path, branch="main", object_format=_object_format(server, source))
    environment = straight_to_gitaly(
        server["address"],
        Repository(source.storage_name, source.relative_path),
        gl_id="",
        token=server["token"],
    )
    git = ["git", f"--git-dir={path}"]
    _run([*git, "fetch", "--quiet", "--prune", "--force", _URL, "+refs/*:refs/*"], environment)
    if branch := _default_branch(server, source):
        _run([*git, "symbolic-ref", "HEAD", branch], environment)


def checksum(repository: GitDirectory) -> str:
    """Return the sums of all lines of refs, one over the other by exclusive or."""
    total = 0
    if repository.succeeds("show-ref", "--head", "--quiet"):
        for line in repository.lines("show-ref", "--head"):
            if line.split()[1].decode().startswith(_COUNTED):
                total ^= int.from_bytes(hashlib.sha1(line, usedforsecurity=False).digest())
    return f"{total:040x}"


def _is_there(server: Mapping[str, str], source: pb.Repository) -> bool:
    stub = RepositoryServiceStub(channel_to(server["address"]))
    request = pb.RepositoryExistsRequest(repository=source)
    return bool(stub.RepositoryExists(request, metadata=_metadata(server)).exists)


def _object_format(server: Mapping[str, str], source: pb.Repository) -> str:
    stub = RepositoryServiceStub(channel_to(server["address"]))
    answer = stub.ObjectFormat(pb.ObjectFormatRequest(repository=source), metadata=_metadata(server))
    return "sha256" if answer.format == pb.OBJECT_FORMAT_SHA256 else "sha1"


def _default_branch(server: Mapping[str, str], source: pb.Repository) -> str:
    stub = RefServiceStub(channel_to(server["address"]))
    request = pb.FindDefaultBranchNameRequest(repository=source)
    return str(stub.FindDefaultBranchName(request, metadata=_metadata(server)).name.decode())


def _metadata(server: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    token = server["token"]
    return (("authorization", authorization(token=token, at=int(time.time()))),) if token else ()


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GitFailed(done.stderr.strip())
