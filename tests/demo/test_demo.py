"""``make demo`` as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.instances import ROOT

TIMEOUT = 500  # seconds


def test_shows_a_clone_a_push_and_a_refusal_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    ran = subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    said, clone, allowed, refused = ran.stdout.split("\n\n")[:1] + ran.stdout.split("\n\n")[2:5]
    assert said == (
        "GitLab Shell and Gitaly are doubles here, over real git; the service that decides is the real one."
    )
    assert "  bob$ git clone ssh://git@localhost/alice/hello.git hello\n  Cloning into 'hello'..." in clone
    assert " * [new branch]      greeting -> greeting" in allowed
    reason = "remote: GitLab: You are not allowed to push code to protected branches on this project."
    assert reason in refused
    assert " ! [remote rejected] greeting -> main (pre-receive hook declined)" in refused
    assert started_from(tmp_path) == [] and list(tmp_path.iterdir()) == []


def started_from(home: Path) -> list[str]:
    """Return the processes that have this home, by their command lines."""
    wanted, found = f"HOME={home}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text())
        except OSError:  # it has ended, or it is somebody else's
            continue
    return found


def test_needs_nothing_but_what_the_service_needs() -> None:
    """A fresh clone has only the requirements of the service when it runs the demonstration."""
    code = "import sys, tests.demo.__main__; print({'pytest', 'factory', 'hypothesis'} & set(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout == "set()\n"
