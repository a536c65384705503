"""Fixtures of what needs an encryption key."""

from pathlib import Path

import pytest
from pytest_django import Settings

from apps.core import encryption


@pytest.fixture
def encryption_keys(settings: Settings, tmp_path: Path) -> Path:
    """A file with one encryption key."""
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "encryption_keys"
    settings.ENCRYPTION_KEYS_FILE.write_bytes(encryption.new_key())
    return tmp_path / "encryption_keys"
