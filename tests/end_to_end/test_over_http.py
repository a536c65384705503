"""Git over HTTP through Workhorse, with the git of this machine."""

import base64
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.end_to_end import fronts
from tests.end_to_end.chains import Chain
from tests.end_to_end.fronts import Front
from tests.gitaly.workspaces import Workspace
from tests.workhorse_double.server import running

HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."
PEOPLE = """
from apps.directory import access_tokens
from apps.directory.models import Member, Project, User
for name in ("http-anna", "http-otto"):
    user = User.objects.create_user(name, "correct-horse", email=name + "@example.com")
    for scope in ("write_repository", "read_repository"):
        print(access_tokens.issue(user=user, name=scope, scopes=[scope])[1])
User.objects.filter(username="http-otto").update(otp_required_for_login=True)
"""


@pytest.fixture(scope="module")
def people(chain: Chain) -> dict[str, str]:
    """Anna, and Otto with two-factor authentication; the tokens of each."""
    names = ("anna", "anna-reads", "otto", "otto-reads")
    return dict(zip(names, chain.shell_says(PEOPLE).split(), strict=True))


@pytest.fixture(scope="module", params=fronts.KINDS)
def front(
    request: pytest.FixtureRequest, chain: Chain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("workhorse")
    with fronts.in_front_of(chain, request.param, folder) as front:
        yield front


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    """A path of the test's own, where nothing is yet."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    return f"http-anna/{letters.strip('-')}"


@pytest.fixture
def pushed(front: Front, people: dict[str, str], workspace: Workspace, path: str) -> str:
    """A private project of Anna's that her push has made; its path."""
    address = front.address(f"{path}.git", "x", people["anna"])
    done = front.git("push", address, "main", cwd=workspace.path)
    assert done.status == 0, done.terminal
    assert f"The private project {path} was successfully created." in done.remote
    return path


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_what_was_pushed_is_cloned(
    front: Front, people: dict[str, str], pushed: str, tmp_path: Path, workspace: Workspace, version: str
) -> None:
    address = front.address(f"{pushed}.git", "http-anna", "correct-horse")

    done = front.git("-c", f"protocol.version={version}", "clone", "-q", address, "copy", cwd=tmp_path)

    assert (done.status, done.terminal) == (0, "")
    assert Workspace(tmp_path / "copy").git("rev-parse", "HEAD") == workspace.git("rev-parse", "HEAD")


def test_a_push_in_pieces_and_a_fetch_of_it(
    front: Front, people: dict[str, str], pushed: str, tmp_path: Path, workspace: Workspace
) -> None:
    address = front.address(f"{pushed}.git", "http-anna", people["anna"])
    front.git("clone", "-q", address, "copy", cwd=tmp_path)
    commit = workspace.commit("Large", large=base64.b85encode(bytes(range(256)) * 2000).decode())

    done = front.git(
        "-c",
        "http.postBuffer=65536",
        "-c",
        "core.compression=0",
        "push",
        address,
        "main:feature",
        cwd=workspace.path,
    )

    assert done.status == 0, done.terminal
    assert front.git("fetch", "-q", "origin", cwd=tmp_path / "copy").status == 0
    assert Workspace(tmp_path / "copy").git("rev-parse", "origin/feature") == commit


def test_an_address_without_its_suffix(
    front: Front, people: dict[str, str], pushed: str, tmp_path: Path
) -> None:
    done = front.git("clone", front.address(pushed, "x", people["anna"]), "copy", cwd=tmp_path)

    assert done.status == 0
    assert f"warning: redirecting to {front.url}/{pushed}.git/" in done.terminal


def test_without_credentials_git_is_asked_for_them_and_a_wrong_one_is_refused(
    front: Front, pushed: str, tmp_path: Path
) -> None:
    none = front.git("clone", front.address(f"{pushed}.git"), "copy", cwd=tmp_path)
    wrong = front.git("clone", front.address(f"{pushed}.git", "http-anna", "wrong"), "copy", cwd=tmp_path)

    assert "could not read Username" in none.terminal
    assert wrong.remote[0].startswith("HTTP Basic: Access denied. If a password was provided")
    assert f"Authentication failed for '{front.url}/{pushed}.git/'" in wrong.terminal
    assert (none.status, wrong.status) == (128, 128)


def test_a_public_project_needs_none(front: Front, pushed: str, tmp_path: Path) -> None:
    front.chain.shell_says(
        f"from apps.directory.models import Project; "
        f"Project.objects.at_path('{pushed}').update(visibility_level=20)"
    )

    done = front.git("clone", "-q", front.address(f"{pushed}.git"), "copy", cwd=tmp_path)

    assert (done.status, done.terminal) == (0, "")


def test_a_token_that_only_reads(
    front: Front, people: dict[str, str], pushed: str, tmp_path: Path, workspace: Workspace
) -> None:
    address = front.address(f"{pushed}.git", "http-anna", people["anna-reads"])

    assert front.git("clone", "-q", address, "copy", cwd=tmp_path).status == 0
    done = front.git("push", address, "main:other", cwd=workspace.path)

    assert done.status == 128
    assert done.remote == ["You are not allowed to upload code."]


def test_whoever_has_two_factors_needs_a_token(
    front: Front, people: dict[str, str], workspace: Workspace, path: str
) -> None:
    path = path.replace("http-anna", "http-otto")

    password = front.git(
        "push", front.address(f"{path}.git", "http-otto", "correct-horse"), "main", cwd=workspace.path
    )
    token = front.git(
        "push", front.address(f"{path}.git", "http-otto", people["otto"]), "main", cwd=workspace.path
    )

    assert password.remote[0].startswith("HTTP Basic: Access denied.")
    assert token.status == 0


def test_a_stranger_cannot_tell_private_from_absent(
    front: Front, people: dict[str, str], pushed: str, tmp_path: Path
) -> None:
    private = front.git("clone", front.address(f"{pushed}.git", "x", people["otto"]), cwd=tmp_path)
    absent = front.git("clone", front.address("http-anna/nothing.git", "x", people["otto"]), cwd=tmp_path)

    assert (private.remote, absent.remote) == ([HIDDEN], [HIDDEN])


def test_a_moved_project_is_served_and_the_next_push_says_so(
    front: Front, people: dict[str, str], pushed: str, workspace: Workspace
) -> None:
    front.chain.shell_says(
        f"from apps.directory.models import Project; from apps.directory import paths; "
        f"paths.rename_project(Project.objects.at_path('{pushed}').get(), path='moved-{pushed[10:]}')"
    )
    workspace.commit("More")

    done = front.git("push", front.address(f"{pushed}.git", "x", people["anna"]), "main", cwd=workspace.path)

    assert done.status == 0
    assert f"Project '{pushed}' was moved to 'http-anna/moved-{pushed[10:]}'." in done.remote


@pytest.mark.parametrize(
    ("key", "text"),
    [(None, "Nil JSON web token"), (b"x" * 32, "Invalid JSON web token")],
    ids=["none", "other"],
)
def test_who_only_looks_like_workhorse_is_told_why(
    chain: Chain, people: dict[str, str], tmp_path: Path, key: bytes | None, text: str
) -> None:
    with running(fronts.settings_of(chain, key=key)) as url:
        impostor = Front(chain, url)
        done = impostor.git(
            "ls-remote", impostor.address("http-anna/any.git", "x", people["anna"]), cwd=tmp_path
        )

    assert done.remote == [text]


def test_what_is_for_workhorse_never_reaches_a_client(
    front: Front, people: dict[str, str], pushed: str
) -> None:
    place = urlsplit(front.url)
    connection = HTTPConnection(place.hostname or "", place.port)
    login = base64.b64encode(f"x:{people['anna']}".encode()).decode()
    for method, target in (
        ("HEAD", f"/{pushed}.git/info/refs?service=git-upload-pack"),
        ("POST", f"/{pushed}.git/git-upload-pack"),
        ("GET", f"/{pushed.replace('/', '%2F')}.git/info/refs?service=git-upload-pack"),
    ):
        connection.request(method, target, headers={"Authorization": f"Basic {login}"})
        response = connection.getresponse()
        body = response.read()
        assert response.status in {403, 404}
        assert b"gitaly" not in body.lower()
    connection.close()
