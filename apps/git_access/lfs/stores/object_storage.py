"""Files in S3-compatible object storage, to which Workhorse uploads at addresses that are signed here."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from apps.git_access.lfs.stores import Kept, StoreFull, StoreUnavailable, UnknownUpload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEBIBYTE = 1024 * 1024
LEAST_PART = 5 * MEBIBYTE  # S3 takes no smaller one, but the last
MOST_PARTS = 100
UPLOAD_TIME = 14400  # seconds that Workhorse has for one upload
GRACE = 900  # seconds for which addresses hold beyond it
DOWNLOAD_TIME = 3600  # seconds for which an address of a download holds
PREFIX = "tmp/uploads/"
_COPY = TransferConfig(multipart_threshold=64 * MEBIBYTE, multipart_chunksize=64 * MEBIBYTE)
_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchUpload"})
_FULL = frozenset(
    {"507", "InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUpload:
    """Where the parts of one upload go; nobody needs a key of the store for it."""

    id: str
    seconds: int
    part_size: int
    part_urls: list[str]
    complete_url: str
    abort_url: str
    get_url: str
    delete_url: str


class ObjectStore(S3Storage):  # type: ignore[misc] # untyped
    """The files of LFS in one bucket; what is on its way lies below ``tmp/uploads/``."""

    def __init__(self, **options: Any) -> None:
        config = _config(options.pop("addressing_style"))
        super().__init__(**options, client_config=config, file_overwrite=True, default_acl=None)

    download_seconds = DOWNLOAD_TIME

    @property
    def client(self) -> "S3Client":
        """The client of this thread."""
        client: S3Client = self.connection.meta.client
        return client

    def open(self, name: str, mode: str = "rb") -> Any:
        """Open a file for reading.

        Raises:
            FileNotFoundError: there is none.
        """
        with _reported():
            return super().open(name, mode)

    def size_of(self, name: str) -> int | None:
        """Return the bytes of a file; ``None`` when there is none."""
        try:
            with _reported():
                return self.client.head_object(Bucket=self.bucket_name, Key=name)["ContentLength"]
        except UnknownUpload:
            return None

    def begin_upload(self, size: int, *, now: datetime) -> SignedUpload:
        """Begin an upload of so many bytes, and return the addresses that it needs."""
        name = f"{int(now.timestamp())}-{uuid.uuid4().hex}"
        where = {"Bucket": self.bucket_name, "Key": PREFIX + name}
        with _reported():
            upload = {**where, "UploadId": self.client.create_multipart_upload(**where)["UploadId"]}
        parts, part_size = _parts(size)
        return SignedUpload(
            id=name,
            seconds=UPLOAD_TIME,
            part_size=part_size,
            part_urls=[
                self._signed("upload_part", {**upload, "PartNumber": number})
                for number in range(1, parts + 1)
            ],
            complete_url=self._signed("complete_multipart_upload", upload),
            abort_url=self._signed("abort_multipart_upload", upload),
            get_url=self._signed("get_object", where),
            delete_url=self._signed("delete_object", where),
        )

    def download_url(self, name: str) -> str:
        """Return an address at which anybody may fetch a file for an hour."""
        return self._signed("get_object", {"Bucket": self.bucket_name, "Key": name}, seconds=DOWNLOAD_TIME)

    def uploaded_size(self, upload: str) -> int:
        """Return the bytes of what Workhorse has uploaded.

        Raises:
            UnknownUpload: nothing was uploaded under this name.
        """
        with _reported():
            return self.client.head_object(Bucket=self.bucket_name, Key=_key(upload))["ContentLength"]

    def adopt(self, upload: str, name: str, size: int) -> None:
        """Copy an upload to its place, inside the store; in parts where it is large."""
        source = {"Bucket": self.bucket_name, "Key": _key(upload)}
        with _reported():
            self.client.copy(source, self.bucket_name, name, Config=_COPY)  # type: ignore[arg-type] # its own form

    def discard(self, upload: str) -> None:
        """Remove an upload that is not wanted; Workhorse does so too."""
        with _reported():
            self.client.delete_object(Bucket=self.bucket_name, Key=_key(upload))

    def keep_empty(self, name: str) -> None:
        """Make ``name`` an empty file."""
        with _reported():
            self.client.put_object(Bucket=self.bucket_name, Key=name, Body=b"")

    def files(self) -> Iterator[Kept]:
        """List the files of objects."""
        return (kept for kept in self._listed("") if not kept.name.startswith("tmp/"))

    def remove(self, name: str, *, before: datetime) -> bool:
        """Remove a file, unless somebody has written it since a moment: each upload writes it anew."""
        with _reported():
            try:
                found = self.client.head_object(Bucket=self.bucket_name, Key=name)
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return False
                raise
            if found["LastModified"] >= before:
                return False
            self.client.delete_object(Bucket=self.bucket_name, Key=name)
        return True

    def leftovers(self, *, before: datetime) -> Iterator[str]:
        """List uploads of before a moment that nobody has finished: whole ones, and those in parts."""
        yield from (kept.name for kept in self._listed(PREFIX) if kept.modified < before)
        with _reported():
            # Without a prefix: MinIO takes it for the whole key.
            pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket_name)
            for page in pages:
                for upload in page.get("Uploads", []):
                    if upload["Key"].startswith(PREFIX) and _begun(upload["Key"]) < before:
                        yield f"{upload['Key']}?uploadId={upload['UploadId']}"

    def remove_leftover(self, name: str) -> None:
        """Remove one of those."""
        key, _, upload = name.partition("?uploadId=")
        with _reported():
            if upload:
                self.client.abort_multipart_upload(Bucket=self.bucket_name, Key=key, UploadId=upload)
            else:
                self.client.delete_object(Bucket=self.bucket_name, Key=key)

    def reach(self) -> None:
        """Find out whether the bucket is there.

        Raises:
            StoreUnavailable: it is not.
        """
        with _reported():
            self.client.list_objects_v2(Bucket=self.bucket_name, MaxKeys=1)

    def _listed(self, prefix: str) -> Iterator[Kept]:
        with _reported():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=prefix
            )
            for page in pages:
                for found in page.get("Contents", []):
                    yield Kept(found["Key"], found["Size"], found["LastModified"].astimezone(UTC))

    def _signed(self, operation: str, params: dict[str, Any], *, seconds: int = UPLOAD_TIME + GRACE) -> str:
        return self.client.generate_presigned_url(operation, Params=params, ExpiresIn=seconds)


def _parts(size: int) -> tuple[int, int]:
    """Return how many parts an upload has, and how large each of them is but the last."""
    number = min(max(-(-size // LEAST_PART), 1), MOST_PARTS)
    return number, max(-(-size // number // LEAST_PART), 1) * LEAST_PART


def _config(addressing_style: Any) -> Config:
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": addressing_style},
        connect_timeout=3,
        read_timeout=10,
        retries={"total_max_attempts": 2, "mode": "standard"},
        # Many stores of the kind do not know the checksums that Amazon's has had since 2025.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _key(upload: str) -> str:
    if not upload or "/" in upload:
        raise UnknownUpload(upload)
    return PREFIX + upload


def _begun(key: str) -> datetime:
    """Return when an upload in parts was begun, by its own name: not every store remembers it."""
    seconds = key.removeprefix(PREFIX).partition("-")[0]
    return datetime.fromtimestamp(int(seconds) if seconds.isdecimal() else 0, UTC)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in _ABSENT:
            raise UnknownUpload(code) from error
        if code in _FULL:
            raise StoreFull(code) from error
        raise StoreUnavailable(code) from error
    except (BotoCoreError, Boto3Error) as error:
        raise StoreUnavailable(type(error).__name__) from error
