"""Git LFS over SSH alone: a real gitlab-shell carries the files, through Workhorse.

``GITLAB_SHELL_BIN_DIRS`` names its programs, from 14.35 on, and ``GIT_LFS_BIN_DIRS`` git-lfs from 3.7 on.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end import fronts
from tests.end_to_end.chains import ROOT_KEY
from tests.environment import SHELL_SECRET_NAME
from tests.gitaly_double.environments import of_git
from tests.instances import Instance, running_instance
from tests.ports import free_port
from tests.workhorse_double.server import running

OLDEST = (3, 7)  # of git-lfs
SHELLS = [name for name in os.environ.get("GITLAB_SHELL_BIN_DIRS", "").split(":") if name]


def _version(programs: str) -> tuple[int, ...]:
    with suppress(OSError):
        printed = subprocess.check_output([f"{programs}/git-lfs", "version"], text=True)
        if found := re.match(r"git-lfs/(\d+)\.(\d+)", printed):
            return tuple(map(int, found.groups()))
    return (0, 0)


_OWN = Path(shutil.which("git-lfs") or "/nowhere/git-lfs").parent
_NAMED = os.environ.get("GIT_LFS_BIN_DIRS", "").split(":")
GIT_LFS = [name for name in (*filter(None, _NAMED), str(_OWN)) if _version(name) >= OLDEST]
pytestmark = [
    pytest.mark.skipif(not SHELLS, reason="GITLAB_SHELL_BIN_DIRS names no gitlab-shell programs"),
    pytest.mark.skipif(not GIT_LFS, reason="GIT_LFS_BIN_DIRS names no git-lfs of 3.7 or newer"),
]


@dataclass(frozen=True)
class Clone:
    """A repository whose remote is reached over SSH alone."""

    path: Path
    environment: dict[str, str]

    def git(self, *arguments: str) -> str:
        """Run git and return all that it said; it must end well."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """An instance whose address for people is that of a Workhorse in front of it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        running_instance(CUSTOM_HTTP_CLONE_URL_ROOT=address) as instance,
        running(fronts.settings_for(instance), port=port),
    ):
        yield instance


@pytest.fixture(params=SHELLS, ids=lambda _: "gitlab-shell")
def clone(request: pytest.FixtureRequest, instance: Instance, tmp_path: Path) -> Clone:
    programs, secret = request.param, instance.data / SHELL_SECRET_NAME
    (tmp_path / "config.yml").write_text(
        f'user: git\ngitlab_url: "{instance.url}"\nsecret_file: "{secret}"\n'
        f'log_file: "{tmp_path}/shell.log"\nlog_format: json\nlfs:\n  pure_ssh_protocol: true\n'
    )
    script = tmp_path / "instead-of-ssh"
    script.write_text(
        f'#!/bin/sh\nshift\nexport SSH_ORIGINAL_COMMAND="$*"\nexec {programs}/gitlab-shell {ROOT_KEY}\n'
    )
    script.chmod(0o700)
    environment = of_git(
        PATH=f"{GIT_LFS[0]}:{os.environ['PATH']}",
        GIT_SSH_COMMAND=str(script),
        GIT_SSH_VARIANT="simple",
        GITLAB_SHELL_DIR=str(tmp_path),
        SSH_CONNECTION="127.0.0.1 5555 127.0.0.1 22",
    )
    clone = Clone(tmp_path / "clone", environment)
    clone.path.mkdir()
    for command in ("init -q -b main", "lfs install --local", "lfs track *.bin"):
        clone.git(*command.split())
    clone.git("remote", "add", "origin", "ssh://gitlab/gnuwget/wget2.git")
    return clone


def test_files_are_pushed_fetched_and_locked(clone: Clone, instance: Instance) -> None:
    content = {name: os.urandom(size) for name, size in (("large.bin", 3_000_000), ("small.bin", 1))}
    for name, body in content.items():
        (clone.path / name).write_bytes(body)
    clone.git("add", "-A")
    clone.git("-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-qm", "First")

    clone.git("lfs", "push", "--all", "origin")
    shutil.rmtree(clone.path / ".git" / "lfs" / "objects")
    for name in content:
        (clone.path / name).unlink()
    clone.git("lfs", "fetch", "origin", "main")
    clone.git("checkout", "--", ".")

    assert {name: (clone.path / name).read_bytes() for name in content} == content
    assert clone.git("lfs", "lock", "large.bin").startswith("Locked large.bin")
    assert clone.git("lfs", "lock", "small.bin").startswith("Locked small.bin")
    assert re.search(r"^O large\.bin\s", clone.git("lfs", "locks", "--verify"), re.MULTILINE)
    # Found by its path, among several.
    assert clone.git("lfs", "unlock", "small.bin").startswith("Unlocked small.bin")
    assert clone.git("lfs", "unlock", "large.bin").startswith("Unlocked large.bin")
    assert clone.git("lfs", "locks") == ""
