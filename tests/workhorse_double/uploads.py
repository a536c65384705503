"""An LFS upload: the body goes to the disk or to the object storage, the service gets a form about it."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ALGORITHMS = ("md5", "sha1", "sha256", "sha512")


class Refused(Exception):
    """The upload ends here; ``status`` is what the client gets."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Upload:
    """One body on its way, hashed and counted."""

    answer: dict[str, Any]
    new: bool
    size: int = 0
    path: str = ""
    hashes: dict[str, Any] = field(default_factory=lambda: {name: hashlib.new(name) for name in ALGORITHMS})

    def chunks(self, body: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the body, and stop one that is longer than it may be."""
        limit = self.answer.get("maximumsize") or 0
        for chunk in body:
            self.size += len(chunk)
            if limit and self.size > limit:
                raise Refused(413 if self.new else 500)
            for digest in self.hashes.values():
                digest.update(chunk)
            yield chunk

    def check(self) -> None:
        """Compare with what was promised, as only the old generation does."""
        promised = (self.answer.get("lfssize"), self.answer.get("lfsoid"))
        if not self.new and promised != (self.size, self.hashes["sha256"].hexdigest()):
            raise Refused(500)

    def fields(self) -> dict[str, str]:
        """Return what the service is told about the body, without the prefix of the form."""
        remote = self.answer.get("remoteobject") or {}
        return {
            "path": self.path,
            "name": "upload" if self.new else str(self.answer.get("lfsoid", "")),
            "size": str(self.size),
            **{name: digest.hexdigest() for name, digest in self.hashes.items()},
            "remote_id": remote.get("ID", ""),
            "remote_url": remote.get("GetURL", ""),
        }


@contextmanager
def kept(answer: dict[str, Any], body: Iterator[bytes], *, new: bool) -> Iterator[Upload]:
    """Keep the body where the answer says, and remove it when the request ends, however it ends.

    Raises:
        Refused: the answer names no place, or the body is not what was promised.
    """
    remote = answer.get("remoteobject") or {}
    if bool(answer.get("temppath")) == bool(remote.get("ID")):
        raise Refused(500)
    upload = Upload(answer, new)
    keep = _on_disk if answer.get("temppath") else _in_store
    with keep(upload, body):
        upload.check()
        yield upload


@contextmanager
def _on_disk(upload: Upload, body: Iterator[bytes]) -> Iterator[None]:
    folder = Path(upload.answer["temppath"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    prefix = "gitlab-workhorse-upload" if upload.new else str(upload.answer.get("lfsoid", ""))
    descriptor, upload.path = tempfile.mkstemp(dir=folder, prefix=prefix)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in upload.chunks(body):
                file.write(chunk)
        yield
    finally:
        with suppress(FileNotFoundError):
            Path(upload.path).unlink()


@contextmanager
def _in_store(upload: Upload, body: Iterator[bytes]) -> Iterator[None]:
    remote = upload.answer["remoteobject"]
    parts, data = remote["MultipartUpload"], b"".join(upload.chunks(body))
    size, tags = parts["PartSize"], []
    pieces = [data[start : start + size] for start in range(0, max(len(data), 1), size)]
    if len(pieces) > len(parts["PartURLs"]):
        _call("DELETE", parts["AbortURL"])
        raise Refused(413 if upload.new else 500)
    for piece, url in zip(pieces, parts["PartURLs"], strict=False):
        tags.append(_call("PUT", url, piece, remote.get("PutHeaders")))
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        for number, tag in enumerate(tags, 1)
    )
    whole = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
    _call("POST", parts["CompleteURL"], whole.encode())
    try:
        yield
    finally:
        if remote.get("DeleteURL"):
            _call("DELETE", remote["DeleteURL"])


def _call(method: str, url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> str:
    request = Request(url, data=data, method=method, headers=headers or {})  # noqa: S310 -- the store's
    if data is not None:
        request.add_header("Content-Type", "")  # none: a signature may not cover it
    with urlopen(request, timeout=60) as response:  # noqa: S310
        return response.headers.get("ETag") or ""
