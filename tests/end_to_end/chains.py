"""The whole chain of one push: gitlab-shell, this service under gunicorn, Gitaly and its hooks."""

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.environment import SHELL_SECRET_NAME
from tests.gitaly.workspaces import Outcome, Workspace
from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.environments import of_git, through_gitlab_shell
from tests.gitaly_double.server import GitalyDouble, running
from tests.gitaly_double.settings import DoubleSettings
from tests.gitaly_double.shell.settings import ShellSettings
from tests.gitaly_double.versions import Version
from tests.instances import Instance, running_instance

TOKEN = "gitaly-token"
ROOT_KEY = "key-11"
MERGE_REQUEST_URL = "https://forge.example.com/{project}/compare/{branch}"


def _remote(path: str) -> str:
    return f"ssh://gitlab/{path}.git"


class AnyChain(ABC):
    """An instance with the programs around it, whoever wrote them."""

    instance: Instance

    @abstractmethod
    def environment(self, key: str) -> dict[str, str]:
        """Return the variables that make Git talk to the instance as the owner of a key."""

    @abstractmethod
    def authorized_keys(self, blob: str) -> str:
        """Return what sshd is told about a key that somebody offers."""

    def push(self, workspace: Workspace, *arguments: str, to: str, key: str = ROOT_KEY) -> Outcome:
        """Push to the project with this path, as the owner of a key."""
        return workspace.push(self.environment(key), *arguments, remote=_remote(to))

    def fetch(self, workspace: Workspace, *arguments: str, of: str, key: str = ROOT_KEY) -> Outcome:
        """Fetch from the project with this path, as the owner of a key."""
        return workspace.fetch(self.environment(key), *arguments, remote=_remote(of))

    def clone(self, into: Path, *, of: str, key: str = ROOT_KEY) -> Workspace:
        """Clone the project with this path, as the owner of a key."""
        environment = self.environment(key)
        subprocess.run(["git", "clone", "--quiet", _remote(of), into], env=environment, check=True)
        return Workspace(into)

    def make_project(self, workspace: Workspace, path: str) -> None:
        """Create a project by pushing, and let the worker finish what follows."""
        assert self.push(workspace, "main", to=path).status == 0
        self.work()

    def shell_says(self, code: str) -> str:
        """Run a line of Python in the instance and return what it prints."""
        return self.instance.manage("shell", "--no-imports", "--command", code).strip()

    def work(self) -> None:
        """Let the worker do all that waits for it."""
        self.instance.manage("worker", "--batch")


@dataclass(frozen=True)
class Chain(AnyChain):
    """One generation of doubles around a running instance."""

    instance: Instance
    gitaly: GitalyDouble
    shell: ShellSettings

    def environment(self, key: str) -> dict[str, str]:
        return through_gitlab_shell(self.shell, key)

    def authorized_keys(self, blob: str) -> str:
        command = [
            sys.executable,
            "-m",
            "tests.gitaly_double.shell.authorized_keys_check",
            "git",
            "git",
            blob,
        ]
        return subprocess.check_output(command, env=of_git(**self.shell.to_environment()), text=True)


@contextmanager
def running_chain(folder: Path, *, shell: str, gitaly: Version) -> Iterator[Chain]:
    """Run an instance and a Gitaly double of these releases in ``folder``."""
    runtime = folder / "run"
    roots = {"default": folder / "repositories", "second": folder / "second"}
    for path in (*roots.values(), runtime):
        path.mkdir(parents=True)
    storages = json.dumps(
        {name: {"address": f"unix:{runtime}/gitaly.sock", "token": TOKEN} for name in roots}
    )
    with running_instance(GITALY_STORAGES=storages, MERGE_REQUEST_URL=MERGE_REQUEST_URL) as instance:
        secret = str(instance.data / SHELL_SECRET_NAME)
        settings = DoubleSettings(
            storages=roots,
            runtime=runtime,
            version=gitaly,
            token=TOKEN,
            api=ApiSettings.of_gitaly(gitaly, url=instance.url, secret_file=secret),
        )
        with running(settings) as double:
            client = ShellSettings.of(shell, url=instance.url, secret_file=secret)
            yield Chain(instance, double, client)
