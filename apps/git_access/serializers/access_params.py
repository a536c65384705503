"""What ``/allowed`` is asked; read by hand, for it is the hottest endpoint and refuses little by shape."""

import json
from typing import Any, TypeGuard

from apps.core import correlation
from apps.core.api.errors import BadRequest
from apps.core.api.params import RequestParameters, storable
from apps.core.api.serializer_errors import first_alone, read
from apps.core.json_values import made_storable, storable_text
from apps.git_access.context import changes
from apps.git_access.context.attempt import Action, Command, Quarantine
from apps.git_access.context.changes import Change
from apps.git_access.serializers.params import ClientContextParameters
from apps.ssh_keys.params import claim

OBJECT_DIRECTORY = "GIT_OBJECT_DIRECTORY_RELATIVE"
ALTERNATES = "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE"


def command_of(given: RequestParameters) -> Command:
    """Read the parameters of ``/allowed``.

    Raises:
        BadRequest: a parameter that cannot be done without is missing, or one is of a wrong type.
    """
    command = Command(
        claim=claim(given),
        action=given.text("action") or "",
        protocol=_required(given, "protocol").lower(),
        gl_repository=given.text("gl_repository"),
        project=given.text("project"),
        changes=_changes(given),
        asks_beforehand=given.value("changes") == changes.ANY,
        quarantine=_quarantine(given.value("env")),
        check_ip=_check_ip(given.value("check_ip")),
        namespace_path=given.text("namespace_path"),
        relative_path=given.text("relative_path"),
        correlation_id=correlation.current(),
    )
    if given.value("gitaly_client_context_bin") is not None:
        read(ClientContextParameters, given.values, refusal=first_alone)
    if command.gl_repository is None and command.project is None:
        raise BadRequest('"project" not given')
    if given.value("changes") is None and command.action == Action.RECEIVE_PACK:
        raise BadRequest('"changes" not given')
    return command


def _required(given: RequestParameters, name: str) -> str:
    value = given.text(name)
    if not value:
        raise BadRequest(f'"{name}" not given')
    return value


def _changes(given: RequestParameters) -> tuple[Change, ...]:
    value = given.value("changes")
    if isinstance(value, list):
        return changes.from_lines([storable("changes", line) for line in value])
    return changes.from_lines(given.text("changes"))


def _check_ip(value: Any) -> str | None:
    """Read the address; what is none is kept as it can be stored, for it lies outside every range."""
    return None if value is None else made_storable(str(value))


def _quarantine(env: Any) -> Quarantine:
    """Read the quarantine directories: an object, or JSON text of one; anything else says nothing."""
    if isinstance(env, str):
        try:
            env = json.loads(env)
        except (ValueError, RecursionError):
            env = {}
    if not isinstance(env, dict):
        return Quarantine()
    directory, alternates = env.get(OBJECT_DIRECTORY), env.get(ALTERNATES, [])
    is_list = isinstance(alternates, list) and all(map(_is_path, alternates))
    return Quarantine(
        object_directory=directory if _is_path(directory) else "",
        alternates=alternates if is_list or alternates is None else [],
    )


def _is_path(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and storable_text(value)
