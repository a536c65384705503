"""Reading OpenSSH public keys: one line of ``type blob [comment]``, as people paste it.

The cryptography library decides whether a key is sound. Fingerprints are digests of the blob as OpenSSH
encodes it, which is right for every type, hardware-backed ones included. The layout of blobs is that of
RFC 4253 section 6.6, RFC 5656, RFC 8709 and OpenSSH's PROTOCOL.u2f.
"""

import base64
import hashlib
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from cryptography.utils import CryptographyDeprecationWarning

MAX_LENGTH = 5000  # characters of a whole line
ED25519_BITS = 256

# OpenSSH's algorithm name -> the technology whose restriction applies to it.
TECHNOLOGY = {
    "ssh-rsa": "rsa",
    "ssh-dss": "dsa",
    "ecdsa-sha2-nistp256": "ecdsa",
    "ecdsa-sha2-nistp384": "ecdsa",
    "ecdsa-sha2-nistp521": "ecdsa",
    "ssh-ed25519": "ed25519",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ecdsa_sk",
    "sk-ssh-ed25519@openssh.com": "ed25519_sk",
}
# How many strings the blob of each algorithm holds behind its name.
_PARTS = {
    "ssh-rsa": 2,
    "ssh-dss": 4,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "ssh-ed25519": 1,
    "sk-ecdsa-sha2-nistp256@openssh.com": 3,
    "sk-ssh-ed25519@openssh.com": 2,
}
_OF_NUMBERS = frozenset({"ssh-rsa", "ssh-dss"})
_WITHOUT_HARDWARE = {
    "sk-ecdsa-sha2-nistp256@openssh.com": "ecdsa-sha2-nistp256",
    "sk-ssh-ed25519@openssh.com": "ssh-ed25519",
}
_FIRST_WORDS = [[algorithm] for algorithm in TECHNOLOGY]
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
INVALID = "This is not a valid SSH public key."


class InvalidPublicKey(ValueError):
    """The text is not a public key that can be stored; the message says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A sound public key."""

    algorithm: str
    blob: bytes
    comment: str
    bits: int

    @property
    def line(self) -> str:
        """``type blob [comment]``, one line."""
        encoded = base64.b64encode(self.blob).decode()
        return " ".join(filter(None, (self.algorithm, encoded, self.comment)))

    @property
    def fingerprint_sha256(self) -> str:
        """SHA-256 of the blob, standard Base64 without padding, without ``SHA256:``."""
        return fingerprint_sha256(self.blob)

    @property
    def fingerprint_md5(self) -> str:
        """MD5 of the blob as colon-separated hex pairs."""
        return hashlib.md5(self.blob, usedforsecurity=False).digest().hex(":")


def fingerprint_sha256(blob: bytes) -> str:
    """SHA-256 of a key's blob, standard Base64 without padding."""
    return base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse(text: str) -> PublicKey:
    """Read one public key; line breaks within it, tabs between its parts and any comment are fine.

    Raises:
        InvalidPublicKey: it is none, of an unknown algorithm, too long, or there are several.
    """
    given = text.strip().removeprefix(BYTE_ORDER_MARK)
    _refuse_other_formats(given)
    if len(given) > MAX_LENGTH:
        raise InvalidPublicKey(f"A key has at most {MAX_LENGTH} characters.")
    algorithm, *rest = given.split(maxsplit=1)[:2] or [""]
    if algorithm not in TECHNOLOGY:
        raise InvalidPublicKey(f"Must start with one of: {', '.join(TECHNOLOGY)}.")
    encoded, comment = _blob_and_comment(algorithm, rest[0] if rest else "")
    try:
        parts = _parts(base64.b64decode(encoded, validate=True))
    except ValueError as error:  # not Base64, or not even ASCII
        raise InvalidPublicKey("The key is not Base64, or its end is missing.") from error
    if parts[0] != algorithm.encode() or len(parts) != 1 + _PARTS[algorithm]:
        raise InvalidPublicKey(INVALID)
    return PublicKey(algorithm, _as_openssh_writes_it(algorithm, parts), comment, _bits(algorithm, parts))


def is_private(text: str) -> bool:
    """Whether somebody has pasted a private key, which nobody may see again."""
    return "PRIVATE KEY" in text or "PuTTY-User-Key-File" in text


def _refuse_other_formats(text: str) -> None:
    if is_private(text):
        raise InvalidPublicKey("This is a private key: never paste it anywhere. Use the .pub file beside it.")
    if "\0" in text or text[:2] in {"\xff\xfe", "\xfe\xff"}:
        raise InvalidPublicKey("This is UTF-16: save the file as UTF-8.")
    if "BEGIN SSH2 PUBLIC KEY" in text:
        raise InvalidPublicKey("This is the format of RFC 4716: `ssh-keygen -i -f FILE` converts it.")
    if "PUBLIC KEY-----" in text:
        raise InvalidPublicKey("This is PEM: `ssh-keygen -i -m PKCS8 -f FILE` converts it.")
    keys = [line for line in text.splitlines() if line.split(maxsplit=1)[:1] in _FIRST_WORDS]
    if len(keys) > 1:
        raise InvalidPublicKey(f"These are {len(keys)} keys: add one at a time.")


def _blob_and_comment(algorithm: str, text: str) -> tuple[str, str]:
    """Join a blob that was pasted over several lines; what follows it is the comment, on one line."""
    encoded = ""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        word, *comment = line.split(maxsplit=1) or [""]
        encoded += word
        if comment or _is_whole(algorithm, encoded):
            return encoded, _on_one_line(" ".join([*comment, *lines[number + 1 :]]))
    return encoded, ""


def _on_one_line(comment: str) -> str:
    return "".join(character if character.isprintable() else " " for character in comment).strip()


def _is_whole(algorithm: str, encoded: str) -> bool:
    try:
        return len(_parts(base64.b64decode(encoded, validate=True))) == 1 + _PARTS[algorithm]
    except ValueError:
        return False


def _parts(blob: bytes) -> list[bytes]:
    """Return the strings of a blob, each of which stands behind its length.

    Raises:
        ValueError: the last is cut off.
    """
    return list(_each_part(blob)) or [b""]


def _each_part(blob: bytes) -> Iterator[bytes]:
    while blob:
        if len(blob) < 4 or len(blob) - 4 < (length := struct.unpack(">I", blob[:4])[0]):
            raise ValueError("the end is missing")
        yield blob[4 : 4 + length]
        blob = blob[4 + length :]


def _joined(parts: list[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def _as_openssh_writes_it(algorithm: str, parts: list[bytes]) -> bytes:
    """Encode the key anew: a number has no zeros before it but the one that keeps it from being negative."""
    if algorithm in _OF_NUMBERS:
        numbers = [part.lstrip(b"\0") for part in parts[1:]]
        parts = [parts[0], *(b"\0" + part if part[:1] >= b"\x80" else part for part in numbers)]
    return _joined(parts)


def _bits(algorithm: str, parts: list[bytes]) -> int:
    """Return the key's length in bits, once the library has found it sound.

    A key in hardware is one of another algorithm with the application that it is for, which is any text; the
    library would take only those that begin with ``ssh:``.
    """
    if plain := _WITHOUT_HARDWARE.get(algorithm):
        algorithm, parts = plain, [plain.encode(), *parts[1:-1]]
    encoded = base64.b64encode(_joined(parts))
    try:
        with warnings.catch_warnings():
            # DSA is old, and whether it may be used is this instance's setting.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            key = load_ssh_public_key(algorithm.encode() + b" " + encoded)
    except (ValueError, UnsupportedAlgorithm, NotImplementedError) as error:  # the last: a compressed point
        raise InvalidPublicKey(INVALID) from error
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey):
        return key.key_size
    return ED25519_BITS
