"""Who may fetch and store files of LFS: whoever may fetch and push the project's code over HTTP.

The pipeline of Git commands decides. Its steps that stop every push for a while, or for lack of room, are
left out there: Git LFS is told about these in words of their own.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.git_access.access import pipeline, reading, repository_existence
from apps.git_access.access.decision import Decision
from apps.git_access.context.attempt import Action, Attempt, Command, Credential
from apps.git_access.context.facts import Facts
from apps.git_access.context.refusals import Refusal
from apps.git_access.policy import sizes
from apps.git_access.policy.steps import instance, pushing
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.actors import Claim
from apps.workhorse.identities import Identity

_LEFT_OUT = frozenset(
    {
        instance.NO_MAINTENANCE.id,
        instance.INSTANCE_WRITABLE.id,
        pushing.SIZE_BEFORE.id,
        pipeline.CREATION.id,
        repository_existence.EXISTS.id,  # the files of a project need no repository
    }
)
_WITH_FILES = frozenset({RepositoryType.PROJECT, RepositoryType.PROJECT_WIKI})


class NotFound(LookupError):
    """There is no such project, or nobody may tell this actor about it."""


class NoUpload(PermissionError):
    """The actor may fetch files, and store none."""


class QuotaExceeded(Exception):
    """The project has reached the limit of its size."""


class Stopped(Exception):
    """Nothing is written on this instance for now; ``reason`` is told during maintenance, else empty."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LfsRights:
    """One actor before one project. Nobody in particular has no identity."""

    repository: RepositoryId
    """The project or its wiki, whose files are those of the project."""
    path: str
    """Of the repository, what stands before ``.git`` in a URL."""
    identity: Identity | None
    attempt: Attempt

    @property
    def project_id(self) -> int:
        """The project whose files it is about."""
        return self.attempt.facts.project.id if self.attempt.facts.project else 0

    @property
    def level(self) -> int:
        """The level of the actor in the project; a deploy key has none."""
        return self.attempt.facts.checked_level

    @property
    def is_public(self) -> bool:
        """Whether nobody in particular may fetch, too."""
        nobody = replace(self.attempt.facts, token=None, key=None, user=None, level=0, can_push=None)
        asker = replace(self, identity=None, attempt=replace(self.attempt, facts=nobody))
        return asker._may(Action.UPLOAD_PACK)

    def require_download(self) -> None:
        """Let pass who may fetch.

        Raises:
            NotFound: who may not.
        """
        if not self._may(Action.UPLOAD_PACK):
            raise NotFound

    def require_upload(self) -> None:
        """Let pass who may store; that there is room, and that anything is written now, are other questions.

        Raises:
            NoUpload: who may only fetch.
            NotFound: who may not even do that.
        """
        if not self._may(Action.RECEIVE_PACK):
            self.require_download()
            raise NoUpload

    def require_room(self, *, added: int = 0) -> None:
        """Let pass where the project may grow by so many bytes.

        Raises:
            QuotaExceeded: it may not.
        """
        if sizes.exceeds(self.attempt.facts, self.attempt.settings, added=added):
            raise QuotaExceeded

    def require_writes(self) -> None:
        """Let pass where the instance takes writes.

        Raises:
            Stopped: it takes none.
        """
        attempt = _with(self.attempt, Action.RECEIVE_PACK)
        try:
            instance.maintenance_mode(attempt)
        except Refusal as refusal:
            raise Stopped(refusal.message) from None
        try:
            instance.read_only_instance(attempt)
        except Refusal:
            raise Stopped from None

    def _may(self, action: Action) -> bool:
        decision = Decision(_with(self.attempt, action), without=_LEFT_OUT)
        try:
            for _ in pipeline.run(decision):
                pass  # nothing follows from a step here: no notice is kept, nothing is made
        except Refusal:
            return False
        return True


def of(facts: Facts, *, identity: Identity | None, check_ip: str | None, now: datetime) -> LfsRights:
    """Put an actor before a project; a wiki is asked about as its project.

    Raises:
        NotFound: the repository belongs to no project.
    """
    if facts.project is None or facts.type not in _WITH_FILES:
        raise NotFound
    named = RepositoryId(RepositoryType.PROJECT, facts.project.id)
    command = Command(
        claim=_claim(identity),
        action=Action.UPLOAD_PACK,
        protocol="http",
        gl_repository=named.gl_repository,
        asks_beforehand=True,
        check_ip=check_ip,
        credential=_credential(identity),
    )
    of_project = replace(facts, type=RepositoryType.PROJECT)
    attempt = reading.attempt_of(command, named, now=now, facts=of_project)
    repository = RepositoryId(facts.type, facts.project.id)
    return LfsRights(repository=repository, path=facts.full_path or "", identity=identity, attempt=attempt)


def _claim(identity: Identity | None) -> Claim:
    if identity is None:
        return Claim()
    if identity.facts.deploy_key:
        return Claim(key_id=identity.facts.deploy_key.id)
    return Claim(user_id=identity.user.id)


def _credential(identity: Identity | None) -> Credential:
    if identity is None:
        return Credential(may_read=True, may_write=False)
    return Credential(may_read=identity.may_read, may_write=identity.may_write)


def _with(attempt: Attempt, action: Action) -> Attempt:
    return replace(attempt, command=replace(attempt.command, action=action))
