"""Commits in a bare repository that no ref leads to yet: what a push is about to bring."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.gitaly_double.git import GitDirectory

RUBI = "Rubi <rubi@example.com>"
UNTIL_LATER = "refs/made"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the double, and new commits for it."""

    git: GitDirectory

    def commit(
        self,
        *parents: str,
        message: str = "Change something",
        files: Mapping[str, str] | None = None,
        author: str = RUBI,
        committer: str = RUBI,
    ) -> str:
        """Return a new commit with some files added or changed; an empty text removes a file."""
        lines = [
            f"commit {UNTIL_LATER}",
            f"author {author} 1700000000 +0000",
            f"committer {committer} 1700000000 +0000",
            _data(message),
        ]
        lines += [f"{'merge' if index else 'from'} {parent}" for index, parent in enumerate(parents)]
        for path, content in (files or {}).items():
            lines += [f"M 100644 inline {path}", _data(content)] if content else [f"D {path}"]
        self.git.run("fast-import", "--quiet", "--force", stdin="\n".join([*lines, ""]).encode())
        made = self.git.run("rev-parse", UNTIL_LATER).decode().strip()
        self.git.run("update-ref", "-d", UNTIL_LATER)
        return made

    def set(self, ref: str, revision: str) -> str:
        """Let a ref lead somewhere, and return where."""
        self.git.run("update-ref", ref, revision)
        return revision

    def annotate(self, name: str, revision: str) -> str:
        """Return a new annotated tag that no ref leads to yet."""
        text = f"object {revision}\ntype commit\ntag {name}\ntagger {RUBI} 1700000000 +0000\n\nRelease\n"
        return self.git.run("mktag", stdin=text.encode()).decode().strip()


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}"
