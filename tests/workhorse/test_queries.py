"""How often each request of Git over HTTP and of Git LFS asks the database, where it is answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.directory.models import PersonalAccessToken, Project
from apps.git_access.lfs import stores
from apps.git_access.models import LfsFileLock
from apps.git_access.models.lfs import FileStore
from tests.factories.git_access import LfsObjectFactory
from tests.workhorse.asking import Workhorse
from tests.workhorse.lfs.asking import GitLfs, described, oid_of

pytestmark = pytest.mark.django_db
CONTENT = b"large, for a test"
OID, SIZE = oid_of(CONTENT), len(CONTENT)
_FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


@contextmanager
def at_most(queries: int) -> Iterator[None]:
    """Fail on more statements than these; where a transaction begins and ends is none."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured if not query["sql"].startswith(_FRAME)]
    assert len(asked) <= queries, "\n".join(asked)


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> Any:
    settings.LFS_ROOT = tmp_path / "lfs"
    return stores.of(FileStore.LOCAL)


@pytest.fixture
def lfs(rubi: Workhorse, store: Any) -> GitLfs:
    """The developer with what a first batch has given her; her access token's use is recorded by then."""
    client = GitLfs(rubi.login, rubi.password)
    _, body = client.batch("upload", (OID, SIZE))
    authorization = body["objects"][0]["actions"]["upload"]["header"]["Authorization"]
    return GitLfs(authorization=authorization)


def objects(number: int, project: Project) -> list[tuple[str, int]]:
    """So many files, half of which the project has."""
    asked = [(sha256(str(index).encode()).hexdigest(), index + 1) for index in range(number)]
    for oid, size in asked[::2]:
        LfsObjectFactory.create(oid=oid, size=size, file=f"{oid[:2]}/{oid}").projects.add(project)
    return asked


ASKED: dict[str, Callable[[Workhorse], HttpResponse]] = {
    "refs of a fetch": lambda workhorse: workhorse.refs("gnuwget/wget2"),
    "refs of a push": lambda workhorse: workhorse.refs("gnuwget/wget2", "git-receive-pack"),
    "fetch": lambda workhorse: workhorse.post("/gnuwget/wget2.git/git-upload-pack"),
    "push": lambda workhorse: workhorse.post("/gnuwget/wget2.git/git-receive-pack"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_git_with_an_access_token(asked: Callable[[Workhorse], HttpResponse], rubi: Workhorse) -> None:
    asked(rubi)  # records the use of the token

    with at_most(1):
        answer = asked(rubi)

    assert answer.status_code == 200


def test_git_by_nobody(workhorse: Workhorse, project: Project) -> None:
    with at_most(0):
        assert workhorse.refs("gnuwget/wget2", "git-receive-pack").status_code == 401


@pytest.mark.parametrize("number", [10, 1000])
@pytest.mark.parametrize("operation", ["download", "upload"])
def test_a_batch(
    operation: str, number: int, rubi: Workhorse, token: PersonalAccessToken, project: Project, lfs: GitLfs
) -> None:
    asked = objects(number, project)

    with at_most(3):
        status, body = lfs.batch(operation, *asked)
    assert (status, len(body["objects"])) == (200, number)

    with at_most(3):
        status, _ = GitLfs("rubi", token.name).batch(operation, *asked)
    assert status == 200


def test_an_upload(lfs: GitLfs, store: Any) -> None:
    with at_most(2):
        assert lfs.authorize(OID, SIZE).status_code == 200
    store.uploads.mkdir(parents=True, exist_ok=True)
    path = store.uploads / "upload1"
    path.write_bytes(CONTENT)

    with at_most(5 + 5):  # the job that measures the project is made beside the requests, but in a test
        assert lfs.finish(OID, SIZE, described(path, CONTENT)).status_code == 200


def test_a_download(lfs: GitLfs, store: Any) -> None:
    assert lfs.upload(CONTENT, folder=store.uploads).status_code == 200

    with at_most(3):
        assert lfs.send("GET", f"/gitlab-lfs/objects/{OID}", X_Sendfile_Type="X-Sendfile").status_code == 200


def test_locks(lfs: GitLfs) -> None:
    with at_most(4):
        assert lfs.ask("POST", "/info/lfs/locks", {"path": "a.bin"})[0] == 201
    with at_most(3):
        assert lfs.ask("GET", "/info/lfs/locks")[0] == 200
    with at_most(3):
        assert lfs.ask("POST", "/info/lfs/locks/verify", {})[0] == 200
    lock = LfsFileLock.objects.get()
    with at_most(5):
        assert lfs.ask("POST", f"/info/lfs/locks/{lock.pk}/unlock", {})[0] == 200
