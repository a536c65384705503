"""A developer's clone: real commits, and pushes as they come."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.gitaly_double.environments import of_git

REMOTE = "ssh://gitaly/x.git"
ZEROS = "0" * 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a push or fetch ended, and what its user saw."""

    status: int
    terminal: str

    @property
    def remote(self) -> list[str]:
        """The lines that came from the other side, without Git's prefix and padding."""
        lines = [line for line in self.terminal.splitlines() if line.startswith("remote:")]
        return [line.removeprefix("remote:").removeprefix(" ").rstrip() for line in lines]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository with a working tree."""

    path: Path

    @classmethod
    def create(cls, path: Path, *options: str) -> "Workspace":
        path.mkdir()
        workspace = cls(path)
        workspace.git("init", "--quiet", "--template=", "--initial-branch=main", *options)
        return workspace

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        """Run Git, which must succeed, and return its output."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=of_git(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str = "Change something", **files: str) -> str:
        """Commit files, given by name without dots, and return the commit's id."""
        for name, content in files.items():
            (self.path / name).write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def seed(self, repository: Path, *refs: str) -> None:
        """Copy refs into a repository without asking anybody."""
        self.git("push", "--quiet", str(repository), *refs)

    def push(self, environment: dict[str, str], *arguments: str, remote: str = REMOTE) -> Outcome:
        """Push as a user does."""
        return self._exchange(environment, "push", remote, *arguments)

    def fetch(self, environment: dict[str, str], *arguments: str, remote: str = REMOTE) -> Outcome:
        """Fetch as a user does."""
        return self._exchange(environment, "fetch", remote, *arguments)

    def _exchange(self, environment: dict[str, str], command: str, remote: str, *arguments: str) -> Outcome:
        options = [argument for argument in arguments if argument.startswith("-")]
        refs = [argument for argument in arguments if not argument.startswith("-")]
        done = subprocess.run(
            ["git", command, *options, remote, *refs],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stderr)
