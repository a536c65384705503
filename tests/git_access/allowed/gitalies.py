"""A Gitaly double and the repositories it serves, as these tests need them."""

from dataclasses import dataclass
from pathlib import Path

from apps.git_access.repositories import containers
from tests.gitaly_double.git import GitDirectory, init_bare
from tests.gitaly_double.server import GitalyDouble


@dataclass(frozen=True, slots=True)
class Storage:
    """The double's one storage."""

    double: GitalyDouble
    root: Path

    def create(self, gl_repository: str) -> "History":
        """Create an empty repository."""
        path = self.path(gl_repository)
        init_bare(path, branch="main")
        return History(GitDirectory(path))

    def path(self, gl_repository: str) -> Path:
        """Return where the repository of an existing container lies, or would."""
        found = containers.find(gl_repository=gl_repository, project=None)
        assert found is not None
        return self.root / found.relative_path

    def asked(self) -> list[str]:
        """Return the names of the calls received so far."""
        return [call.method for call in self.double.calls]


@dataclass(frozen=True, slots=True)
class History:
    """Commits and refs of one repository, made without a working tree."""

    git: GitDirectory

    def commit(self, *parents: str, message: str = "Change") -> str:
        """Return a new commit that no ref leads to yet."""
        tree = self.git.run("mktree").decode().strip()
        options = [option for parent in parents for option in ("-p", parent)]
        identity = ["-c", "user.name=Rubi", "-c", "user.email=rubi@example.com"]
        return self.git.run(*identity, "commit-tree", tree, *options, "-m", message).decode().strip()

    def set(self, ref: str, commit: str) -> str:
        """Let a ref lead to a commit, and return it."""
        self.git.run("update-ref", ref, commit)
        return commit
