"""A real instance, a Gitaly double whose hooks ask it, and people who push through gitlab-shell."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.core.gitaly.repository import project_path
from tests.factories.ssh_keys import ed25519_line
from tests.gitaly.workspaces import Outcome, Workspace
from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.environments import through_gitlab_shell
from tests.gitaly_double.git import init_bare
from tests.gitaly_double.server import GitalyDouble, running
from tests.gitaly_double.settings import RECENT, DoubleSettings
from tests.gitaly_double.shell.settings import ShellSettings
from tests.instances import Instance, running_instance

TOKEN = "gitaly-token"
NAMES = (
    "force-refused", "force-allowed", "plain", "tags", "lfs", "sizes", "secrets", "messages", "locks",
    "many", "hanging",
)  # fmt: skip
# A maintainer with a key, and a project per test, each with the rules that the test is about.
WORLD = f"""
import json
from apps.directory.models import Member, Namespace, Project, User
from apps.git_access.models import (
    BranchRight, PathLock, ProtectedBranch, ProtectedBranchAccess, ProtectedTag, PushRule,
)
from apps.ssh_keys.models import Key
alice = User.objects.create(username="alice", name="Alice", email="alice@example.com")
eve = User.objects.create(username="eve", email="eve@example.com")
key = Key.objects.create(user=alice, title="a", key={ed25519_line(4711)!r})
group = Namespace.objects.create(kind="group", path="world", name="world")
Member.objects.create(user=alice, group=group, access_level=40)
projects = {{}}
for name in {NAMES!r}:
    project = Project.objects.create(namespace=group, path=name, name=name, repository_exists=True)
    projects[name] = project
for name, force in (("force-refused", False), ("force-allowed", True)):
    rule = ProtectedBranch.objects.create(project=projects[name], name="main", allow_force_push=force)
    ProtectedBranchAccess.objects.create(rule=rule, right=BranchRight.PUSH, access_level=40)
ProtectedTag.objects.create(project=projects["tags"], name="v*")
PathLock.objects.create(project=projects["locks"], path="docs", user=eve)
for name, rules in {{
    "sizes": {{"max_file_size": 1}},
    "secrets": {{"prevent_secrets": True}},
    "messages": {{"commit_message_regex": "^(Add|Fix) "}},
    "many": {{"prevent_secrets": True, "commit_message_regex": ".", "max_file_size": 1}},
    "hanging": {{"commit_message_regex": "."}},
}}.items():
    PushRule.objects.create(scope="project", project=projects[name], **rules)
ids = {{name: project.pk for name, project in projects.items()}}
print("WORLD", json.dumps({{"key": key.pk, "ids": ids}}))
"""


@dataclass(frozen=True, slots=True)
class Town:
    """The instance, the double, and Alice's key."""

    instance: Instance
    double: GitalyDouble
    key: int
    ids: dict[str, int]

    def path(self, name: str) -> Path:
        """Return where the repository of a project lies."""
        return self.double.settings.storages["default"] / project_path(self.ids[name])

    def push(self, workspace: Workspace, name: str, *arguments: str) -> Outcome:
        """Push as Alice does."""
        secret = str(self.instance.data / ".gitlab_shell_secret")
        shell = ShellSettings.of("14.56", url=self.instance.url, secret_file=secret, retry_wait=0)
        environment = through_gitlab_shell(shell, f"key-{self.key}")
        return workspace.push(environment, *arguments, remote=f"ssh://gitlab/world/{name}.git")


@contextmanager
def town() -> Iterator[Town]:
    """Run an instance and a double that know each other, and a world in both."""
    with tempfile.TemporaryDirectory(prefix="town-") as folder:
        places = {name: Path(folder) / name for name in ("repositories", "run")}
        for place in places.values():
            place.mkdir()
        address = f"unix:{places['run']}/gitaly.sock"
        storages = json.dumps({"default": {"address": address, "token": TOKEN}})
        with running_instance(GITALY_STORAGES=storages) as instance:
            printed = instance.manage("shell", "-c", WORLD)
            world = json.loads(printed.rpartition("WORLD ")[2])
            for project_id in world["ids"].values():
                init_bare(places["repositories"] / project_path(project_id), branch="main")
            secret = str(instance.data / ".gitlab_shell_secret")
            chosen = DoubleSettings(
                storages={"default": places["repositories"]},
                runtime=places["run"],
                token=TOKEN,
                api=ApiSettings.of_gitaly(RECENT, url=instance.url, secret_file=secret),
            )
            with running(chosen) as double:
                yield Town(instance, double, world["key"], world["ids"])
