#!/usr/bin/env bash
# cryptography's load_ssh_public_key and OpenSSH differ about which public keys are keys.
#
# Seen with cryptography 50.0.2 and OpenSSH 9.2p1:
# - A hardware key for the application `example.com`, which `ssh-keygen -O application=` makes and sshd takes, is
#   no key for cryptography: it wants an application that begins with `ssh:`.
# - An RSA key whose modulus has one more zero byte before it is the same key for both, but a digest of the bytes
#   as given differs from the fingerprint that OpenSSH prints, for OpenSSH encodes the number anew.
#
# Needs python3 with venv, pip and ssh-keygen; ends with 1 when the behaviour is another one.
set -euo pipefail
VERSION=50.0.2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v ssh-keygen >/dev/null || { echo "ssh-keygen is missing"; exit 2; }
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "cryptography==$VERSION"
"$folder/venv/bin/python" - <<'PYTHON'
import base64, hashlib, struct, subprocess
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_ssh_public_key


def line(kind, *parts):
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (kind, *parts))
    return kind + b" " + base64.b64encode(blob)


def openssh(key):
    printed = subprocess.run(["ssh-keygen", "-lf", "-"], input=key, capture_output=True, check=True).stdout
    return printed.split()[1].decode()


def digest(key):
    blob = base64.b64decode(key.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def cryptography_takes(key):
    try:
        load_ssh_public_key(key)
    except ValueError as error:
        return f"refused: {error}"
    return "taken"


point = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
for application in (b"ssh:", b"ssh:work", b"example.com", b""):
    key = line(b"sk-ssh-ed25519@openssh.com", point, application)
    same = openssh(key) == digest(key)
    print(f"application {application.decode()!r}: OpenSSH takes it, cryptography: {cryptography_takes(key)}")
    assert same
    assert (cryptography_takes(key) == "taken") == application.startswith(b"ssh:")

numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
exponent = numbers.e.to_bytes(3, "big")
modulus = b"\0" + numbers.n.to_bytes(256, "big")
plain, padded = line(b"ssh-rsa", exponent, modulus), line(b"ssh-rsa", exponent, b"\0" + modulus)
print(f"RSA with one more zero byte: cryptography: {cryptography_takes(padded)}")
print(f"  fingerprint by OpenSSH is that of the key without it: {openssh(padded) == digest(plain)}")
print(f"  digest of the bytes as given is the same: {digest(padded) == openssh(padded)}")
assert cryptography_takes(padded) == "taken"
assert openssh(padded) == openssh(plain) == digest(plain) != digest(padded)
PYTHON
