"""A disk of our own that can be filled: the instance's folder, and PostgreSQL's, lie on it."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.torture.report import Row
from tests.torture.stage import Stage

SIZE = "800m"
BALLAST = "ballast"


@contextmanager
def mounted() -> Iterator[Path | None]:
    """Mount a small file system in memory; ``None`` where that is not allowed."""
    with tempfile.TemporaryDirectory(prefix="torture-disk-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "torture", folder]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)


@contextmanager
def temporary(folder: Path | None) -> Iterator[None]:
    """Let temporary folders be made there."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder) if folder else tempfile.tempdir
    try:
        yield
    finally:
        tempfile.tempdir = before


def run(stage: Stage) -> None:
    """Fill the disk under the clients, and empty it again."""
    if stage.disk is None:
        left_out = "left out: mounting a file system of its own needs root"
        stage.report.add(Row("the disk is full", 0, left_out))
        return
    stage.try_fault("the disk is full", _full)


def _full(stage: Stage) -> None:
    ballast = (stage.disk or Path()) / BALLAST
    try:
        _fill(ballast)
        stage.probe("/-/liveness", within=1)
        stage.probe("/-/readiness", within=3, expected=frozenset({200, 503}))
        ends = time.monotonic() + stage.seconds
        while time.monotonic() < ends:
            _fill(ballast)  # whatever has been freed
            time.sleep(0.05)
    finally:
        ballast.unlink()


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file:
        for block in (1 << 20, 1 << 12):
            with suppress(OSError):
                while file.write(b"x" * block) == block:
                    pass
