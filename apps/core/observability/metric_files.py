"""The files in which each process keeps its numbers, so that one of them can tell the numbers of all.

The library looks for their folder in the environment when it is imported: this module must not import it.
"""

import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share(folder: Path) -> dict[str, str]:
    """Make the folder, or empty it of what an earlier run has left, and return the setting that names it.

    Whoever has set the variable already shares another folder, and keeps it.
    """
    if folder_of_another := os.environ.get(VARIABLE):
        return {VARIABLE: folder_of_another}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()
    return {VARIABLE: str(folder)}
