"""Files in object storage: uploaded in parts at signed addresses, copied into their place."""

import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from pytest_django import Settings

from apps.git_access.lfs import stores
from apps.git_access.lfs.stores import StoreUnavailable, UnknownUpload
from apps.git_access.lfs.stores.object_storage import MEBIBYTE, SignedUpload, _parts
from apps.git_access.models.lfs import FileStore, name_of
from tests.object_storage import Bucket

NAME = name_of("cd" * 32)
NOW = datetime(2026, 11, 28, tzinfo=UTC)
LATER = timedelta(days=2)


def send(method: str, url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, data=body, method=method)  # noqa: S310 -- ours
    request.add_header("Content-Type", "")
    return urllib.request.urlopen(request, timeout=20)  # noqa: S310 -- ours


def upload(remote: Any, content: bytes) -> SignedUpload:
    """What Workhorse does: it needs the addresses and nothing else."""
    signed: SignedUpload = remote.begin_upload(len(content), now=NOW)
    tags = []
    for number, url in enumerate(signed.part_urls, 1):
        part = content[(number - 1) * signed.part_size : number * signed.part_size]
        tags.append(send("PUT", url, part).headers["ETag"])
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        for number, tag in enumerate(tags, 1)
    )
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
    send("POST", signed.complete_url, body.encode())
    return signed


def test_an_upload_in_parts_becomes_the_file(remote: Any, bucket: Bucket) -> None:
    content = bytes(range(256)) * (11 * 1024 * 4)  # 11 MiB
    signed = upload(remote, content)

    assert len(signed.part_urls) == 3
    assert signed.id.startswith(f"{int(NOW.timestamp())}-")
    assert bucket.keys() == [f"tmp/uploads/{signed.id}"]
    assert remote.uploaded_size(signed.id) == len(content)
    remote.adopt(signed.id, NAME, len(content))
    assert remote.size_of(NAME) == len(content)
    with remote.open(NAME) as file:
        assert file.read() == content
    send("DELETE", signed.delete_url)
    assert bucket.keys() == [NAME]
    assert send("GET", remote.download_url(NAME)).read() == content


def test_an_upload_that_is_given_up_leaves_nothing(remote: Any, bucket: Bucket) -> None:
    signed = remote.begin_upload(100, now=NOW)

    send("PUT", signed.part_urls[0], b"x" * 100)
    send("DELETE", signed.abort_url)

    assert bucket.keys() == []
    assert list(remote.leftovers(before=datetime.now(UTC) + LATER)) == []
    with pytest.raises(UnknownUpload):
        remote.uploaded_size(signed.id)


@pytest.mark.parametrize("name", ["", "absent", "../../ab/cd/ef", "a/b"])
def test_only_what_was_uploaded_is_an_upload(remote: Any, name: str) -> None:
    with pytest.raises(UnknownUpload):
        remote.uploaded_size(name)


@pytest.mark.parametrize(
    ("size", "parts", "part_size"),
    [
        (0, 1, 5),
        (1, 1, 5),
        (5 * MEBIBYTE, 1, 5),
        (5 * MEBIBYTE + 1, 2, 5),
        (500 * MEBIBYTE, 100, 5),
        (500 * MEBIBYTE + 1, 100, 10),
        (5 * 1024**4, 100, 52430),
    ],
)
def test_parts_are_at_most_a_hundred_and_hold_everything(size: int, parts: int, part_size: int) -> None:
    assert _parts(size) == (parts, part_size * MEBIBYTE)
    assert parts * part_size * MEBIBYTE >= size


def test_leftovers_are_whole_uploads_and_parts_of_some(remote: Any) -> None:
    whole = upload(remote, b"whole")
    begun = remote.begin_upload(100, now=datetime.now(UTC))

    assert list(remote.leftovers(before=datetime.now(UTC) - LATER)) == []
    found = list(remote.leftovers(before=datetime.now(UTC) + LATER))
    assert found[0] == f"tmp/uploads/{whole.id}"
    assert found[1].startswith(f"tmp/uploads/{begun.id}?uploadId=")
    for name in found:
        remote.remove_leftover(name)
    assert list(remote.leftovers(before=datetime.now(UTC) + LATER)) == []


def test_only_an_old_file_is_removed(remote: Any) -> None:
    remote.keep_empty(NAME)

    assert [(kept.name, kept.size) for kept in remote.files()] == [(NAME, 0)]
    assert not remote.remove(NAME, before=datetime.now(UTC) - LATER)
    assert remote.size_of(NAME) == 0
    assert remote.remove(NAME, before=datetime.now(UTC) + LATER)
    assert remote.size_of(NAME) is None
    assert not remote.remove(NAME, before=datetime.now(UTC) + LATER)


def test_a_store_that_is_away_says_so(settings: Settings) -> None:
    settings.LFS_S3_BUCKET, settings.LFS_S3_ENDPOINT = "lfs", "http://127.0.0.1:9"
    settings.LFS_S3_ACCESS_KEY = settings.LFS_S3_SECRET_KEY = "any"
    remote = stores.of(FileStore.OBJECT_STORAGE)

    for call in (
        lambda: remote.size_of(NAME),
        lambda: remote.begin_upload(1, now=NOW),
        lambda: remote.adopt("any", NAME, 1),
        lambda: list(remote.files()),
        remote.reach,
    ):
        with pytest.raises(StoreUnavailable):
            call()


def test_a_bucket_that_does_not_exist_is_a_store_that_is_away(remote: Any, settings: Settings) -> None:
    settings.LFS_S3_BUCKET = "lfs-of-nobody"

    with pytest.raises(StoreUnavailable):
        stores.of(FileStore.OBJECT_STORAGE).reach()


def test_the_store_of_a_row_needs_its_settings(settings: Settings) -> None:
    settings.LFS_S3_BUCKET = ""

    with pytest.raises(StoreUnavailable):
        stores.of(FileStore.OBJECT_STORAGE)
    assert stores.configured() == [FileStore.LOCAL]


def test_an_address_is_good_for_what_it_says_only(remote: Any, bucket: Bucket) -> None:
    remote.keep_empty(NAME)
    url = remote.download_url(NAME)

    assert send("GET", url).status == 200
    if bucket.access_key == "any":
        return  # moto looks at no signature
    with pytest.raises(HTTPError):
        send("GET", url.replace(NAME, "ab/cd/ef"))
