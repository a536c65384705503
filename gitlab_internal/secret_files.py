"""Secrets shared with other programs live in files; during a rotation the previous file counts too."""

import base64
import binascii
import hmac
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


class SecretFile:
    """One secret file, read again whenever it changes on disk.

    A missing, empty or blank file holds no secret: it authenticates nobody.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int, int] | None = None
        self._content = b""

    def content(self) -> bytes:
        """Return the bytes of the file as they are, or ``b""`` when there is none."""
        try:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp != self._stamp:
                content = self.path.read_bytes()
                # Somebody who guesses a line end must not get in.
                self._content = content if content.strip() else b""
                self._stamp = stamp
        except OSError:
            return b""
        return self._content


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
    """Write a secret file in one step, private from the start; a reader sees the old or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def without_line_end(content: bytes) -> bytes:
    r"""Remove one trailing ``\n``, ``\r\n`` or ``\r``."""
    if content.endswith(b"\r\n"):
        return content[:-2]
    if content.endswith((b"\n", b"\r")):
        return content[:-1]
    return content


def equals_any(offered: bytes, secrets: list[bytes]) -> bool:
    """Compare with every secret in constant time, without leaving early."""
    if not offered:
        return False
    matches = [hmac.compare_digest(offered, secret) for secret in secrets if secret]
    return any(matches)


KAS_KEY_LENGTH = 32  # bytes


class MalformedSecret(ValueError):
    """The content of a secret file does not have the form that its component needs."""


def kas_key(content: bytes) -> bytes:
    """Return the signing key that the content of kas's secret file stands for: strict Base64 of 32 bytes.

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
    if len(key) != KAS_KEY_LENGTH:
        raise MalformedSecret(f"Base64 of {len(key)} bytes instead of {KAS_KEY_LENGTH}")
    return key
