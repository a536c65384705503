"""POST /R.git/info/lfs/objects/batch."""

import base64
import json
from typing import Any

import jwt
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.directory.models import Project, ProjectStatistics, User
from apps.git_access.lfs import tokens
from apps.git_access.maintenance import begin
from apps.git_access.models import LfsObject, LfsObjectLink
from apps.git_access.models.lfs import name_of
from tests.factories.git_access import LfsObjectFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.workhorse.asking import basic, token_of
from tests.workhorse.lfs.asking import EMPTY, FORBIDDEN, NOT_FOUND, PROJECT, GitLfs, refusal

pytestmark = pytest.mark.django_db
OID, OTHER = "ab" * 32, "cd" * 32
HREF = f"http://localhost:3001{PROJECT}/gitlab-lfs/objects"
ABSENT = {
    "code": 404,
    "message": "Object does not exist on the server or you don't have permissions to access it",
}


def held(project: Project, oid: str = OID, size: int = 30000) -> LfsObject:
    row: LfsObject = LfsObjectFactory.create(oid=oid, size=size, file=name_of(oid))
    LfsObjectLink.objects.create(lfs_object=row, project=project)
    return row


def credential(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The login and the claims of the token in the first action of a batch."""
    (action,) = body["objects"][0]["actions"].values()
    scheme, _, encoded = action["header"]["Authorization"].partition(" ")
    login, _, token = base64.b64decode(encoded).decode().partition(":")
    assert scheme == "Basic"
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return login, claims["data"]


def test_a_file_of_the_project_is_to_be_fetched(dev: GitLfs, project: Project) -> None:
    held(project)

    status, body = dev.batch("download", (OID, 30000), (OTHER, 1))

    header = body["objects"][0]["actions"]["download"]["header"]
    assert status == 200
    assert body == {
        "objects": [
            {
                "oid": OID,
                "size": 30000,
                "actions": {"download": {"href": f"{HREF}/{OID}", "header": header, "expires_in": 1800}},
            },
            {"oid": OTHER, "size": 1, "error": ABSENT},
        ]
    }
    assert list(header) == ["Authorization"]
    gid = f"gid://gitlab/Project/{project.pk}"
    assert credential(body) == ("rubi", {"actor": "rubi", "container_gid": gid, "operation": "download"})


def test_a_file_that_the_project_lacks_is_to_be_sent(dev: GitLfs, project: Project) -> None:
    held(project)

    status, body = dev.batch("upload", (OTHER, 7), (OID, 30000))

    header = body["objects"][0]["actions"]["upload"]["header"]
    assert status == 200
    assert body == {
        "objects": [
            {
                "oid": OTHER,
                "size": 7,
                "actions": {"upload": {"href": f"{HREF}/{OTHER}/7", "header": header, "expires_in": 1800}},
            },
            {"oid": OID, "size": 30000},
        ]
    }
    assert header == {
        "Authorization": header["Authorization"],
        "Content-Type": "application/octet-stream",
        "Transfer-Encoding": "chunked",
    }
    assert credential(body)[1]["operation"] == "upload"


def test_the_token_of_a_download_stores_nothing(dev: GitLfs, project: Project) -> None:
    held(project)
    _, body = dev.batch("download", (OID, 1))
    given = body["objects"][0]["actions"]["download"]["header"]["Authorization"]
    fetching = GitLfs(authorization=given)

    assert fetching.batch("download", (OID, 1))[0] == 200
    assert fetching.batch("upload", (OTHER, 1)) == FORBIDDEN
    assert fetching.authorize(OTHER, 1).status_code == 403


def test_the_token_of_an_upload_opens_its_own_project_only(dev: GitLfs, second: GitLfs) -> None:
    _, body = dev.batch("upload", (OTHER, 1))
    given = body["objects"][0]["actions"]["upload"]["header"]["Authorization"]

    assert GitLfs(authorization=given).batch("upload", (OTHER, 1))[0] == 200
    assert (
        GitLfs(authorization=given, repository=second.repository).send("GET", "/info/lfs/locks").status_code
        == 401
    )
    assert GitLfs(authorization=given).send("GET", "/info/refs?service=git-upload-pack").status_code == 403


def test_a_file_of_another_project_is_to_be_sent_all_the_same(
    dev: GitLfs, second: GitLfs, project: Project
) -> None:
    held(project)

    assert "upload" in second.batch("upload", (OID, 30000))[1]["objects"][0]["actions"]
    assert second.batch("download", (OID, 30000))[1]["objects"][0]["error"] == ABSENT


def test_a_wiki_has_the_files_of_its_project(dev: GitLfs, project: Project) -> None:
    held(project)
    wiki = GitLfs("rubi", dev.password, repository="/gnuwget/wget2.wiki.git")

    _, body = wiki.batch("download", (OID, 1))

    action = body["objects"][0]["actions"]["download"]
    assert action["href"] == f"http://localhost:3001/gnuwget/wget2.wiki.git/gitlab-lfs/objects/{OID}"
    assert credential(body)[1]["container_gid"] == f"gid://gitlab/ProjectWiki/{project.pk}"


def test_a_moved_project_is_named_by_its_new_path(dev: GitLfs, project: Project) -> None:
    held(project)
    project.redirects.create(path="old/name")

    _, body = GitLfs("rubi", dev.password, repository="/old/name.git").batch("download", (OID, 1))

    assert body["objects"][0]["actions"]["download"]["href"] == f"{HREF}/{OID}"


def test_the_address_is_that_of_clones(dev: GitLfs, settings: Settings) -> None:
    settings.CUSTOM_HTTP_CLONE_URL_ROOT = "https://clone.example.com/git"

    _, body = dev.batch("upload", (OTHER, 1))

    href = body["objects"][0]["actions"]["upload"]["href"]
    assert href == f"https://clone.example.com/git{PROJECT}/gitlab-lfs/objects/{OTHER}/1"


@pytest.mark.parametrize(
    ("oid", "size"),
    [
        ("AB" * 32, 1),
        ("ab" * 31, 1),
        (f"{OID}\n", 1),
        (None, 1),
        (5, 1),
        ([], 1),
        (OID, -1),
        (OID, 2**63),
        (OID, "1"),
        (OID, 1.5),
        (OID, True),
        (OID, None),
        (OID, 0),
    ],
)
def test_what_can_be_no_file_is_said_to_be_none(dev: GitLfs, oid: Any, size: Any) -> None:
    status, body = dev.batch("upload", (oid, size), (OTHER, 7))

    invalid = {"code": 422, "message": "Invalid object id or size"}
    assert status == 200
    assert body["objects"][0] == {"oid": oid, "size": size, "error": invalid}
    assert "actions" in body["objects"][1]
    assert dev.batch("download", (oid, size))[1]["objects"][0]["error"]["code"] == 404


def test_a_file_beyond_the_limit_is_refused(dev: GitLfs, settings: Settings) -> None:
    settings.MAX_LFS_OBJECT_SIZE = 10

    _, body = dev.batch("upload", (OID, 11), (OTHER, 10))

    too_large = {"code": 413, "message": "Object is too large"}
    assert body["objects"][0] == {"oid": OID, "size": 11, "error": too_large}
    assert "actions" in body["objects"][1]
    assert dev.authorize(OID, 11).status_code == 413


def test_the_empty_file_is_never_sent(dev: GitLfs, project: Project, store: Any) -> None:
    status, body = dev.batch("upload", (EMPTY, 0))

    assert (status, body) == (200, {"objects": [{"oid": EMPTY, "size": 0}]})
    assert LfsObjectLink.objects.get(project=project).lfs_object.oid == EMPTY
    assert store.size_of(name_of(EMPTY)) == 0
    assert "download" in dev.batch("download", (EMPTY, 0))[1]["objects"][0]["actions"]
    assert dev.batch("upload", (EMPTY, 0)) == (200, {"objects": [{"oid": EMPTY, "size": 0}]})
    assert LfsObject.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"operation": "download"}, NOT_FOUND),
        ({"operation": "download", "objects": []}, NOT_FOUND),
        ({"operation": "download", "objects": {}}, NOT_FOUND),
        ({"operation": "download", "objects": ["x"]}, refusal(422, '"objects" is invalid')),
        ({"operation": "download", "objects": [{}] * 1001}, refusal(413, "Too many objects")),
        ({"operation": "upload", "objects": [{}] * 10000}, refusal(413, "Too many objects")),
        (
            {"operation": "download", "objects": [{}], "hash_algo": "sha512"},
            refusal(409, "Unsupported hash algorithm"),
        ),
        ({"objects": [{}]}, FORBIDDEN),
        ({"operation": "verify", "objects": [{}]}, FORBIDDEN),
        ({"operation": ["upload"], "objects": [{}]}, FORBIDDEN),
        ([], refusal(400, "The request body is not valid JSON")),
        ("x", refusal(400, "The request body is not valid JSON")),
    ],
)
def test_a_body_that_asks_nothing_is_refused(dev: GitLfs, body: Any, answer: tuple[int, Any]) -> None:
    assert dev.ask("POST", "/info/lfs/objects/batch", body) == answer


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"{", "application/json"), (b"\xff", "application/json"), (b"{}", "text/plain"), (b"{}", "x")],
)
def test_what_is_no_json_is_refused(dev: GitLfs, content: bytes, content_type: str) -> None:
    answer = dev.send("POST", "/info/lfs/objects/batch", content, Content_Type=content_type)

    assert (answer.status_code, json.loads(answer.content)) == refusal(
        400, "The request body is not valid JSON"
    )


def test_a_body_without_end_is_refused(dev: GitLfs, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert dev.batch("download", (OID, 1)) == refusal(413, "The request body is too large")


def test_rights_are_those_of_the_code(
    dev: GitLfs, reporter: GitLfs, stranger: GitLfs, project: Project
) -> None:
    held(project)

    assert reporter.batch("download", (OID, 1))[0] == 200
    assert reporter.batch("upload", (OTHER, 1)) == FORBIDDEN
    assert stranger.batch("download", (OID, 1)) == NOT_FOUND
    assert stranger.batch("upload", (OTHER, 1)) == NOT_FOUND
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    assert stranger.batch("download", (OID, 1))[0] == 200
    assert stranger.batch("upload", (OTHER, 1)) == FORBIDDEN
    Project.objects.filter(pk=project.pk).update(archived=True)
    assert dev.batch("upload", (OTHER, 1)) == FORBIDDEN
    assert dev.batch("download", (OID, 1))[0] == 200


def test_nobody_in_particular_fetches_what_is_public(nobody: GitLfs, project: Project) -> None:
    held(project)
    batch = "/info/lfs/objects/batch"
    asked = json.dumps({"operation": "download", "objects": [{"oid": OID, "size": 1}]}).encode()

    assert nobody.send("POST", batch, asked).status_code == 401
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    assert nobody.batch("download", (OID, 1)) == (
        200,
        {
            "objects": [
                {
                    "oid": OID,
                    "size": 1,
                    "actions": {"download": {"href": f"{HREF}/{OID}", "header": {}}},
                    "authenticated": True,
                }
            ]
        },
    )
    assert nobody.send("POST", batch, asked.replace(b"download", b"upload")).status_code == 401
    assert nobody.send("POST", batch, b"{").status_code == 401


def test_scopes_of_a_token_count(user: User, project: Project) -> None:
    reading = GitLfs("rubi", token_of(user, "read_repository").name)
    neither = GitLfs("rubi", token_of(user, "read_user").name)

    assert reading.batch("download", (OID, 1))[0] == 200
    assert reading.batch("upload", (OID, 1)) == FORBIDDEN
    assert neither.batch("download", (OID, 1)) == NOT_FOUND


def test_a_password_counts(user: User) -> None:
    assert GitLfs("rubi", "correct horse").batch("upload", (OID, 1))[0] == 200
    assert GitLfs("rubi", "wrong").send("GET", "/info/lfs/locks").status_code == 401


def test_a_deploy_key_goes_on_with_its_own_token(project: Project) -> None:
    key = DeployKeyFactory.create()
    grant = DeployKeyGrantFactory.create(key=key, project=project, can_push=False)
    from apps.git_access.repositories import containers
    from apps.ssh_keys import actors
    from apps.ssh_keys.actors import Claim

    container = containers.of_path("gnuwget/wget2")
    given = tokens.authenticate(
        container=container, actor=actors.find(Claim(key_id=key.pk)), now=timezone.now()
    )
    machine = GitLfs(given.username, given.token)
    held(project)

    status, body = machine.batch("download", (OID, 1))

    action = body["objects"][0]["actions"]["download"]
    assert status == 200
    assert action["header"] == {"Authorization": basic(given.username, given.token)}
    assert 1700 < action["expires_in"] <= 1800
    assert machine.batch("upload", (OTHER, 1)) == FORBIDDEN
    grant.can_push = True
    grant.save()
    assert machine.batch("upload", (OTHER, 1))[0] == 200
    grant.delete()
    assert machine.batch("download", (OID, 1)) == NOT_FOUND


def test_a_project_that_is_full_takes_no_more(dev: GitLfs, project: Project) -> None:
    ProjectStatistics.objects.create(project=project, repository_size=60, lfs_objects_size=30)
    Project.objects.filter(pk=project.pk).update(repository_size_limit=100)
    held(project, size=30)
    full = refusal(
        406,
        "Your push to this repository cannot be completed because this repository has exceeded the "
        "allocated storage for your project. Contact your GitLab administrator for more information.",
    )

    assert dev.batch("upload", (OTHER, 10), (OTHER, 10), (OID, 30))[0] == 200
    assert dev.batch("upload", (OTHER, 11)) == full
    Project.objects.filter(pk=project.pk).update(repository_size_limit=80)
    assert dev.batch("upload", (OID, 30)) == full
    assert dev.authorize(OTHER, 1).status_code == 406
    assert dev.batch("download", (OID, 30))[0] == 200


def test_the_namespace_may_have_the_limit(dev: GitLfs, project: Project) -> None:
    ProjectStatistics.objects.create(project=project, lfs_objects_size=90)
    project.namespace.repository_size_limit = 100
    project.namespace.save()

    assert dev.batch("upload", (OTHER, 10))[0] == 200
    assert dev.batch("upload", (OTHER, 11))[0] == 406


def test_a_read_only_instance_is_read(dev: GitLfs, project: Project, settings: Settings) -> None:
    settings.READ_ONLY = True

    assert dev.batch("upload", (OTHER, 1)) == refusal(
        403, "You cannot write to this read-only GitLab instance."
    )
    assert dev.batch("download", (OTHER, 1))[0] == 200


def test_maintenance_is_told_in_its_words(dev: GitLfs) -> None:
    begin(message="Back at noon.", by="root", now=timezone.now())

    status, body = dev.batch("upload", (OTHER, 1))

    assert status == 403
    assert body["message"].endswith("(read-only) maintenance mode.\nBack at noon.")
    assert dev.batch("download", (OTHER, 1))[0] == 200


def test_lfs_may_be_off(dev: GitLfs, project: Project, settings: Settings) -> None:
    Project.objects.filter(pk=project.pk).update(lfs_enabled=False)
    assert dev.batch("download", (OID, 1)) == NOT_FOUND
    settings.LFS_ENABLED = False
    off = "Git LFS is not enabled on this GitLab server, contact your admin."
    assert dev.batch("download", (OID, 1)) == refusal(501, off)


@pytest.mark.parametrize("repository", ["/gnuwget/absent.git", "/gnuwget.wiki.git", "/snippets/1.git"])
def test_other_repositories_have_no_lfs(dev: GitLfs, repository: str) -> None:
    assert GitLfs("rubi", dev.password, repository=repository).batch("download", (OID, 1)) == NOT_FOUND


def test_old_clients_are_told_to_be_renewed(dev: GitLfs, nobody: GitLfs) -> None:
    words = "Server supports batch API only, please update your Git LFS client to version 1.0.1 and up."

    assert dev.ask("POST", "/info/lfs/objects", {}) == refusal(501, words)
    assert dev.ask("GET", f"/info/lfs/objects/{OID}") == refusal(501, words)
    assert GitLfs("rubi", dev.password, repository="/no/where.git").ask("GET", "/info/lfs/objects/x/y") == (
        refusal(501, words)
    )
    assert nobody.send("GET", f"/info/lfs/objects/{OID}").status_code == 401


def test_a_batch_of_a_thousand_asks_no_more_than_one_of_ten(dev: GitLfs, project: Project) -> None:
    oids = [f"{number:064x}" for number in range(1000)]
    rows = LfsObject.objects.bulk_create([LfsObject(oid=oid, size=1, file=name_of(oid)) for oid in oids[::2]])
    LfsObjectLink.objects.bulk_create([LfsObjectLink(project=project, lfs_object=row) for row in rows])
    dev.batch("download", (OID, 1))  # notes that the token was used, once

    def queries(operation: str, number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            status, body = dev.batch(operation, *((oid, 1) for oid in oids[:number]))
        assert status == 200
        assert len(body["objects"]) == number
        assert sum("actions" in item for item in body["objects"]) == number / 2
        return len(captured)

    for operation in ("download", "upload"):
        many = queries(operation, 1000)
        assert many == queries(operation, 10)
        if connection.vendor == "postgresql":  # where the facts are read in one query
            assert many <= 6
