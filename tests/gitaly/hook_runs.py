"""One hook, run inside the test process: what it says does not depend on Git."""

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.gitaly.fake_api import FakeApi
from tests.gitaly_double import hook
from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.hook_payload import HookPayload

CHANGES = b"%s %s refs/heads/main\n" % (b"0" * 40, b"1" * 40)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the hook ended and what it wrote."""

    status: int
    out: str
    err: str


def payload(api: FakeApi, secret_file: Path, /, **changes: Any) -> HookPayload:
    """Return the payload of a push with key 5 to project 7 of Gitaly 16.0."""
    settings = ApiSettings(url=api.url, secret_file=str(secret_file), generation="jwt")
    plain = HookPayload(
        api=settings,
        version="16.0",
        protocol="ssh",
        disk_path="/srv/repositories/@hashed/x.git",
        relative_path="@hashed/x.git",
        gl_repository="project-7",
        gl_project_path="gnuwget/wget2",
        gl_id="key-5",
        gl_username="alice",
        correlation_id="",
        client_context="",
        custom_hooks="",
    )
    api_changes = changes.pop("api", {})
    return replace(plain, api=replace(settings, **api_changes), **changes)


def run(
    name: str, given: HookPayload, changes: bytes = CHANGES, environ: dict[str, str] | None = None
) -> Ended:
    """Run a hook as Git would."""
    out, err = io.StringIO(), io.StringIO()
    variables = {**given.to_environment(), **(environ or {})}
    status = hook.main([name], variables, io.BytesIO(changes), out, err)
    return Ended(status, out.getvalue(), err.getvalue())
