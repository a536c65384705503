"""Git over HTTP: what Workhorse is told, and what a person reads."""

from hashlib import sha256
from typing import Any

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from apps.core.shared_store.store import store
from apps.directory.models import (
    FeatureFlag,
    Member,
    Namespace,
    PersonalAccessToken,
    Project,
    User,
    UserState,
)
from tests.factories.directory import MemberFactory, RedirectRouteFactory, UserFactory
from tests.workhorse.asking import ACCESS_DENIED, Workhorse, token_of, told

pytestmark = pytest.mark.django_db

HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."
DENIED = (401, ACCESS_DENIED)


def answer(response: HttpResponse) -> dict[str, Any]:
    """What Workhorse reads."""
    assert response["Content-Type"] == "application/vnd.gitlab-workhorse+json"
    body: dict[str, Any] = response.json()  # type: ignore[attr-defined]  # the test client adds it
    return body


def test_workhorse_is_told_where_the_repository_is(
    rubi: Workhorse, user: User, project: Project, settings: Settings
) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/gitaly", "token": "secret"}}
    settings.RECEIVE_MAX_INPUT_SIZE = 10
    FeatureFlag.objects.create(name="gitaly_x_y", enabled=True)

    body = answer(rubi.refs("gnuwget/wget2"))

    digest = sha256(str(project.pk).encode()).hexdigest()
    flags = {"gitaly-feature-x-y": "true"}
    assert body == {
        "GL_ID": f"user-{user.pk}",
        "GL_USERNAME": "rubi",
        "GL_REPOSITORY": f"project-{project.pk}",
        "ShowAllRefs": False,
        "NeedAudit": False,
        "Repository": {
            "storage_name": "default",
            "relative_path": f"@hashed/{digest[:2]}/{digest[2:4]}/{digest}.git",
            "git_object_directory": "",
            "git_alternate_object_directories": [],
            "gl_repository": f"project-{project.pk}",
            "gl_project_path": "gnuwget/wget2",
        },
        "GitConfigOptions": ["receive.maxInputSize=10485760"],
        "GitalyServer": {
            "address": "unix:/gitaly",
            "token": "secret",
            "features": flags,
            "call_metadata": {
                **flags,
                "user_id": f"user-{user.pk}",
                "username": "rubi",
                "remote_ip": "127.0.0.1",
            },
        },
        "ProjectID": project.pk,
        "RootNamespaceID": project.namespace_id,
    }


def test_nobody_in_particular_has_an_empty_id(workhorse: Workhorse, project: Project) -> None:
    Project.objects.update(visibility_level=20)

    body = answer(workhorse.refs("gnuwget/wget2"))

    assert (body["GL_ID"], body["GL_USERNAME"]) == ("", None)
    assert body["GitalyServer"]["call_metadata"] == {
        "user_id": "",
        "username": "",
        "remote_ip": "127.0.0.1",
    }
    assert workhorse.post("/gnuwget/wget2.git/git-upload-pack").status_code == 200


def test_both_requests_of_a_command_are_decided(rubi: Workhorse, user: User) -> None:
    assert rubi.refs("gnuwget/wget2", "git-receive-pack").status_code == 200
    assert rubi.post("/gnuwget/wget2.git/git-receive-pack").status_code == 200

    Member.objects.all().delete()

    assert told(rubi.post("/gnuwget/wget2.git/git-receive-pack")) == (404, HIDDEN)
    assert told(rubi.post("/gnuwget/wget2.git/git-upload-pack")) == (404, HIDDEN)


@pytest.mark.parametrize("path", ["gnuwget/wget2", "gnuwget/nothing", "nobody/nothing", "snippets/7"])
@pytest.mark.parametrize("service", ["git-upload-pack", "git-receive-pack"])
def test_a_stranger_without_credentials_cannot_tell_private_from_absent(
    workhorse: Workhorse, project: Project, path: str, service: str
) -> None:
    assert told(workhorse.refs(path, service)) == DENIED


def test_nobody_in_particular_pushes(workhorse: Workhorse, project: Project) -> None:
    Project.objects.update(visibility_level=20)

    assert told(workhorse.refs("gnuwget/wget2", "git-receive-pack")) == DENIED
    assert told(workhorse.post("/gnuwget/wget2.git/git-receive-pack")) == DENIED


@pytest.mark.parametrize(
    "query", ["", "?service=git-upload-archive", "?service=git-upload-pack&service=x", "?x=1"]
)
def test_there_are_two_services(workhorse: Workhorse, rubi: Workhorse, project: Project, query: str) -> None:
    Project.objects.update(visibility_level=20)
    path = f"/gnuwget/wget2.git/info/refs{query}"

    assert told(workhorse.get(path)) == DENIED
    assert told(rubi.get(path)) == (403, "The command you're trying to execute is not allowed.")


@pytest.mark.parametrize(
    ("level", "visibility", "service", "expected"),
    [
        (None, 0, "git-upload-pack", (404, HIDDEN)),
        (10, 0, "git-upload-pack", (403, "You are not allowed to download code from this project.")),
        (20, 0, "git-receive-pack", (403, "You are not allowed to push code to this project.")),
        (None, 20, "git-receive-pack", (403, "You are not allowed to push code to this project.")),
    ],
)
def test_what_a_person_may_not_do_is_said(
    project: Project, level: int | None, visibility: int, service: str, expected: tuple[int, str]
) -> None:
    somebody = UserFactory.create()
    if level:
        MemberFactory.create(user=somebody, project=project, access_level=level)
    Project.objects.update(visibility_level=visibility)
    asking = Workhorse("x", token_of(somebody, "api").name)

    assert told(asking.refs("gnuwget/wget2", service)) == expected


def test_the_state_of_the_instance_is_said(rubi: Workhorse, settings: Settings) -> None:
    settings.READ_ONLY = True
    assert told(rubi.refs("gnuwget/wget2", "git-receive-pack")) == (
        403,
        "You can't push code to a read-only GitLab instance.",
    )
    assert rubi.refs("gnuwget/wget2").status_code == 200

    settings.READ_ONLY, settings.UPLOAD_PACK, settings.RECEIVE_PACK = False, False, False
    assert told(rubi.refs("gnuwget/wget2")) == (403, "Pulling over HTTP is not allowed.")
    assert told(rubi.refs("gnuwget/wget2", "git-receive-pack")) == (403, "Pushing over HTTP is not allowed.")

    settings.ENABLED_GIT_ACCESS_PROTOCOL = "ssh"
    assert told(rubi.refs("gnuwget/wget2")) == (403, "Git access over HTTP is not allowed")
    assert told(Workhorse().refs("gnuwget/wget2")) == DENIED


def test_a_storage_without_gitaly_is_unavailable(rubi: Workhorse, settings: Settings) -> None:
    settings.GITALY_STORAGES = {}

    status, text = told(rubi.refs("gnuwget/wget2"))

    assert status == 503
    assert text


def test_nobody_in_particular_is_told_that_gitaly_is_away_and_not_asked_for_a_login(
    workhorse: Workhorse, project: Project, settings: Settings
) -> None:
    Project.objects.update(visibility_level=20, repository_exists=None)

    assert told(workhorse.refs("gnuwget/wget2"))[0] == 503


def test_the_repository_must_be_there(rubi: Workhorse, settings: Settings) -> None:
    Project.objects.update(repository_exists=None)

    assert told(rubi.refs("gnuwget/wget2"))[0] == 503  # Gitaly had to be asked, and is not there


def test_a_deactivated_user_is_told_why(user: User, rubi: Workhorse) -> None:
    User.objects.filter(pk=user.pk).update(state=UserState.DEACTIVATED)

    status, text = told(rubi.refs("gnuwget/wget2"))

    assert status == 403
    assert text.startswith("Your account has been deactivated by your administrator.")


def test_wikis_and_their_paths(rubi: Workhorse, project: Project) -> None:
    assert answer(rubi.refs("gnuwget/wget2.wiki"))["GL_REPOSITORY"] == f"wiki-{project.pk}"


def test_a_former_path_is_served_and_the_next_push_says_so(
    rubi: Workhorse, user: User, project: Project
) -> None:
    RedirectRouteFactory.create(path="old/place", project=project)

    body = answer(rubi.refs("old/place", "git-receive-pack"))

    assert body["Repository"]["gl_project_path"] == "gnuwget/wget2"
    notice = store().get(f"redirect_namespace:{user.pk}:project-{project.pk}")
    assert notice is not None
    assert "git remote set-url origin http://localhost:3001/gnuwget/wget2.git" in notice


@pytest.mark.parametrize("query", ["", "?service=git-upload-pack", "?service=git-receive-pack"])
@pytest.mark.parametrize(
    "path", ["gnuwget/wget2", "a/b/c", "gnuwget/wget2.wiki", "snippets/8", "a/snippets/8"]
)
def test_without_its_suffix_an_address_leads_to_the_one_with_it(
    path: str, query: str, settings: Settings
) -> None:
    response = Workhorse(signed=False).get(f"/{path}/info/refs{query}")

    assert (response.status_code, response.content) == (301, b"")
    assert response["Location"] == f"/{path}.git/info/refs{query}"

    settings.RELATIVE_URL_ROOT = "/gitlab"
    below = Workhorse(signed=False).get(f"/gitlab/{path}/info/refs{query}")
    assert below["Location"] == f"/gitlab/{path}.git/info/refs{query}"


@pytest.mark.parametrize(
    "path",
    [
        "/wget2/info/refs",
        "/-/wget2/info/refs",
        "/api/v4/info/refs",
        "/gnuwget/wget2/info/refs?service=x",
        "/gnuwget/.git/info/refs",
        "/wget2.git/info/refs",
        "/gnuwget/../wget2.git/info/refs",
        "/gnuwget//wget2.git/info/refs",
        "/./wget2.git/info/refs",
        "/gnuwget%5Cx/wget2.git/info/refs",
        "/gnuwget%00/wget2.git/info/refs",
        "/gnuwget/wget2.git/info/refs/",
        "/gnuwget/wget2.git/objects/info/packs",
        "/gnuwget/wget2.git/HEAD",
    ],
)
def test_other_paths_are_unknown(path: str, client: Any) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()) == (404, {"error": "404 Not Found"})


@pytest.mark.parametrize("raw", ["/gnuwget%2Fwget2.git/info/refs", "//gnuwget/wget2.git/info/refs"])
def test_a_path_that_workhorse_has_read_another_way_is_unknown(
    client: Any, raw: str, project: Project
) -> None:
    response = client.get("/gnuwget/wget2.git/info/refs", RAW_URI=f"{raw}?service=git-upload-pack")

    assert (response.status_code, response.json()) == (404, {"error": "404 Not Found"})


def test_methods(rubi: Workhorse, workhorse: Workhorse, user: User) -> None:
    for response in (
        rubi.post("/gnuwget/wget2.git/info/refs"),
        rubi.get("/gnuwget/wget2.git/git-upload-pack"),
    ):
        assert (response.status_code, response.content) == (405, b'{"error":"405 Not Allowed"}')
    head = rubi.request("HEAD", "/gnuwget/wget2.git/info/refs?service=git-upload-pack")
    assert (head.status_code, head.content) == (403, b"")


@pytest.mark.parametrize("signed", [True, False])
def test_streams_of_ssh_are_not_offered(signed: bool) -> None:
    for service in ("ssh-upload-pack", "ssh-receive-pack"):
        response = Workhorse(signed=signed).post(f"/gnuwget/wget2.git/{service}")
        assert told(response) == (404, "Not found")


def test_a_pull_makes_its_user_active(rubi: Workhorse, user: User) -> None:
    rubi.refs("gnuwget/wget2", "git-receive-pack")
    user.refresh_from_db()
    assert user.last_activity_on is None

    rubi.refs("gnuwget/wget2")
    user.refresh_from_db()
    assert user.last_activity_on is not None


def test_a_path_where_nobody_may_create_is_hidden(rubi: Workhorse, group: Namespace) -> None:
    assert told(rubi.refs("gnuwget/fresh", "git-receive-pack")) == (404, HIDDEN)


def test_an_illegal_path_is_not_created(
    rubi: Workhorse, user: User, group: Namespace, settings: Settings
) -> None:
    MemberFactory.create(user=user, group=group, access_level=40)

    status, text = told(rubi.refs("gnuwget/fresh-", "git-receive-pack"))

    assert status == 422
    assert text.startswith("Could not create project: Path must not end with")


def test_a_pull_creates_nothing(
    rubi: Workhorse, user: User, group: Namespace, token: PersonalAccessToken
) -> None:
    MemberFactory.create(user=user, group=group, access_level=40)

    assert told(rubi.refs("gnuwget/fresh")) == (404, HIDDEN)
    assert not Project.objects.filter(path="fresh").exists()
