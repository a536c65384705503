"""The two requests of Workhorse around an upload on disk, and what is kept of it."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.directory.models import Project, ProjectStatistics
from apps.git_access.lfs import stores
from apps.git_access.models import LfsObject, LfsObjectLink
from apps.git_access.models.lfs import FileStore, name_of
from apps.workhorse.lfs import keeping, tasks
from apps.workhorse.lfs.keeping import Upload
from tests.factories.git_access import LfsObjectFactory
from tests.object_storage import Bucket
from tests.workhorse.asking import signature, told
from tests.workhorse.lfs.asking import JSON, GitLfs, described, oid_of

CONTENT = b"large, for a test"
OID, SIZE = oid_of(CONTENT), len(CONTENT)


def links() -> list[tuple[str, int]]:
    return sorted(LfsObjectLink.objects.values_list("lfs_object__oid", "project_id"))


def everything(store: Any) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def written(store: Any, content: bytes = CONTENT, name: str = "upload1") -> Path:
    store.uploads.mkdir(parents=True, exist_ok=True)
    path: Path = store.uploads / name
    path.write_bytes(content)
    return path


@pytest.mark.django_db
def test_workhorse_is_told_where_to_write(dev: GitLfs, store: Any) -> None:
    answer = dev.authorize(OID, SIZE)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.gitlab-workhorse+json"
    assert answer.content.decode() == (
        f'{{"LfsOid": "{OID}", "LfsSize": {SIZE}, "MaximumSize": {SIZE}, "TempPath": "{store.uploads}"}}'
    )
    assert links() == []


@pytest.mark.django_db
def test_whoever_is_not_workhorse_is_told_nothing(dev: GitLfs) -> None:
    assert told(dev.authorize(OID, SIZE, signed=False)) == (403, "Nil JSON web token")
    answer = dev.send("PUT", f"/gitlab-lfs/objects/{OID}/{SIZE}", CONTENT)
    assert told(answer) == (403, "Nil JSON web token")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [f"{OID.upper()}/5", f"{OID}/x", f"{OID}/-1", f"{OID}/{2**63}", f"{OID[1:]}/5"]
)
def test_other_addresses_are_unknown(dev: GitLfs, path: str) -> None:
    headers = {"Gitlab-Workhorse-Api-Request": signature()}
    answer = Client().put(f"{dev.repository}/gitlab-lfs/objects/{path}", headers=headers)

    assert answer.status_code == 404


@pytest.mark.django_db
def test_a_file_is_kept_and_linked(dev: GitLfs, project: Project, store: Any) -> None:
    answer = dev.upload(CONTENT, folder=store.uploads)

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"", JSON)
    row = LfsObject.objects.get()
    assert (row.oid, row.size, row.file.name, row.file_store) == (OID, SIZE, name_of(OID), FileStore.LOCAL)
    assert links() == [(OID, project.pk)]
    assert everything(store) == [name_of(OID)]
    with store.open(name_of(OID)) as file:
        assert file.read() == CONTENT


@pytest.mark.django_db
def test_it_is_kept_once_however_often_it_comes(
    dev: GitLfs, second: GitLfs, project: Project, store: Any
) -> None:
    for asking in (dev, dev, second):
        assert asking.upload(CONTENT, folder=store.uploads).status_code == 200

    assert LfsObject.objects.count() == 1
    assert len(links()) == 2
    assert everything(store) == [name_of(OID)]


@pytest.mark.django_db(transaction=True)
def test_eight_uploads_at_once_leave_one(dev: GitLfs, project: Project, store: Any) -> None:
    def upload(_: int) -> int:
        try:
            return dev.upload(CONTENT, folder=store.uploads).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(upload, range(8)))

    assert statuses == [200] * 8
    assert links() == [(OID, project.pk)]
    assert everything(store) == [name_of(OID)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [{"sha256": "ab" * 32}, {"sha256": ""}, {"size": str(SIZE + 1)}, {"size": "x"}, {"size": ""}],
)
def test_what_is_not_what_was_promised_goes(dev: GitLfs, store: Any, changes: dict[str, str]) -> None:
    path = written(store)

    answer = dev.finish(OID, SIZE, described(path, CONTENT, **changes))

    assert told(answer) == (400, "SHA256 or size mismatch")
    assert everything(store) == []
    assert links() == []
    assert not LfsObject.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_shorter_than_said_goes(dev: GitLfs, store: Any) -> None:
    path = written(store, CONTENT[:-1])

    assert told(dev.finish(OID, SIZE, described(path, CONTENT))) == (400, "SHA256 or size mismatch")
    assert everything(store) == []
    assert links() == []


@pytest.mark.django_db
def test_another_size_in_the_address_is_refused(dev: GitLfs, store: Any) -> None:
    path = written(store)

    assert told(dev.finish(OID, SIZE + 1, described(path, CONTENT))) == (400, "SHA256 or size mismatch")
    assert everything(store) == []


@pytest.mark.django_db
@pytest.mark.parametrize("inside", [False, True])
def test_a_path_of_somebody_elses_is_refused(dev: GitLfs, store: Any, tmp_path: Path, inside: bool) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(CONTENT)
    path = store.uploads / "link" if inside else secret
    store.uploads.mkdir(parents=True)
    if inside:
        path.symlink_to(secret)

    assert told(dev.finish(OID, SIZE, described(path, CONTENT))) == (400, "insecure path used")
    assert secret.read_bytes() == CONTENT
    assert links() == []


@pytest.mark.django_db
def test_only_what_workhorse_has_signed_counts(dev: GitLfs, store: Any) -> None:
    path = written(store)
    said = described(path, CONTENT)

    assert told(dev.finish(OID, SIZE, None)) == (422, "Unprocessable entity")
    assert told(dev.finish(OID, SIZE, {**said, "path": ""})) == (422, "Unprocessable entity")
    assert told(dev.finish(OID, SIZE, said, Gitlab_Workhorse_Multipart_Fields="")) == (
        422,
        "Unprocessable entity",
    )
    other = signature({"iss": "gitlab-workhorse", "rewritten_fields": {"other": ""}})
    assert told(dev.finish(OID, SIZE, said, Gitlab_Workhorse_Multipart_Fields=other)) == (
        422,
        "Unprocessable entity",
    )
    forged = signature({"iss": "gitlab-workhorse"}, key=b"x" * 32)
    for name in ("Gitlab_Workhorse_Multipart_Fields", "Gitlab_Workhorse_Api_Request"):
        answer = dev.finish(OID, SIZE, said, **{name: forged})
        assert told(answer) == (403, "Invalid JSON web token")
    assert path.exists()
    assert links() == []


@pytest.mark.django_db
def test_an_object_of_another_size_stays_as_it_is(dev: GitLfs, store: Any) -> None:
    LfsObjectFactory.create(oid=OID, size=SIZE + 1)

    assert dev.upload(CONTENT, folder=store.uploads).status_code == 403
    assert links() == []
    assert everything(store) == []


@pytest.mark.django_db
def test_a_file_that_was_lost_is_put_back(dev: GitLfs, project: Project, store: Any) -> None:
    dev.upload(CONTENT, folder=store.uploads)
    (store.root / name_of(OID)).unlink()

    assert dev.upload(CONTENT, folder=store.uploads).status_code == 200
    assert everything(store) == [name_of(OID)]
    assert LfsObject.objects.count() == 1


@pytest.mark.django_db
def test_a_file_without_a_row_is_adopted(dev: GitLfs, project: Project, store: Any) -> None:
    store.adopt(str(written(store)), name_of(OID), SIZE)
    before = (store.root / name_of(OID)).stat().st_ino

    assert dev.upload(CONTENT, folder=store.uploads).status_code == 200
    assert (store.root / name_of(OID)).stat().st_ino == before
    assert links() == [(OID, project.pk)]


@pytest.mark.django_db
def test_a_full_disk_is_said_to_be_full(dev: GitLfs, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    path = written(store)
    answer = dev.finish(OID, SIZE, described(path, CONTENT))

    assert answer.status_code == 507
    assert b"is full" in answer.content
    assert links() == []
    assert everything(store) == []


@pytest.mark.django_db
def test_no_upload_begins_where_there_is_no_room(dev: GitLfs, store: Any) -> None:
    """Workhorse, which writes the file, would tell git-lfs nothing of why it could not."""
    answer = dev.authorize(OID, 2**60)

    assert answer.status_code == 507
    assert b"The storage of LFS files is full" in answer.content
    assert dev.authorize(OID, SIZE).status_code == 200


@pytest.mark.django_db
def test_no_upload_begins_where_nobody_can_write(dev: GitLfs, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    settings.LFS_ROOT = tmp_path / "a file" / "lfs"

    answer = dev.authorize(OID, SIZE)

    assert answer.status_code == 503
    assert b"The storage of LFS files is not available" in answer.content


@pytest.mark.django_db
def test_rights_are_asked_for_twice(reporter: GitLfs, stranger: GitLfs, store: Any) -> None:
    for asking, status in ((reporter, 403), (stranger, 404)):
        path = written(store)
        assert asking.authorize(OID, SIZE).status_code == status
        assert asking.finish(OID, SIZE, described(path, CONTENT)).status_code == status
    assert links() == []


@pytest.mark.django_db
def test_nothing_is_written_to_a_read_only_instance(dev: GitLfs, settings: Settings) -> None:
    settings.READ_ONLY = True

    answer = dev.authorize(OID, SIZE)

    assert answer.status_code == 403
    assert b"You cannot perform write operations on a read-only instance" in answer.content


@pytest.mark.django_db
def test_the_size_of_the_project_is_measured_once_for_many(dev: GitLfs, project: Project, store: Any) -> None:
    for number in range(3):
        dev.upload(CONTENT + bytes([number]), folder=store.uploads)

    jobs = DBTaskResult.objects.filter(task_path=tasks.measure_files.module_path)
    assert [job.args_kwargs["args"] for job in jobs] == [[project.pk]]
    tasks.measure_files.call(project.pk)
    assert ProjectStatistics.objects.get(project=project).lfs_objects_size == 3 * (SIZE + 1)


@pytest.mark.django_db
def test_in_object_storage_the_parts_go_there(
    dev: GitLfs, remote: Any, bucket: Bucket, project: Project
) -> None:
    target = dev.authorize(OID, SIZE)
    told_to = target.json()["RemoteObject"]  # type: ignore[attr-defined] # Django's test client adds it

    assert list(target.json()) == ["LfsOid", "LfsSize", "MaximumSize", "RemoteObject"]  # type: ignore[attr-defined]
    assert told_to["Timeout"] == 14400
    assert told_to["MultipartUpload"]["PartSize"] == 5 * 1024 * 1024
    bucket.client.put_object(Bucket=bucket.name, Key=f"tmp/uploads/{told_to['ID']}", Body=CONTENT)
    answer = dev.finish(OID, SIZE, described("", CONTENT, remote_id=told_to["ID"]))
    assert answer.status_code == 200
    assert LfsObject.objects.get().file_store == FileStore.OBJECT_STORAGE
    assert links() == [(OID, project.pk)]
    assert remote.size_of(name_of(OID)) == SIZE
    assert b"X-Amz-Signature" in dev.send("POST", "/info/lfs/objects/batch", _asking()).content


def _asking() -> bytes:
    return f'{{"operation":"download","objects":[{{"oid":"{OID}","size":{SIZE}}}]}}'.encode()


@pytest.mark.django_db
def test_what_object_storage_does_not_have_is_refused(dev: GitLfs, remote: Any) -> None:
    for name in ("absent", "../../ab/cd/ef"):
        answer = dev.finish(OID, SIZE, described("", CONTENT, remote_id=name))
        assert answer.status_code == 403
    assert links() == []


@pytest.mark.django_db
def test_object_storage_that_is_away_is_said_to_be(dev: GitLfs, settings: Settings, project: Project) -> None:
    settings.LFS_STORE, settings.LFS_S3_BUCKET = "s3", "lfs"
    settings.LFS_S3_ENDPOINT = "http://127.0.0.1:9"
    settings.LFS_S3_ACCESS_KEY = settings.LFS_S3_SECRET_KEY = "any"

    answer = dev.authorize(OID, SIZE)

    assert answer.status_code == 503
    assert b"The storage of LFS files is not available" in answer.content


@pytest.mark.django_db
def test_a_row_that_is_pruned_in_between_is_made_anew(project: Project, store: Any) -> None:
    LfsObjectFactory.create(
        oid=OID, size=SIZE, file=name_of(OID), created_at=timezone.now() - timedelta(days=9)
    )
    path = written(store)

    upload = Upload(path=str(path), size=SIZE, sha256=OID)
    keeping.keep(upload, oid=OID, size=SIZE, project_id=project.pk)

    assert links() == [(OID, project.pk)]


@pytest.mark.django_db
def test_a_file_that_another_store_has_is_not_kept_twice(
    remote: Any, bucket: Bucket, project: Project, store: Any
) -> None:
    keeping.keep(
        Upload(path=str(written(store)), size=SIZE, sha256=OID), oid=OID, size=SIZE, project_id=project.pk
    )
    bucket.client.put_object(Bucket=bucket.name, Key="tmp/uploads/again", Body=CONTENT)

    keeping.keep(Upload(remote_id="again", size=SIZE, sha256=OID), oid=OID, size=SIZE, project_id=project.pk)

    assert bucket.keys() == []
    assert LfsObject.objects.get().file_store == FileStore.LOCAL
    assert stores.current() == FileStore.OBJECT_STORAGE
