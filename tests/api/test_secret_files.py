"""Secret files are read when they change, and hold a secret or none."""

import errno
import os
from pathlib import Path

import pytest

from apps.core import secret_files
from apps.core.secret_files import SecretFile, equal, without_line_end


def test_the_content_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b" s3cret\r\n")

    assert SecretFile(tmp_path / "secret").content() == b" s3cret\r\n"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"first")
    file = SecretFile(path)
    assert file.content() == b"first"

    path.write_bytes(b"second one")

    assert file.content() == b"second one"


def test_an_unchanged_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"first")
    file = SecretFile(path)
    file.content()

    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read again"))

    assert file.content() == b"first"


def test_a_file_that_vanishes_and_returns_counts_again(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"first")
    file = SecretFile(path)
    assert file.content() == b"first"

    path.rename(tmp_path / "aside")
    assert file.content() == b""

    (tmp_path / "aside").rename(path)
    assert file.content() == b"first"


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t"])
def test_an_empty_or_blank_file_holds_no_secret(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)

    assert SecretFile(tmp_path / "secret").content() == b""


def test_a_folder_holds_no_secret(tmp_path: Path) -> None:
    assert SecretFile(tmp_path).content() == b""


def test_a_pair_gives_the_current_secret_first_and_leaves_out_what_is_missing(tmp_path: Path) -> None:
    current, previous = tmp_path / "secret", tmp_path / "previous"
    pair = secret_files.pair(current, previous)
    assert pair.contents() == []

    previous.write_bytes(b"old")
    assert pair.contents() == [b"old"]

    current.write_bytes(b"new")
    assert pair.contents() == [b"new", b"old"]
    assert secret_files.pair(current, previous) is pair


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"s\n", b"s"),
        (b"s\r\n", b"s"),
        (b"s\r", b"s"),
        (b"s\n\n", b"s\n"),
        (b"s\n\r", b"s\n"),
        (b"s ", b"s "),
        (b"\n", b""),
        (b"", b""),
    ],
)
def test_one_line_end_is_taken_off(content: bytes, expected: bytes) -> None:
    assert without_line_end(content) == expected


def test_nothing_equals_no_secret() -> None:
    assert equal(b"", [b""]) is None
    assert equal(b"\n", [b"\n"]) is None
    assert equal(b"", []) is None
    assert equal(b"s", [b"", b"t"]) is None


def test_the_secret_that_was_offered_is_told_whatever_their_line_ends() -> None:
    assert equal(b"s\r\n", [b"t", b"s\n"]) == b"s\n"


def test_a_replaced_file_is_private_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(0o644)

    secret_files.replace(path, b"new")

    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_goes_on_leading_to_the_secret(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_bytes(b"old")

    secret_files.replace(tmp_path / "link", b"new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "secret").read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_replaces_still_belongs_to_its_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 1234, 1234)

    secret_files.replace(tmp_path / "secret", b"new")

    status = (tmp_path / "secret").stat()
    assert (status.st_uid, status.st_gid) == (1234, 1234)


def test_what_cannot_be_written_leaves_the_old_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        secret_files.replace(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
