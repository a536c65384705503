"""Public keys of every algorithm, made here and good for nothing."""

import base64
import struct
from functools import cache

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# The blob that the contract gives as a check vector, and its fingerprint.
VECTOR = (
    "AAAAB3NzaC1yc2EAAAABJQAAAIEAiPWx6WM4lhHNedGfBpPJNPpZ7yKu+dnn1SJejgt4596k6YjzGGphH2TUxwKzxcKDKKezwkpfnxPk"
    "SMkuEspGRt/aZZ9wa++Oi7Qkr8prgHc4soW6NUlfDzpvZK2H5E7eQaSeP3SAwGmQKUFHCddNaP0L+hM7zhFNzjFvpaMgJw0="
)
VECTOR_FINGERPRINT = "MQHWhS9nhzUezUdD42ytxubZoBKrZLbyBZzxCkmnxXc"

PublicKey = rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
CURVES = {
    "ecdsa-sha2-nistp256": ec.SECP256R1(),
    "ecdsa-sha2-nistp384": ec.SECP384R1(),
    "ecdsa-sha2-nistp521": ec.SECP521R1(),
}


@cache
def line(algorithm: str) -> str:
    """Return the line of a key of this algorithm, without a comment."""
    if algorithm == "ssh-rsa":
        return _encoded(rsa.generate_private_key(65537, 2048).public_key())
    if algorithm == "ssh-dss":
        return _encoded(dsa.generate_private_key(1024).public_key())  # noqa: S505 -- the only length OpenSSH had
    if algorithm == "ssh-ed25519":
        return _encoded(ed25519.Ed25519PrivateKey.generate().public_key())
    if algorithm in CURVES:
        return _encoded(ec.generate_private_key(CURVES[algorithm]).public_key())
    return of_hardware(algorithm)


def _encoded(key: PublicKey) -> str:
    if isinstance(key, dsa.DSAPublicKey):
        return _of_dsa(key)
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _of_dsa(key: dsa.DSAPublicKey) -> str:
    numbers = key.public_numbers()
    parts = numbers.parameter_numbers
    values = [_number(value) for value in (parts.p, parts.q, parts.g, numbers.y)]
    return _line("ssh-dss", *values)


def of_hardware(algorithm: str, application: bytes = b"ssh:") -> str:
    """Add what a hardware key has more: the application it is for."""
    if algorithm == "sk-ssh-ed25519@openssh.com":
        point = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        return _line(algorithm, point, application)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _line(algorithm, b"nistp256", point, application)


def _line(algorithm: str, *parts: bytes) -> str:
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (algorithm.encode(), *parts))
    return f"{algorithm} {base64.b64encode(blob).decode()}"


def _number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")
