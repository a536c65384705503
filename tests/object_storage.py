"""An S3 server with a bucket of its own: moto's, or the one that ``S3_SERVER`` names.

``S3_SERVER`` is an address such as ``http://127.0.0.1:8333``, ``S3_KEYS`` the two keys with a colon between.
"""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from pytest_django import Settings

from apps.git_access.lfs import stores
from apps.git_access.models.lfs import FileStore
from apps.operations.processes import end_with_parent, stop

START_TIMEOUT = 60  # seconds
REGION = "us-east-1"


@dataclass(frozen=True)
class Bucket:
    """Where it is, and with which keys."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str

    @property
    def environment(self) -> dict[str, str]:
        """What lets an instance keep files of LFS in it."""
        return {
            "LFS_STORE": "s3",
            "LFS_S3_BUCKET": self.name,
            "LFS_S3_ENDPOINT": self.endpoint,
            "LFS_S3_ACCESS_KEY": self.access_key,
            "LFS_S3_SECRET_KEY": self.secret_key,
        }

    @property
    def client(self) -> Any:
        """A client of the test's own."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )

    def use(self, settings: Settings) -> Any:
        """Let this process keep files of LFS in it, and return the store."""
        for name, value in self.environment.items():
            setattr(settings, name, value)
        return stores.of(FileStore.OBJECT_STORAGE)

    def keys(self) -> list[str]:
        """Return the keys of everything in it."""
        return [found["Key"] for found in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]


@contextmanager
def s3_server() -> Iterator[tuple[str, str, str]]:
    """Yield the address of a running server, and the keys to it."""
    if server := os.environ.get("S3_SERVER"):
        access_key, _, secret_key = os.environ.get("S3_KEYS", "any:any").partition(":")
        yield server, access_key, secret_key
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # noqa: PLW1509 -- it calls nothing that takes a lock
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}", "any", "any"
    finally:
        stop(process, grace=10)


def new_bucket(server: tuple[str, str, str]) -> Bucket:
    """Make an empty bucket."""
    endpoint, access_key, secret_key = server
    bucket = Bucket(endpoint, f"lfs-{uuid.uuid4().hex[:12]}", access_key, secret_key)
    bucket.client.create_bucket(Bucket=bucket.name)
    return bucket


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("moto's server does not listen")
