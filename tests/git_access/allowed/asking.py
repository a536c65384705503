"""Asking ``/allowed`` as gitlab-shell and Gitaly do, and what comes back."""

import json
from typing import TYPE_CHECKING, Any

from apps.directory.models import Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import MemberFactory, UserFactory

if TYPE_CHECKING:  # the class exists only in the stubs: a response with ``json()``
    from rest_framework.response import _MonkeyPatchedResponse as Response

ANY = "_any"
PULL, PUSH, ARCHIVE = "git-upload-pack", "git-receive-pack", "git-upload-archive"
ZEROS = "0" * 40
OLD, NEW = "a" * 40, "b" * 40
MAIN = "refs/heads/main"

Outcome = tuple[int, str | None]
GRANTED: Outcome = (200, None)

NO_PROJECT = "The project you were looking for could not be found or you don't have permission to view it."
NO_NAMESPACE = "The namespace you were looking for could not be found."
NO_WIKI = "The wiki you were looking for could not be found."
NO_GROUP = "The group you were looking for could not be found."
NO_SNIPPET = "The snippet you were looking for could not be found."
NO_REPOSITORY = "A repository for this project does not exist yet."
NO_DOWNLOAD = "You are not allowed to download code from this project."
NO_PUSH = "You are not allowed to push code to this project."
NO_UPLOAD = "You are not allowed to upload code for this project."
NO_GITALY = "The git server, Gitaly, is not available at this time. Please contact your administrator."
HIDDEN: Outcome = (404, NO_PROJECT)


def ask(
    shell: Caller, action: str, by: User | Key | None, at: Project | str | None = None, /, **more: Any
) -> "Response":
    """Ask for one command: by a user, a key or nobody, at a project or a path as typed."""
    target = at.full_path if isinstance(at, Project) else at
    body = {"action": action, "protocol": "ssh", "changes": ANY, "project": target, **actor(by), **more}
    return shell.request("POST", "allowed", json.dumps(body), content_type="application/json")


def pull(shell: Caller, by: User | Key | None, at: Project | str | None = None, /, **more: Any) -> "Response":
    """Ask whether a fetch may run."""
    return ask(shell, PULL, by, at, **more)


def push(shell: Caller, by: User | Key | None, at: Project | str | None = None, /, **more: Any) -> "Response":
    """Ask whether a push may begin or, with ``changes``, whether it may be accepted."""
    return ask(shell, PUSH, by, at, **more)


def actor(by: User | Key | None) -> dict[str, str]:
    """Return the parameter that names somebody; ids travel as texts."""
    if by is None:
        return {}
    return {"key_id" if isinstance(by, Key) else "user_id": str(by.pk)}


def line(ref: str, *, old: str = OLD, new: str = NEW) -> str:
    """Return the line of one change, as Git writes it to its hooks."""
    return f"{old} {new} {ref}\n"


def creation(ref: str, *, new: str = NEW) -> str:
    """Return the line of a ref that is new."""
    return line(ref, old=ZEROS, new=new)


def deletion(ref: str) -> str:
    """Return the line of a ref that shall go."""
    return line(ref, new=ZEROS)


def outcome(response: "Response") -> Outcome:
    """Return status and text; a refusal has exactly these two keys in its body."""
    body = response.json()
    if response.status_code == 200:
        assert body["status"] is True
        assert "message" not in body
        return GRANTED
    assert list(body.items()) == [("status", False), ("message", body["message"])]
    return response.status_code, body["message"]


def member(project: Project, level: int, **user: Any) -> User:
    """Return a new user with this level in the project; level 0 is no membership."""
    found = UserFactory.create(**user)
    if level:
        MemberFactory.create(user=found, project=project, access_level=level)
    return found


def owner(key: Key) -> User:
    """Return whose key it is, as it is stored now."""
    return User.objects.get(keys=key)
