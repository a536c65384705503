"""The program that Git runs as pre-receive, update and post-receive hook of a push.

In Gitaly the server process makes the calls to the API. Here the hook makes them itself: the API cannot
tell the difference.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from tests.gitaly_double import custom_hooks
from tests.gitaly_double.hook_api import CallFailed, HookApi, Refused
from tests.gitaly_double.hook_messages import InvalidMessageType, rendered
from tests.gitaly_double.hook_payload import HookPayload
from tests.gitaly_double.hook_requests import InvalidIdentity, allowed_body, post_receive_body
from tests.gitaly_double.versions import Version


class Rejected(Exception):
    """The hook fails; its text, if any, goes to the pusher."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One run of one hook."""

    payload: HookPayload
    environ: Mapping[str, str]
    changes: bytes
    out: TextIO

    def pre_receive(self) -> None:
        """Ask the API, then the custom hooks, then announce the push."""
        self._require_identity()
        api = HookApi(self.payload)
        try:
            api.allowed(allowed_body(self.payload, changes=self.changes, environ=self.environ))
        except Refused as refusal:
            prefix = "GitLab: " if Version.of(self.payload.version) >= (14, 3) else ""
            raise Rejected(f"{prefix}{refusal}") from refusal
        except (CallFailed, InvalidIdentity) as failure:
            raise Rejected(f"GitLab: {failure}") from failure
        self._run_custom_hooks("pre-receive")
        try:
            counted = api.pre_receive()
        except CallFailed as failure:
            where = "calling pre_receive endpoint: http post to gitlab api /pre_receive endpoint"
            raise Rejected(f"{where}: {failure}") from failure
        if not counted:
            raise Rejected

    def update(self, *arguments: str) -> None:
        """Run the custom hooks; the API is not asked."""
        self._run_custom_hooks("update", *arguments)

    def post_receive(self) -> None:
        """Report the push and print the API's messages; whatever happens, the push has succeeded."""
        try:
            body = post_receive_body(self.payload, changes=self.changes, environ=self.environ)
            messages, counted = HookApi(self.payload).post_receive(body)
            for text in rendered(messages):
                self.out.write(text)
        except (CallFailed, InvalidMessageType) as failure:
            raise Rejected(f"GitLab: {failure}") from failure
        finally:
            self.out.flush()
        if not counted:
            raise Rejected
        self._run_custom_hooks("post-receive")

    def _require_identity(self) -> None:
        if not self.changes:
            raise Rejected("hook got no reference updates")
        if not self.payload.gl_repository:
            raise Rejected("repository not set")
        if not self.payload.gl_id or not self.payload.protocol:
            raise Rejected("user or protocol not set")

    def _run_custom_hooks(self, name: str, *arguments: str) -> None:
        custom_hooks.run(self.payload, name, *arguments, stdin=self.changes, environ=self.environ)


def main(
    arguments: Sequence[str], environ: Mapping[str, str], stdin: BinaryIO, out: TextIO, err: TextIO
) -> int:
    """Run one hook and return its exit status."""
    name, *rest = arguments
    changes = b"" if name == "update" else stdin.read()
    hook = Hook(HookPayload.from_environment(environ), environ, changes, out)
    try:
        getattr(hook, name.replace("-", "_"))(*rest)
    except Rejected as rejection:
        if rejection.args:
            err.write(f"{rejection}\n")
        return 1
    except custom_hooks.CustomHookFailed as failure:
        return failure.status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdin.buffer, sys.stdout, sys.stderr))
