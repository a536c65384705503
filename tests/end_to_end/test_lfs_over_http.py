"""Git LFS through Workhorse, with the git-lfs of this machine and those that ``GIT_LFS_BIN_DIRS`` names."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end import fronts
from tests.end_to_end.chains import Chain
from tests.end_to_end.fronts import Front
from tests.gitaly_double.environments import of_git

_OWN = shutil.which("git-lfs")
PROGRAMS = [
    *([str(Path(_OWN).parent)] if _OWN else []),
    *filter(None, os.environ.get("GIT_LFS_BIN_DIRS", "").split(":")),
]
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="there is no git-lfs")
SIZE = 3_000_000  # bytes
TOKEN = """
from apps.directory import access_tokens
from apps.directory.models import User
user = User.objects.create_user("lfs-lena", "correct-horse", email="lena@example.com")
print(access_tokens.issue(user=user, name="lfs", scopes=["api"])[1])
"""


@dataclass(frozen=True)
class Person:
    """Types git and git-lfs, whose answers lead back through the front."""

    front: Front
    programs: str
    token: str

    def git(self, folder: Path, *arguments: str) -> str:
        """Run git and return all that it said; it must end well."""
        # The instance names itself in its addresses; people reach it through the front.
        rewritten = f"url.{self.front.url}/.insteadOf={self.front.chain.instance.url}/"
        options = ["-c", rewritten, "-c", "lfs.transfer.enablehrefrewrite=true"]
        environment = of_git(PATH=f"{self.programs}:{os.environ['PATH']}")
        done = subprocess.run(
            ["git", *options, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module", params=fronts.KINDS)
def front(
    request: pytest.FixtureRequest, chain: Chain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    with fronts.in_front_of(chain, request.param, tmp_path_factory.mktemp("workhorse")) as front:
        yield front


@pytest.fixture(scope="module")
def token(chain: Chain) -> str:
    return chain.shell_says(TOKEN)


@pytest.mark.parametrize("programs", PROGRAMS, ids=lambda _: "git-lfs")
def test_large_files_are_pushed_cloned_and_locked(
    front: Front, token: str, tmp_path: Path, programs: str, request: pytest.FixtureRequest
) -> None:
    person = Person(front, programs, token)
    kind = request.node.callspec.id
    address = front.address(f"lfs-lena/{kind}.git", "lfs-lena", token)
    original, copy = tmp_path / "original", tmp_path / "copy"
    original.mkdir()
    content = os.urandom(SIZE)
    for command in ("init -q -b main", "lfs install --local", "lfs track *.bin"):
        person.git(original, *command.split())
    (original / "large.bin").write_bytes(content)
    (original / "text.bin").write_text("a text, which must go the same way\n")
    person.git(original, "add", "-A")
    person.git(original, "-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-qm", "First")
    person.git(original, "remote", "add", "origin", address)

    person.git(original, "push", "-q", "origin", "main")
    person.git(tmp_path, "clone", "-q", address, "copy")
    person.git(copy, "lfs", "install", "--local")
    person.git(copy, "lfs", "pull")

    assert (copy / "large.bin").read_bytes() == content
    assert (copy / "text.bin").read_text() == "a text, which must go the same way\n"
    assert person.git(copy, "lfs", "lock", "large.bin").startswith("Locked large.bin")
    assert person.git(copy, "lfs", "locks", "--verify").startswith("O large.bin\tlfs-lena\tID:")
    assert person.git(copy, "lfs", "unlock", "large.bin").startswith("Unlocked large.bin")
    assert person.git(copy, "lfs", "locks") == ""
