"""The parameters of the endpoints that hooks and other programs ask."""

import base64
import binascii
import json
from typing import Any

from apps.core.api.errors import BadRequest
from apps.core.api.plain_fields import PlainField, PlainText, PlainTexts, Unread
from apps.core.api.serializers import Parameters
from apps.git_access.repositories import ids
from apps.git_access.repositories.ids import MalformedRepository, RepositoryId
from apps.ssh_keys.params import ActorParameters

REPOSITORY = "The repository: `project-7`, `wiki-7`, `snippet-3`, …"


def well_formed(gl_repository: str) -> RepositoryId:
    """Return the repository of this name.

    Raises:
        BadRequest: the name is malformed.
    """
    try:
        return ids.parse(gl_repository)
    except MalformedRepository:
        raise BadRequest('"gl_repository" is invalid') from None


class RepositoryName(PlainText):
    """What GitLab calls a repository; read as its id."""

    def to_internal_value(self, data: Any) -> RepositoryId:
        """Return the repository."""
        try:
            return ids.parse(super().to_internal_value(data))
        except MalformedRepository:
            self.fail("invalid")


class ClientContext(PlainText):
    """Base64 of a JSON object: what GitLab told Gitaly to pass on."""

    default_error_messages = {"malformed": "No Base64 of JSON.", "no_object": "No object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the object; an empty text is an empty one."""
        encoded = super().to_internal_value(data)
        try:
            context = json.loads(base64.b64decode(encoded, validate=True)) if encoded else {}
        except (binascii.Error, ValueError, RecursionError):
            self.fail("malformed")
        if not isinstance(context, dict):
            self.fail("no_object")
        return context


class Count(PlainField):
    """A number, or a text of digits, of which only counts whether it is zero."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, str) and data.isascii() and data.isdigit():
            return min(len(data.lstrip("0")), 1)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class ClientContextParameters(Parameters):
    """What Gitaly passes on."""

    gitaly_client_context_bin = ClientContext(
        required=False, help_text="Base64 of a JSON object, passed on by Gitaly."
    )


class RepositoryParameters(Parameters):
    """The repository of a push that begins."""

    gl_repository = RepositoryName(help_text=REPOSITORY)


class FinishedPushParameters(ClientContextParameters, RepositoryParameters):
    """A push whose refs have changed, in the order in which it is checked."""

    identifier = PlainText(required=False, help_text="The actor: `user-1` or `key-11`.")
    changes = PlainText(required=False, help_text="Lines `old new ref`.")
    push_options = PlainTexts(required=False, help_text="What the pusher gave with `git push -o`.")


class LfsRepositoryParameters(Parameters):
    """Where somebody's files of Git LFS are."""

    gl_repository = RepositoryName(required=False, help_text=REPOSITORY)
    project = PlainText(required=False, help_text="The path as typed.")


class LfsTokenParameters(LfsRepositoryParameters, ActorParameters):
    """Somebody who wants a token for Git LFS."""

    operation = Unread(required=False, help_text="`download` or `upload`; not used.")


class LfsFileParameters(Parameters):
    """One file of Git LFS."""

    oid = PlainText(help_text="The SHA-256 of the file.")
    gl_repository = PlainText(help_text=REPOSITORY)


class NegotiationParameters(Parameters):
    """How many revisions a client wanted and had; clients leave a zero out."""

    wants = Count(required=False)
    haves = Count(required=False)


class ReportParameters(Parameters):
    """What the report of a Git command has beyond what ``/allowed`` is asked, or checks in its own words."""

    action = PlainText(help_text="`git-upload-pack` or `git-receive-pack`.")
    protocol = PlainText(help_text="`ssh`, `http` or `web`.")
    gl_repository = PlainText(help_text=REPOSITORY)
    changes = PlainText(help_text="`_any`.")
    check_ip = PlainText(required=False, help_text="The address that the client comes from.")
    packfile_stats = NegotiationParameters(required=False, help_text="How the negotiation went.")
