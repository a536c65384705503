"""The commands that a user can run."""

import base64
from dataclasses import dataclass
from typing import Any

from tests.gitaly_double import go_json
from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell import access, gitaly
from tests.gitaly_double.shell.api import ShellApi
from tests.gitaly_double.shell.caller import Caller
from tests.gitaly_double.shell.decoding import DISCOVER, LFS_AUTHENTICATE
from tests.gitaly_double.shell.errors import ShellError

LFS_ACTIONS = {"download": "git-upload-pack", "upload": "git-receive-pack"}


@dataclass(frozen=True, slots=True)
class Command:
    """One command line of one caller."""

    api: ShellApi
    caller: Caller
    streams: Streams
    words: list[str]

    def discover(self) -> None:
        """Greet the caller."""
        who = self.caller.identity()
        try:
            if not who:
                raise ShellError("who='' is invalid")
            user = self.api.get("/discover", who, DISCOVER)
        except ShellError as error:
            raise ShellError(f"Failed to get username: {error}") from error
        name = f"@{user.get('username', '')}" if user.get("id", 0) > 0 else "Anonymous"
        self._print(f"Welcome to GitLab, {name}!\n".encode())

    def pack(self) -> None:
        """Push or fetch."""
        name, *arguments = self.words
        if len(arguments) != 1:
            raise ShellError("Disallowed command")
        granted = self._access(action=name, project=arguments[0])
        version = self.api.settings.version
        gitaly.run(granted, name, version=version, streams=self.streams)
        if version >= (14, 31) and granted.answer.get("need_audit"):
            self._audit(name, granted)

    def lfs_authenticate(self) -> None:
        """Print what git-lfs needs for HTTP; print nothing if the API gives nothing."""
        _, *arguments = self.words
        operation = arguments[1] if len(arguments) > 1 else ""
        if operation not in LFS_ACTIONS:
            raise ShellError("Disallowed command")
        granted = self._access(action=LFS_ACTIONS[operation], project=arguments[0])
        body = {"operation": operation, "project": arguments[0], **self._lfs_identity(granted)}
        try:
            answer = self.api.post("/lfs_authenticate", body, LFS_AUTHENTICATE)
        except ShellError:
            return
        self._print(go_json.encode(_lfs_payload(answer)) + b"\n")

    def _access(self, *, action: str, project: str) -> access.Access:
        return access.request(self.api, self.caller, action=action, project=project, streams=self.streams)

    def _lfs_identity(self, granted: access.Access) -> dict[str, str]:
        if self.caller.key_id and not self.caller.username:
            return {"key_id": self.caller.key_id}
        user_id = granted.text("gl_id").removeprefix("user-")
        return {"user_id": user_id} if user_id else {}

    def _audit(self, action: str, granted: access.Access) -> None:
        """Report the command; a report that fails changes nothing for the user."""
        body: dict[str, Any] = {
            "action": action,
            "protocol": "ssh",
            "gl_repository": granted.text("gl_repository"),
            "username": granted.text("gl_username"),
        }
        if key_id := granted.answer.get("gl_key_id"):
            body["key_id"] = key_id
        if address := self.caller.check_ip(self.api.settings.version):
            body["check_ip"] = address
        body["changes"] = "_any"
        try:
            self.api.post("/shellhorse/git_audit_event", body, {})
        except ShellError:
            return

    def _print(self, data: bytes) -> None:
        self.streams.stdout.write(data)


def _lfs_payload(answer: dict[str, Any]) -> dict[str, Any]:
    login = f"{answer.get('username', '')}:{answer.get('lfs_token', '')}"
    payload: dict[str, Any] = {
        "header": {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"},
        "href": f"{answer.get('repository_http_path', '')}/info/lfs",
    }
    if expires_in := answer.get("expires_in"):
        payload["expires_in"] = expires_in
    return payload
