"""Fixtures of the contract tests."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.contract.shell_secret import SecretFiles


@pytest.fixture
def secret_files(settings: Settings, tmp_path: Path) -> SecretFiles:
    """Secret files of the test's own: the current one is written, there is no previous one."""
    files = SecretFiles(tmp_path / "secret", tmp_path / "secret.previous")
    settings.SHELL_SECRET_FILE = files.current
    settings.SHELL_PREVIOUS_SECRET_FILE = files.previous
    files.current.write_bytes(files.content)
    return files
