"""The administrator's own hooks, run by Gitaly itself between its calls to the API."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.gitaly_double.hook_payload import HookPayload


class CustomHookFailed(Exception):
    """A custom hook said no; none of the later ones ran."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def run(payload: HookPayload, name: str, *arguments: str, stdin: bytes, environ: Mapping[str, str]) -> None:
    """Run every custom hook of this name in Gitaly's order; the first failure stops."""
    for program in _programs(payload, name):
        done = subprocess.run(
            [program, *arguments],
            input=stdin,
            cwd=payload.disk_path,
            env={**environ, **_identity(payload)},
            check=False,
        )
        if done.returncode:
            raise CustomHookFailed(done.returncode)


def _programs(payload: HookPayload, name: str) -> list[Path]:
    own = Path(payload.disk_path) / "custom_hooks"
    programs = [own / name, *_inside(own / f"{name}.d")]
    if payload.custom_hooks:
        programs += _inside(Path(payload.custom_hooks) / f"{name}.d")
    return [path for path in programs if path.is_file() and os.access(path, os.X_OK)]


def _inside(directory: Path) -> list[Path]:
    return sorted(path for path in directory.glob("*") if not path.name.endswith("~"))


def _identity(payload: HookPayload) -> dict[str, str]:
    return {
        "GIT_DIR": payload.disk_path,
        "GL_ID": payload.gl_id,
        "GL_REPOSITORY": payload.gl_repository,
        "GL_PROJECT_PATH": payload.gl_project_path,
        "GL_USERNAME": payload.gl_username,
        "GL_PROTOCOL": payload.protocol,
    }
