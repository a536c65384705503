"""The environment that lets an unmodified ``git`` push and fetch without sshd."""

import json
import os
import shlex
import sys

from google.protobuf import json_format

from apps.core.gitaly.messages import repository_message
from apps.core.gitaly.repository import Repository
from tests.gitaly_double.git import ISOLATED
from tests.gitaly_double.hook_directory import PROJECT
from tests.gitaly_double.shell.settings import ShellSettings


def of_git(**variables: str) -> dict[str, str]:
    """Return the variables of a Git that knows nobody's settings and commits as Alice."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "PYTHONPATH": str(PROJECT),
        **ISOLATED,
        "GIT_AUTHOR_NAME": "Alice",
        "GIT_AUTHOR_EMAIL": "alice@example.com",
        "GIT_COMMITTER_NAME": "Alice",
        "GIT_COMMITTER_EMAIL": "alice@example.com",
        **variables,
    }


def instead_of_ssh(module: str, **variables: str) -> dict[str, str]:
    """Return the variables that make Git run one of our modules in ssh's place."""
    return of_git(
        GIT_SSH_COMMAND=shlex.join([sys.executable, "-m", module]),
        GIT_SSH_VARIANT="simple",
        **variables,
    )


def straight_to_gitaly(
    address: str,
    repository: Repository,
    *,
    gl_id: str,
    gl_username: str = "",
    token: str | None = None,
    options: tuple[str, ...] = (),
    correlation_id: str = "",
) -> dict[str, str]:
    """Return the variables for a push that skips gitlab-shell."""
    payload = {
        "repository": json_format.MessageToDict(repository_message(repository)),
        "glId": gl_id,
        "glRepository": repository.gl_repository,
        "glUsername": gl_username,
        "gitConfigOptions": list(options),
    }
    return instead_of_ssh(
        "tests.gitaly_double.ssh_bridge",
        GITALY_ADDRESS=address,
        GITALY_TOKEN=token or "",
        GITALY_PAYLOAD=json.dumps(payload),
        CORRELATION_ID=correlation_id,
    )


def through_gitlab_shell(
    shell: ShellSettings, identity: str, *, correlation_id: str = "", git_protocol: str = ""
) -> dict[str, str]:
    """Return the variables for pushes and fetches that begin like a login with ``identity``.

    The remote's URL names the project: ``ssh://gitlab/group/project.git``.
    """
    return instead_of_ssh(
        "tests.gitaly_double.shell.instead_of_ssh",
        SSH_IDENTITY=identity,
        CORRELATION_ID=correlation_id,
        GIT_PROTOCOL=git_protocol,
        **shell.to_environment(),
    )
