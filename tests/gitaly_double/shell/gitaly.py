"""From a granted request to Gitaly's push or fetch."""

import time
from typing import Any

import grpc
from google.protobuf import json_format

from apps.core.gitaly.calls import Metadata
from apps.core.gitaly.channels import UnusableGitalyAddress, channel_to
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.tokens import authorization
from tests.gitaly_double import sessions
from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell.access import Access
from tests.gitaly_double.shell.errors import ShellError
from tests.gitaly_double.versions import Version

UNAVAILABLE = "The git server, Gitaly, is not available at this time. Please contact your administrator."
OVERLOADED = "GitLab is currently unable to handle this request due to load."


def run(access: Access, command: str, *, version: Version, streams: Streams) -> None:
    """Push or fetch; Git's own exit status does not count, only that of the call."""
    gitaly = access.answer.get("gitaly") or {}
    channel = _channel(gitaly.get("address") or "")
    metadata = _metadata(access, gitaly, command)
    try:
        if command == "git-receive-pack":
            sessions.receive_pack(channel, _push(access, gitaly), metadata, streams)
        else:
            sessions.upload_pack(channel, _fetch(access, gitaly), metadata, streams)
    except grpc.RpcError as error:
        raise ShellError(_text(error, version)) from error


def _channel(address: str) -> grpc.Channel:
    if not address:
        raise ShellError("no gitaly_address given")
    try:
        return channel_to(address)
    except UnusableGitalyAddress as error:
        raise ShellError(f'invalid connection string: "{address}"') from error


def _repository(gitaly: dict[str, Any]) -> pb.Repository:
    return json_format.ParseDict(gitaly.get("repository") or {}, pb.Repository(), ignore_unknown_fields=True)


def _push(access: Access, gitaly: dict[str, Any]) -> pb.SSHReceivePackRequest:
    return pb.SSHReceivePackRequest(
        repository=_repository(gitaly),
        gl_id=access.who,
        gl_repository=access.text("gl_repository"),
        gl_username=access.text("gl_username"),
        git_protocol=access.caller.git_protocol,
        git_config_options=access.answer.get("git_config_options", []),
    )


def _fetch(access: Access, gitaly: dict[str, Any]) -> pb.SSHUploadPackRequest:
    return pb.SSHUploadPackRequest(
        repository=_repository(gitaly),
        git_protocol=access.caller.git_protocol,
        git_config_options=access.answer.get("git_config_options", []),
    )


def _metadata(access: Access, gitaly: dict[str, Any], command: str) -> Metadata:
    items: dict[str, str | bytes] = {
        "key_id": str(access.answer.get("gl_key_id", 0)),
        "key_type": access.text("gl_key_type"),
        "user_id": access.text("gl_id"),
        "username": access.text("gl_username"),
        "remote_ip": access.caller.address,
        "x-gitlab-client-name": f"gitlab-shell-{command}",
        "x-gitlab-correlation-id": access.caller.correlation_id,
    }
    features = gitaly.get("features") or {}
    items |= {key: on for key, on in features.items() if key.startswith("gitaly-feature-")}
    if token := gitaly.get("token"):
        items["authorization"] = authorization(token=token, at=int(time.time()))
    return tuple(items.items())


def _text(error: grpc.RpcError, version: Version) -> str:
    code = error.code()
    if version >= (13, 22):
        if code == grpc.StatusCode.UNAVAILABLE:
            return UNAVAILABLE
        if code == grpc.StatusCode.INTERNAL:
            return ""
    if version >= (14, 14) and code == grpc.StatusCode.RESOURCE_EXHAUSTED:
        return OVERLOADED
    name = code.name.replace("_", " ").title().replace(" ", "")
    return f"rpc error: code = {name} desc = {error.details()}"
