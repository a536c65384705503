"""Reading OpenSSH public keys: one line of ``type blob [comment]``.

The cryptography library decides whether a key is sound. Fingerprints are digests of the blob, which is right
for every type, hardware-backed ones included.
"""

import base64
import hashlib
import warnings
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
    """Read one public key.

    Raises:
        InvalidPublicKey: it is none, of an unknown algorithm, too long, or has several lines.
    """
    line = text.strip()
    if len(line) > MAX_LENGTH:
        raise InvalidPublicKey(f"A key has at most {MAX_LENGTH} characters.")
    if any(not character.isprintable() for character in line):
        raise InvalidPublicKey("A key is one line.")
    algorithm, _, rest = line.partition(" ")
    encoded, _, comment = rest.strip().partition(" ")
    if algorithm not in TECHNOLOGY:
        raise InvalidPublicKey(f"Must start with one of: {', '.join(TECHNOLOGY)}.")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except ValueError as error:  # not Base64, or not even ASCII
        raise InvalidPublicKey("The key is not Base64.") from error
    return PublicKey(algorithm, blob, comment.strip(), _bits(algorithm, encoded))


def _bits(algorithm: str, encoded: str) -> int:
    """Return the key's length in bits, once the library has found it sound."""
    try:
        with warnings.catch_warnings():
            # DSA is old, and whether it may be used is this instance's setting.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            key = load_ssh_public_key(f"{algorithm} {encoded}".encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidPublicKey("This is not a valid SSH public key.") from error
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey):
        return key.key_size
    return ED25519_BITS
