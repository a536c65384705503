"""Plain Git in one repository, deaf to the settings of the machine and its users."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


class GitFailed(Exception):
    """A Git command ended with an error; the text is what it wrote."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """Name, type and size of one object."""

    id: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class GitDirectory:
    """A bare repository, with the object directories that one request may have named."""

    path: Path
    object_directory: str = ""
    alternates: tuple[str, ...] = ()

    @property
    def objects(self) -> Path:
        """Return the directory that new objects lie in."""
        return Path(self.object_directory or self.path / "objects")

    def environment(self) -> dict[str, str]:
        """Return the variables that Git runs with."""
        variables = {"PATH": os.environ["PATH"], **ISOLATED}
        if self.object_directory:
            variables["GIT_OBJECT_DIRECTORY"] = self.object_directory
            variables["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = ":".join(self.alternates)
        return variables

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run a Git command and return what it wrote."""
        done = self._run(*arguments, stdin=stdin)
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def succeeds(self, *arguments: str) -> bool:
        """Tell whether a Git command ends well."""
        return self._run(*arguments, stdin=b"").returncode == 0

    def lines(self, *arguments: str) -> list[bytes]:
        """Run a Git command and return its output line by line."""
        return self.run(*arguments).splitlines()

    def infos(self, revisions: Iterable[bytes]) -> Iterator[ObjectInfo | None]:
        """Say what each revision is, or ``None`` where there is no such object."""
        lines = self.run("cat-file", "--batch-check", stdin=_lines(revisions)).splitlines()
        return (_info_of(line) for line in lines)

    def all_objects(self) -> list[ObjectInfo]:
        """Return every object in the object directories."""
        lines = self.lines("cat-file", "--batch-check", "--batch-all-objects")
        return [info for line in lines if (info := _info_of(line))]

    def contents(self, ids: Iterable[str]) -> Iterator[bytes]:
        """Return the content of each object."""
        stream = self.run("cat-file", "--batch", stdin=_lines(name.encode() for name in ids))
        while stream:
            header, _, rest = stream.partition(b"\n")
            size = int(header.split()[2])
            yield rest[:size]
            stream = rest[size + 1 :]

    def _run(self, *arguments: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", f"--git-dir={self.path}", *arguments],
            input=stdin,
            capture_output=True,
            env=self.environment(),
            check=False,
        )


def init_bare(path: Path, *, branch: str, object_format: str = "sha1") -> None:
    """Create an empty repository and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = ["--template=", f"--initial-branch={branch}", f"--object-format={object_format}"]
    done = subprocess.run(
        ["git", "init", "--quiet", "--bare", *options, path],
        env={"PATH": os.environ["PATH"], **ISOLATED},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise GitFailed(done.stderr.decode(errors="replace").strip())


def _lines(items: Iterable[bytes]) -> bytes:
    return b"".join(item + b"\n" for item in items)


def _info_of(line: bytes) -> ObjectInfo | None:
    parts = line.split()
    if parts[-1] == b"missing" or len(parts) != len(("id", "kind", "size")):
        return None
    return ObjectInfo(parts[0].decode(), parts[1].decode(), int(parts[2]))
