"""The directory that Git finds the hooks in."""

import shlex
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NAMES = ("pre-receive", "update", "post-receive")


def write_hooks(directory: Path, *, custom_hooks: Path | None) -> None:
    """Write one small program per hook; each starts the hook module without site packages.

    The update hook runs once per ref and has nothing to do where there are no custom hooks.
    """
    directory.mkdir(exist_ok=True)
    for name in NAMES:
        command = shlex.join([sys.executable, "-S", "-m", "tests.gitaly_double.hook", name])
        start = f'PYTHONUTF8=1 PYTHONPATH={shlex.quote(str(PROJECT))} exec {command} "$@"'
        if name == "update" and custom_hooks is None:
            start = f"[ -d custom_hooks ] || exit 0\n{start}"
        program = directory / name
        program.write_text(f"#!/bin/sh\n{start}\n")
        program.chmod(0o755)
