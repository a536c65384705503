"""Stores of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.git_access.lfs import stores
from apps.git_access.models.lfs import FileStore
from tests.object_storage import Bucket, new_bucket, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[tuple[str, str, str]]:
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3: tuple[str, str, str]) -> Bucket:
    return new_bucket(s3)


@pytest.fixture
def local(settings: Settings, tmp_path: Path) -> Any:
    settings.LFS_ROOT = tmp_path / "lfs"
    return stores.of(FileStore.LOCAL)


@pytest.fixture
def remote(settings: Settings, bucket: Bucket) -> Any:
    return bucket.use(settings)
