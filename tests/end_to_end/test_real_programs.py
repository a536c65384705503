"""The real programs, where somebody has built them.

``GITLAB_SHELL_BIN_DIRS`` names folders with gitlab-shell's programs, separated by colons, and
``GITALY_BIN_DIR`` the folder with ``gitaly`` (16.0 works with git 2.39). Without them these tests say so and
are skipped: everything they show is shown with the project's own doubles too.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.git_access.policy.steps.repository import PROJECT_NOT_FOUND
from tests.end_to_end.chains import ROOT_KEY, TOKEN
from tests.environment import SHELL_SECRET_NAME
from tests.factories.ssh_keys import ed25519_line
from tests.gitaly import real_gitaly
from tests.gitaly.workspaces import Outcome, Workspace
from tests.gitaly_double.environments import of_git
from tests.instances import Instance, running_instance

SHELLS = [Path(name) for name in os.environ.get("GITLAB_SHELL_BIN_DIRS", "").split(":") if name]

needs_shell = pytest.mark.skipif(not SHELLS, reason="GITLAB_SHELL_BIN_DIRS names no gitlab-shell programs")
needs_gitaly = pytest.mark.skipif(
    not (SHELLS and real_gitaly.PROGRAMS),
    reason="GITLAB_SHELL_BIN_DIRS and GITALY_BIN_DIR do not name both programs",
)


@dataclass(frozen=True)
class Shell:
    """An installed gitlab-shell, run as sshd runs it."""

    programs: Path
    root: Path

    def run(self, program: str, *arguments: str, command: str = "") -> "subprocess.CompletedProcess[str]":
        """Run one of its programs; ``command`` is what was typed after ``ssh git@host``."""
        environment = of_git(
            GITLAB_SHELL_DIR=str(self.root),
            SSH_CONNECTION="127.0.0.1 5555 127.0.0.1 22",
            SSH_ORIGINAL_COMMAND=command,
        )
        call = [str(self.programs / program), *arguments]
        return subprocess.run(call, env=environment, input="", capture_output=True, text=True, check=False)

    def push(self, workspace: Workspace, *refs: str, to: str) -> Outcome:
        """Push with this program in ssh's place."""
        script = self.root / "instead-of-ssh"
        script.write_text(
            '#!/bin/sh\nshift\nexport SSH_ORIGINAL_COMMAND="$*"\n'
            f"exec {self.programs}/gitlab-shell {ROOT_KEY}\n"
        )
        script.chmod(0o700)
        environment = of_git(
            GIT_SSH_COMMAND=str(script),
            GIT_SSH_VARIANT="simple",
            GITLAB_SHELL_DIR=str(self.root),
            SSH_CONNECTION="127.0.0.1 5555 127.0.0.1 22",
        )
        return workspace.push(environment, *refs, remote=f"ssh://gitlab/{to}.git")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    short = Path("/tmp") / f"real-{os.getpid()}"  # noqa: S108 -- a socket's path may have about 100 bytes
    short.mkdir(mode=0o700)
    yield short
    shutil.rmtree(short)


@pytest.fixture(scope="module")
def instance(folder: Path) -> Iterator[Instance]:
    storages = {"default": {"address": f"unix:{folder}/gitaly.sock", "token": TOKEN}}
    with running_instance(GITALY_STORAGES=json.dumps(storages)) as running:
        yield running


@pytest.fixture(params=SHELLS, ids=str)
def shell(request: pytest.FixtureRequest, instance: Instance, tmp_path: Path) -> Shell:
    secret = instance.data / SHELL_SECRET_NAME
    (tmp_path / "config.yml").write_text(
        f'user: git\ngitlab_url: "{instance.url}"\nsecret_file: "{secret}"\n'
        f'log_file: "{tmp_path}/shell.log"\nlog_format: json\n'
    )
    return Shell(request.param, tmp_path)


@pytest.fixture(scope="module")
def gitaly(folder: Path, instance: Instance) -> Iterator[None]:
    secret = instance.data / SHELL_SECRET_NAME
    with real_gitaly.running(folder, token=TOKEN, url=instance.url, secret_file=secret):
        yield


@needs_shell
class TestShell:
    def test_it_welcomes_the_owner_of_a_key(self, shell: Shell) -> None:
        assert shell.run("gitlab-shell", ROOT_KEY).stdout == "Welcome to GitLab, @root!\n"

    def test_it_welcomes_nobody_as_anonymous(self, shell: Shell) -> None:
        assert shell.run("gitlab-shell", "key-999").stdout == "Welcome to GitLab, Anonymous!\n"

    def test_it_finds_a_known_key_for_openssh(self, shell: Shell, instance: Instance) -> None:
        printed = instance.manage(
            "shell",
            "--no-imports",
            "--command",
            "from apps.ssh_keys.models import Key; print(Key.objects.get(pk=11).key.split()[1])",
        )

        found = shell.run("gitlab-shell-authorized-keys-check", "git", "git", printed.strip())

        assert found.stdout.startswith(f'command="{shell.root}/bin/gitlab-shell key-11",')
        assert found.stdout.endswith("Administrator (localhost)\n")

    def test_it_finds_no_unknown_key(self, shell: Shell) -> None:
        blob = ed25519_line(2**64).split()[1]

        found = shell.run("gitlab-shell-authorized-keys-check", "git", "git", blob)

        assert found.stdout == f"# No key was found for {blob}\n"

    def test_it_authenticates_for_lfs(self, shell: Shell) -> None:
        answer = shell.run(
            "gitlab-shell", ROOT_KEY, command="git-lfs-authenticate gnuwget/wget2.git download"
        )

        assert json.loads(answer.stdout)["expires_in"] == 1800

    def test_its_own_check_is_content(self, shell: Shell) -> None:
        names = ("gitlab-shell-check", "check")
        name = next(name for name in names if (shell.programs / name).exists())

        assert shell.run(name).stdout == (
            "Internal API available: OK\nRedis available via internal API: OK\n"
        )

    def test_it_shows_why_a_command_is_refused(self, shell: Shell) -> None:
        refused = shell.run("gitlab-shell", ROOT_KEY, command="git-upload-pack nobody/nothing.git")

        assert refused.returncode == 1
        assert f"remote: {PROJECT_NOT_FOUND}\n" in refused.stderr


@needs_gitaly
def test_pushing_to_a_new_path_creates_the_project(shell: Shell, gitaly: None, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "clone")
    workspace.commit("First", file="1")
    path = f"root/real-{SHELLS.index(shell.programs)}"

    created = shell.push(workspace, "main", to=path)
    again = shell.push(workspace, "main:feature", to=path)
    refused = shell.push(workspace, ":main", to=path)

    assert (created.status, again.status, refused.status) == (0, 0, 1)
    assert any(f"The private project {path} was successfully created." in line for line in created.remote)
    assert "GitLab: The default branch of a project cannot be deleted." in refused.remote
