"""Reading public keys."""

import base64
import re
import shutil
import subprocess

import pytest

from apps.ssh_keys import public_keys
from apps.ssh_keys.public_keys import InvalidPublicKey
from tests.factories.ssh_keys import ed25519_line
from tests.ssh_keys.public_halves import VECTOR, VECTOR_FINGERPRINT, line, of_hardware

ALGORITHMS = {
    "ssh-rsa": 2048,
    "ssh-dss": 1024,
    "ecdsa-sha2-nistp256": 256,
    "ecdsa-sha2-nistp384": 384,
    "ecdsa-sha2-nistp521": 521,
    "ssh-ed25519": 256,
    "sk-ecdsa-sha2-nistp256@openssh.com": 256,
    "sk-ssh-ed25519@openssh.com": 256,
}
ED25519 = ed25519_line(1)
BLOB = ED25519.split(" ")[1]


@pytest.mark.parametrize(("algorithm", "bits"), ALGORITHMS.items())
def test_every_algorithm_is_read(algorithm: str, bits: int) -> None:
    text = line(algorithm)

    key = public_keys.parse(text)

    assert (key.algorithm, key.bits, key.comment) == (algorithm, bits, "")
    assert key.line == text


def test_the_fingerprints_are_digests_of_the_blob() -> None:
    key = public_keys.parse(f"ssh-rsa {VECTOR} dummy@gitlab.com")

    assert key.fingerprint_sha256 == VECTOR_FINGERPRINT
    assert key.bits == 1024
    assert [len(pair) for pair in key.fingerprint_md5.split(":")] == [2] * 16


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"{ED25519} rubi@example.com", f"{ED25519} rubi@example.com"),
        (f"  {ED25519}   rubi@example.com  (work) \n", f"{ED25519} rubi@example.com  (work)"),
        (f"ssh-ed25519   {BLOB}", ED25519),
        (f"{ED25519}\r\n", ED25519),
        (f"{ED25519} \N{SNOWMAN}", f"{ED25519} \N{SNOWMAN}"),
        (f"{ED25519} \N{LINE SEPARATOR}x", f"{ED25519} x"),
        (f"{ED25519} \x07bell\udc80", f"{ED25519} bell"),
        (f"ssh-ed25519\t{BLOB}\tme\tat work", f"{ED25519} me at work"),
        (f"\N{ZERO WIDTH NO-BREAK SPACE}{ED25519}", ED25519),
        (f"ssh-ed25519\n{BLOB}\n", ED25519),
        (f"ssh-ed25519 {BLOB[:20]}\r\n{BLOB[20:40]}\n  {BLOB[40:]} me", f"{ED25519} me"),
        (f"ssh-ed25519 {BLOB[:20]}\n{BLOB[20:]}\nme and you", f"{ED25519} me and you"),
    ],
)
def test_a_comment_is_kept_and_surrounding_space_is_not(text: str, read: str) -> None:
    assert public_keys.parse(text).line == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ssh-ed25519",
        "ssh-ed25519 ",
        BLOB,
        f"ssh-rsa {BLOB}",
        f"ssh-ed448 {BLOB}",
        f"SSH-ED25519 {BLOB}",
        f"ssh-ed25519 {BLOB[:-4]}",
        f"ssh-ed25519 {BLOB[:-1]}",
        f"ssh-ed25519 {BLOB}!",
        "ssh-ed25519 \N{SNOWMAN}",
        f"ssh-ed25519 {base64.b64encode(b'x').decode()}",
        f"ssh-ed25519 {base64.b64encode(base64.b64decode(BLOB) + b'x').decode()}",
        f"{ED25519}\n{ED25519}",
        f"{ED25519} a\nssh-rsa",
        f"{ED25519} \0",
        f"{ED25519} {'x' * 5000}",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        f'command="x" {ED25519}',
    ],
    ids=lambda text: repr(text[-24:]),
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidPublicKey):
        public_keys.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
            "This is a private key: never paste it",
        ),
        ("PuTTY-User-Key-File-3: ssh-ed25519", "This is a private key"),
        (f"{ED25519} a\n{ED25519} b\n", "These are 2 keys: add one at a time."),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "This is the format of RFC 4716: `ssh-keygen -i -f FILE`"),
        ("-----BEGIN RSA PUBLIC KEY-----\nAAAA", "This is PEM: `ssh-keygen -i -m PKCS8 -f FILE`"),
        ("\xff\xfe" + "\0".join(ED25519), "This is UTF-16: save the file as UTF-8."),
        (f"ssh-ed25519 {BLOB[:-8]}", "The key is not Base64, or its end is missing."),
    ],
)
def test_a_refusal_says_why(text: str, why: str) -> None:
    with pytest.raises(InvalidPublicKey, match=f"^{re.escape(why)}"):
        public_keys.parse(text)


@pytest.mark.parametrize("algorithm", ["sk-ecdsa-sha2-nistp256@openssh.com", "sk-ssh-ed25519@openssh.com"])
@pytest.mark.parametrize("application", [b"", b"example.com", b"https://example.com", b"ssh:work", b"\xff"])
def test_a_hardware_key_is_for_any_application(algorithm: str, application: bytes) -> None:
    text = of_hardware(algorithm, application)

    key = public_keys.parse(text)

    assert key.line == text
    assert key.fingerprint_sha256 == fingerprint_of_openssh(text)


@pytest.mark.parametrize("algorithm", ["ssh-rsa", "ssh-dss"])
def test_a_number_is_stored_as_openssh_encodes_it(algorithm: str) -> None:
    text = line(algorithm)
    parts = public_keys._parts(base64.b64decode(text.split(" ")[1]))
    padded = public_keys._joined([parts[0], *(b"\0" + part for part in parts[1:])])

    key = public_keys.parse(f"{algorithm} {base64.b64encode(padded).decode()}")

    assert key.line == text
    assert key.fingerprint_sha256 == public_keys.parse(text).fingerprint_sha256


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS.keys() - {"ssh-dss"}))
def test_fingerprints_are_those_of_openssh(algorithm: str) -> None:
    assert public_keys.parse(line(algorithm)).fingerprint_sha256 == fingerprint_of_openssh(line(algorithm))


def fingerprint_of_openssh(text: str) -> str:
    if not (program := shutil.which("ssh-keygen")):
        pytest.skip("OpenSSH's ssh-keygen is not installed")
    printed = subprocess.run([program, "-lf", "-"], input=text, capture_output=True, text=True, check=True)
    return printed.stdout.split(" ")[1].removeprefix("SHA256:")


def test_a_key_may_have_5000_characters() -> None:
    comment = "x" * (5000 - len(ED25519) - 1)

    key = public_keys.parse(f"{ED25519} {comment}")

    assert len(key.line) == 5000
