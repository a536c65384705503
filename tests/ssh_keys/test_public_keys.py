"""Reading public keys."""

import base64

import pytest

from apps.ssh_keys import public_keys
from apps.ssh_keys.public_keys import InvalidPublicKey
from tests.factories.ssh_keys import ed25519_line
from tests.ssh_keys.public_halves import VECTOR, VECTOR_FINGERPRINT, line

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
        f"{ED25519} \N{LINE SEPARATOR}x",
        f"{ED25519} {'x' * 5000}",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        f'command="x" {ED25519}',
    ],
    ids=lambda text: repr(text[-24:]),
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidPublicKey):
        public_keys.parse(text)


def test_a_key_may_have_5000_characters() -> None:
    comment = "x" * (5000 - len(ED25519) - 1)

    key = public_keys.parse(f"{ED25519} {comment}")

    assert len(key.line) == 5000
