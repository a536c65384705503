"""The directory that Git finds the hooks in."""

import shlex
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NAMES = ("pre-receive", "update", "post-receive")


def write_hooks(directory: Path) -> None:
    """Write one small program per hook; each starts the hook module without site packages."""
    directory.mkdir(exist_ok=True)
    for name in NAMES:
        command = shlex.join([sys.executable, "-S", "-m", "tests.gitaly_double.hook", name])
        program = directory / name
        program.write_text(
            f'#!/bin/sh\nPYTHONUTF8=1 PYTHONPATH={shlex.quote(str(PROJECT))} exec {command} "$@"\n'
        )
        program.chmod(0o755)
