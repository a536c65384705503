"""GET /R.git/gitlab-lfs/objects/<oid>."""

import base64
import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.directory.models import Project
from apps.git_access.models import LfsObject, LfsObjectLink
from apps.git_access.models.lfs import FileStore, name_of
from tests.object_storage import Bucket
from tests.workhorse.asking import basic
from tests.workhorse.lfs.asking import NOT_FOUND, GitLfs, oid_of

pytestmark = pytest.mark.django_db
CONTENT = b"large, for a test"
OID = oid_of(CONTENT)
FILE = f"/gitlab-lfs/objects/{OID}"
SENDFILE: Any = {"X_Sendfile_Type": "X-Sendfile"}


@pytest.fixture
def kept(dev: GitLfs, store: Any) -> None:
    assert dev.upload(CONTENT, folder=store.uploads).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_workhorse_sends_the_file(reporter: GitLfs, kept: None, store: Any, method: str) -> None:
    answer = reporter.send(method, FILE, **SENDFILE)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Sendfile"] == str(store.root / name_of(OID))
    assert answer["Cache-Control"] == "private"


def test_without_workhorse_the_bytes_are_sent(reporter: GitLfs, kept: None) -> None:
    headers = {"Authorization": basic(reporter.login or "", reporter.password), "Host": "localhost"}
    answer: Any = Client().get(f"{reporter.repository}{FILE}", headers=headers)

    assert "X-Sendfile" not in answer
    assert b"".join(answer.streaming_content) == CONTENT


def test_the_link_is_required(dev: GitLfs, second: GitLfs, stranger: GitLfs, kept: None) -> None:
    assert second.ask("GET", FILE, **SENDFILE) == NOT_FOUND
    assert stranger.ask("GET", FILE, **SENDFILE) == NOT_FOUND
    assert dev.ask("GET", f"/gitlab-lfs/objects/{'ab' * 32}", **SENDFILE) == NOT_FOUND


def test_a_file_that_is_gone_is_not_found(dev: GitLfs, kept: None, store: Any) -> None:
    (store.root / name_of(OID)).unlink()

    assert dev.ask("GET", FILE, **SENDFILE) == NOT_FOUND


def test_a_row_that_leads_to_no_file_is_not_found(dev: GitLfs, kept: None) -> None:
    LfsObject.objects.update(file="")

    assert dev.ask("GET", FILE, **SENDFILE) == NOT_FOUND


def test_nobody_in_particular_fetches_what_is_public(nobody: GitLfs, kept: None, project: Project) -> None:
    assert nobody.send("GET", FILE, **SENDFILE).status_code == 401
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    assert nobody.send("GET", FILE, **SENDFILE).status_code == 200


@pytest.fixture
def far(remote: Any, bucket: Bucket, project: Project) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key=name_of(OID), Body=CONTENT)
    row = LfsObject.objects.create(
        oid=OID, size=len(CONTENT), file=name_of(OID), file_store=FileStore.OBJECT_STORAGE
    )
    LfsObjectLink.objects.create(lfs_object=row, project=project)


def test_object_storage_sends_its_own(reporter: GitLfs, far: None, bucket: Bucket) -> None:
    answer = reporter.send("GET", FILE)

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{bucket.endpoint}/{bucket.name}/{name_of(OID)}?")
    _, body = reporter.batch("download", (OID, len(CONTENT)))
    action = body["objects"][0]["actions"]["download"]
    assert action["expires_in"] == 3600
    assert "header" not in action
    assert action["href"].startswith(f"{bucket.endpoint}/{bucket.name}/{name_of(OID)}?")


def test_workhorse_fetches_it_where_the_settings_say_so(
    reporter: GitLfs, far: None, settings: Settings, bucket: Bucket
) -> None:
    settings.LFS_PROXY_DOWNLOAD = True

    answer = reporter.send("GET", FILE)

    scheme, _, encoded = answer["Gitlab-Workhorse-Send-Data"].partition(":")
    told = json.loads(base64.urlsafe_b64decode(encoded))
    assert (answer.status_code, answer.content, scheme) == (200, b"", "send-url")
    assert len(encoded) % 4 == 0
    assert told["URL"].startswith(f"{bucket.endpoint}/{bucket.name}/{name_of(OID)}?")
    assert (told["AllowRedirects"], told["AllowLocalhost"]) == (False, True)
    _, body = reporter.batch("download", (OID, len(CONTENT)))
    assert body["objects"][0]["actions"]["download"]["href"].endswith(FILE)


def test_a_file_that_the_store_has_lost_is_not_found(
    reporter: GitLfs, far: None, remote: Any, bucket: Bucket
) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=name_of(OID))

    assert reporter.ask("GET", FILE) == NOT_FOUND
