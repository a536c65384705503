"""Files on disk: moved into their place whole, and never by the word of a stranger."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.git_access.lfs.stores import InsecurePath, StoreFull, StoreUnavailable
from apps.git_access.models.lfs import name_of

NAME = name_of("ab" * 32)
DAY = timedelta(days=1)


def upload(local: Any, body: bytes = b"the bytes", name: str = "upload1") -> Path:
    local.uploads.mkdir(parents=True, exist_ok=True)
    path: Path = local.uploads / name
    path.write_bytes(body)
    return path


def age(path: Path, by: timedelta) -> None:
    then = (datetime.now(UTC) - by).timestamp()
    os.utime(path, (then, then))


def content(local: Any) -> bytes:
    with local.open(NAME) as file:
        found: bytes = file.read()
        return found


def everything(local: Any) -> list[str]:
    return sorted(str(path.relative_to(local.root)) for path in local.root.rglob("*") if path.is_file())


def test_an_upload_becomes_the_file(local: Any) -> None:
    path = upload(local)

    assert local.uploaded_size(str(path)) == 9
    local.adopt(str(path), NAME, 9)

    assert everything(local) == [NAME]
    assert content(local) == b"the bytes"
    assert local.size_of(NAME) == 9


def test_a_file_that_is_there_stays_and_is_as_young_as_the_upload(local: Any) -> None:
    local.adopt(str(upload(local)), NAME, 9)
    kept = local.root / NAME
    age(kept, 3 * DAY)
    before = kept.stat()

    local.adopt(str(upload(local)), NAME, 9)

    assert kept.stat().st_ino == before.st_ino
    assert kept.stat().st_mtime > before.st_mtime
    assert everything(local) == [NAME]


def test_a_file_of_another_size_is_put_right(local: Any) -> None:
    local.adopt(str(upload(local, b"torn")), NAME, 4)

    local.adopt(str(upload(local)), NAME, 9)

    assert content(local) == b"the bytes"


def test_only_a_regular_file_directly_among_the_uploads_is_one(local: Any, tmp_path: Path) -> None:
    path = upload(local)
    secret = tmp_path / "secret"
    secret.write_text("x")
    (local.uploads / "soft").symlink_to(secret)
    (local.uploads / "folder").mkdir()
    (local.uploads / "folder" / "inner").write_text("x")
    (local.uploads / "hard").hardlink_to(secret)

    for wrong in (
        secret,
        local.uploads / "soft",
        local.uploads / "hard",
        local.uploads / "folder",
        local.uploads / "folder" / "inner",
        local.uploads / "absent",
        local.uploads,
        f"{local.uploads}/../../../secret",
        f"{local.uploads}/..",
        "upload1",
        "",
        "a\0b",
    ):
        with pytest.raises(InsecurePath):
            local.uploaded_size(str(wrong))
    assert local.uploaded_size(f"{local.uploads}/folder/../{path.name}") == 9


def test_a_folder_of_uploads_that_is_a_link_itself_is_as_good(local: Any, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (local.root / "tmp").mkdir(parents=True)
    local.uploads.symlink_to(tmp_path / "elsewhere")

    assert local.uploaded_size(str(upload(local))) == 9


def test_a_full_disk_and_one_that_is_away_are_told_apart(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = upload(local)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(StoreFull):
            local.adopt(str(path), NAME, 9)
    shutil.rmtree(local.root / "ab")
    (local.root / "ab").write_text("no folder can be here")
    with pytest.raises(StoreUnavailable):
        local.adopt(str(path), NAME, 9)

    assert path.read_bytes() == b"the bytes"


def test_an_empty_file_needs_no_upload(local: Any) -> None:
    local.keep_empty(NAME)

    assert local.size_of(NAME) == 0
    assert everything(local) == [NAME]


def test_files_and_leftovers_are_listed(local: Any) -> None:
    local.adopt(str(upload(local)), NAME, 9)
    old, new = upload(local, name="old"), upload(local, name="new")
    age(old, 2 * DAY)

    assert [(kept.name, kept.size) for kept in local.files()] == [(NAME, 9)]
    assert list(local.leftovers(before=datetime.now(UTC) - DAY)) == ["tmp/uploads/old"]
    local.remove_leftover("tmp/uploads/old")
    local.remove_leftover("tmp/uploads/old")
    assert new.exists()
    assert not old.exists()


def test_only_an_old_file_is_removed(local: Any) -> None:
    local.adopt(str(upload(local)), NAME, 9)
    before = datetime.now(UTC) - DAY

    assert not local.remove(NAME, before=before)
    assert content(local) == b"the bytes"
    age(local.root / NAME, 2 * DAY)
    assert local.remove(NAME, before=before)
    assert everything(local) == []
    assert not local.remove(NAME, before=before)


def test_there_may_be_nothing_at_all(local: Any) -> None:
    assert list(local.files()) == []
    assert list(local.leftovers(before=datetime.now(UTC))) == []
    assert local.size_of(NAME) is None
