"""What Workhorse asks before it carries Git over HTTP, and what people are told in its place."""

from typing import Any

from apps.operations.conformance.check import Call, Check, Signer, nobody, person, workhorse
from apps.operations.conformance.credentials import Credentials, Headers, basic
from apps.operations.conformance.matching import (
    FLAGS,
    INTEGER,
    NAMED,
    TEXT_OR_NULL,
    TEXTS,
    Exactly,
    text_like,
)
from apps.operations.conformance.world import World

FOR_WORKHORSE = "application/vnd.gitlab-workhorse+json"
TEXT = "text/plain"
DENIED = text_like(r"HTTP Basic: Access denied.*", "a text that begins with HTTP Basic: Access denied")
CHALLENGE = {"www-authenticate": 'Basic realm="GitLab"'}
PULL, PUSH = "git-upload-pack", "git-receive-pack"


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [*_signatures(world), *_people(world), *_addresses(world), _told(world)]


def _signatures(world: World) -> list[Check]:
    asked = [refs(world.project_path, PULL, nobody), pack(world.project_path, PUSH, nobody)]
    forged = [refs(world.project_path, PULL, _forged)]
    return [
        _check("unsigned", "2.2", asked, 403, "Nil JSON web token", needs=()),
        _check("forged", "2.2", forged, 403, "Invalid JSON web token", needs=()),
    ]


def _people(world: World) -> list[Check]:
    absent = [refs(world.missing_path, service) for service in (PULL, PUSH)]
    wrong = [refs(world.project_path, PULL, _wrong_person)]
    unknown = [refs(world.missing_path, PULL, person)]
    neither = [refs(world.project_path, "git-upload-archive", person)]
    return [
        _check("nobody", "4.4", absent, 401, DENIED, headers=CHALLENGE, alike=True),
        _check("wrong_password", "4.5", wrong, 401, DENIED, headers=CHALLENGE),
        _check("missing_project", "5.2", unknown, 404, _HIDDEN, needs=_BOTH),
        _check("unknown_service", "5.1", neither, 403, _NO_COMMAND, needs=_BOTH),
    ]


def _addresses(world: World) -> list[Check]:
    without = Call(method="GET", path=f"/{world.project_path}/info/refs?service={PULL}", by=nobody)
    location = text_like(rf".*/{world.project_path}\.git/info/refs\?service={PULL}", "the address with .git")
    stream = Call(method="POST", path=f"/{world.project_path}.git/ssh-upload-pack", by=nobody)
    return [
        Check(
            name="workhorse.without_suffix",
            reference="5.6",
            calls=[without],
            status=301,
            headers={"location": location},
            media_type="",
        ),
        _check("ssh_streams", "5.7", [stream], 404, "Not found", needs=()),
    ]


def _told(world: World) -> Check:
    both = [refs(world.project_path, PULL, person), pack(world.project_path, PULL, person)]
    return Check(
        name="workhorse.told",
        reference="3",
        calls=both,
        body=_answer(world),
        media_type=FOR_WORKHORSE,
        needs=_BOTH,
    )


_BOTH = ("workhorse", "admin")
_HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."
_NO_COMMAND = "The command you're trying to execute is not allowed."


def refs(path: str, service: str, by: Signer = workhorse) -> Call:
    """The first request of a Git command."""
    return Call(method="GET", path=f"/{path}.git/info/refs", by=by, query={"service": service})


def pack(path: str, service: str, by: Signer = workhorse) -> Call:
    """The second one, without its body."""
    return Call(method="POST", path=f"/{path}.git/{service}", by=by)


def _answer(world: World) -> dict[str, Any]:
    return {
        "GL_ID": NAMED,
        "GL_USERNAME": TEXT_OR_NULL,
        "GL_REPOSITORY": world.gl_repository,
        "Repository": Exactly(
            {
                "storage_name": NAMED,
                "relative_path": NAMED,
                "git_object_directory": "",
                "git_alternate_object_directories": [],
                "gl_repository": world.gl_repository,
                "gl_project_path": world.project_path,
            }
        ),
        "GitConfigOptions": TEXTS,
        "GitalyServer": {"address": NAMED, "token": TEXT_OR_NULL, "features": FLAGS},
        "ProjectID": world.project_id,
        "RootNamespaceID": INTEGER,
    }


def _forged(credentials: Credentials) -> Headers:
    return credentials.workhorse_token(key=b"x" * 32)


def _wrong_person(credentials: Credentials) -> Headers:
    return {**workhorse(credentials), **basic("conformance", "wrong")}


def _check(name: str, section: str, calls: list[Call], status: int, body: Any, **more: Any) -> Check:
    more = {"needs": ("workhorse",), **more}
    return Check(
        name=f"workhorse.{name}",
        reference=section,
        calls=calls,
        status=status,
        body=body,
        media_type=TEXT,
        **more,
    )
