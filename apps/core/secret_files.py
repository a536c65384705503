"""Secrets shared with other programs live in files; during a rotation the previous file counts too."""

import base64
import binascii
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


class SecretFile:
    """One secret file, read again whenever it changes on disk.

    A missing, empty or blank file holds no secret: it authenticates nobody.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # Stamp and content, replaced together: threads read and write them at any moment.
        self._seen: tuple[tuple[int, int, int] | None, bytes] = (None, b"")

    def content(self) -> bytes:
        """Return the bytes of the file as they are, or ``b""`` when there is none."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 -- asked several times a request, and twice as fast
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            seen, content = self._seen
            if stamp != seen:
                content = self.path.read_bytes()
                # Somebody who guesses a line end must not get in.
                content = content if content.strip() else b""
                self._seen = (stamp, content)
        except OSError:
            return b""
        return content


@dataclass(frozen=True, slots=True)
class SecretPair:
    """The current and the previous secret of one component."""

    current: SecretFile
    previous: SecretFile

    def contents(self) -> list[bytes]:
        """Return every live secret, raw, the current one first."""
        return [content for file in (self.current, self.previous) if (content := file.content())]


_pairs: dict[tuple[Path, Path], SecretPair] = {}


def pair(current: Path, previous: Path) -> SecretPair:
    """Return the pair of these two paths; its file contents are cached for the process."""
    key = (current, previous)
    if key not in _pairs:
        _pairs[key] = SecretPair(SecretFile(current), SecretFile(previous))
    return _pairs[key]


def replace(path: Path, content: bytes) -> None:
    """Write a secret file in one step, private from the start; a reader sees the old or the new one.

    A new file belongs to the owner of its folder, an old one to whom it belonged: the user who runs the
    instance can read what root has written.
    """
    path = path.resolve()  # a link goes on leading to the secret
    owner = path.stat() if path.exists() else path.parent.stat()
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            if os.geteuid() == 0:
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Let the renaming outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def without_line_end(content: bytes) -> bytes:
    r"""Remove one trailing ``\n``, ``\r\n`` or ``\r``."""
    if content.endswith(b"\r\n"):
        return content[:-2]
    if content.endswith((b"\n", b"\r")):
        return content[:-1]
    return content


def equal(offered: bytes, live: Iterable[bytes]) -> bytes | None:
    """Return the secret that was offered, its line end apart; all are compared, each in constant time."""
    bare = without_line_end(offered)
    matches = [secret for secret in live if hmac.compare_digest(bare, without_line_end(secret))]
    return matches[0] if bare and matches else None


SIGNING_KEY_LENGTH = 32  # bytes; of kas and of Workhorse


class MalformedSecret(ValueError):
    """The content of a secret file does not have the form that its component needs."""


def new_shell_secret() -> bytes:
    """Return 32 lower-case hex characters, as GitLab generates it, and a line end."""
    return f"{secrets.token_hex(16)}\n".encode()


def new_signing_secret() -> bytes:
    """Return strict Base64 of 32 random bytes, with which kas or Workhorse signs, and a line end."""
    return base64.b64encode(secrets.token_bytes(SIGNING_KEY_LENGTH)) + b"\n"


@lru_cache(maxsize=16)
def signing_key(content: bytes) -> bytes:
    """Return the key that the content of a secret file stands for: strict Base64 of 32 bytes.

    Raises:
        MalformedSecret: it stands for no such key.
    """
    text = without_line_end(content)
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise MalformedSecret("not Base64") from error
    if base64.b64encode(key) != text:
        raise MalformedSecret("not strict Base64")
    if len(key) != SIGNING_KEY_LENGTH:
        raise MalformedSecret(f"Base64 of {len(key)} bytes instead of {SIGNING_KEY_LENGTH}")
    return key
