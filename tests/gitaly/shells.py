"""An installation of gitlab-shell for one test, and the box of its errors."""

from pathlib import Path

import pytest

from tests.gitaly.fake_api import FakeApi
from tests.gitaly_double.shell.settings import ShellSettings

ALL = pytest.mark.parametrize("version", ["13.19", "14.7", "14.56"])
RULE = f"remote: {'=' * 72}\n"


def shell_of(api: FakeApi, secret_file: Path, version: str = "14.56") -> ShellSettings:
    return ShellSettings.of(version, url=api.url, secret_file=str(secret_file), retry_wait=0)


def box(text: str) -> str:
    frame = f"remote: \n{RULE}remote: \n"
    return f"{frame}remote: {text}\n{frame}"
