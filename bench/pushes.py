"""Count what a push asks of Gitaly while it is checked, and print the table.

``python -m bench.pushes`` runs an instance and a Gitaly double, and pushes to it with every rule in force
that makes it look into a push. It ends with 1 when the number of refs makes a difference.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import django

from tests import environment  # makes the run's folder and secrets, before Django looks for them

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
django.setup()

from tests.git_access.pushes.instances import Town, town  # noqa: E402 -- after Django is set up
from tests.gitaly.workspaces import Workspace  # noqa: E402

PROJECT = "many"
OWN = "SSHReceivePack"  # the push itself

Prepare = Callable[[Workspace], list[str]]


def branches(count: int) -> Prepare:
    """Return a push of one new commit under so many new branches."""

    def prepare(workspace: Workspace) -> list[str]:
        new = workspace.commit(f"Add {count}", file=str(count))
        prefix = f"refs/heads/branches-{count}-"
        workspace.git(
            "update-ref", "--stdin", stdin="".join(f"create {prefix}{n} {new}\n" for n in range(count))
        )
        return [f"{prefix}*:{prefix}*"]

    return prepare


def commits(count: int) -> Prepare:
    """Return a push of so many new commits under one branch."""

    def prepare(workspace: Workspace) -> list[str]:
        for number in range(count):
            workspace.commit(f"Add {number} of {count}", counter=f"{number} of {count}")
        return ["HEAD:refs/heads/commits"]

    return prepare


def deletion(workspace: Workspace) -> list[str]:
    """Return a push that deletes a branch."""
    return [":refs/heads/commits"]


PUSHES: tuple[tuple[str, Prepare], ...] = (
    ("1 new branch", branches(1)),
    ("10 new branches", branches(10)),
    ("100 new branches", branches(100)),
    ("1000 new branches", branches(1000)),
    ("1 commit", commits(1)),
    ("100 commits", commits(100)),
    ("a deletion", deletion),
)


def main() -> int:
    """Print the table; 1 when refs make a difference."""
    with tempfile.TemporaryDirectory() as folder, town() as there:
        workspace = Workspace.create(Path(folder) / "clone")
        workspace.commit("Add the first", first="1")
        _push(there, workspace, ["main"])
        counts = {}
        print(f"{'push':<20} {'seconds':>8} {'calls':>6}  which")
        for name, prepare in PUSHES:
            counts[name], seconds = _push(there, workspace, prepare(workspace))
            which = ", ".join(f"{method} {count}" for method, count in sorted(counts[name].items()))
            print(f"{name:<20} {seconds:>8.2f} {counts[name].total():>6}  {which}")
    same = len({tuple(sorted(counts[name].items())) for name, _ in PUSHES[:4]}) == 1
    print(f"\nThe number of refs makes {'no' if same else 'a'} difference.")
    return 0 if same else 1


def _push(there: Town, workspace: Workspace, arguments: list[str]) -> tuple[Counter[str], float]:
    there.double.forget_calls()
    started = time.monotonic()
    outcome = there.push(workspace, PROJECT, *arguments)
    if outcome.status:
        raise SystemExit(outcome.terminal)
    seconds = time.monotonic() - started
    return Counter(call.method for call in there.double.calls if call.method != OWN), seconds


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        environment.pytest_unconfigure()
