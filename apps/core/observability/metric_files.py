"""The files in which each process keeps its numbers, so that one of them can tell the numbers of all.

The library looks for their folder in the environment when it is imported: this module must not import it.
"""

import hashlib
import os
import shutil
import stat
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEMORY = Path("/dev/shm")  # noqa: S108 -- the folder in it is checked to be ours
PREFIX = "gitlab-internal-"


def share(folder: Path) -> dict[str, str]:
    """Make a folder for the instance in ``folder``, or empty it, and return the setting that names it.

    It is in memory where there is a place for that, else in ``folder`` itself: the files are mapped into the
    processes before they have their room on the disk, and a disk that is full would kill whoever counts.
    Whoever has set the variable already shares another folder, and keeps it.
    """
    if folder_of_another := os.environ.get(VARIABLE):
        return {VARIABLE: folder_of_another}
    folder = place(folder)
    for file in folder.glob("*.db"):
        file.unlink()
    return {VARIABLE: str(folder)}


def place(folder: Path) -> Path:
    """Return the folder of the numbers of the instance in ``folder``, and make it."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    try:
        return _made(MEMORY / f"{PREFIX}{name}")
    except OSError:
        return _made(folder / "metrics")


def remove() -> None:
    """Give the memory back when the instance ends in order; a killed one leaves it to its next start."""
    folder = Path(os.environ.get(VARIABLE, ""))
    if folder.parent == MEMORY and folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else.")
    return folder
