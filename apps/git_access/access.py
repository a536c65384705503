"""May this Git command run: the pipeline of steps whose order is part of the contract."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.conf import settings

from apps.directory.models import User
from apps.git_access import (
    changes,
    containers,
    creation,
    existence,
    fact_readers,
    gitaly_repositories,
    notices,
    push_checks,
)
from apps.git_access.attempt import Attempt, Command
from apps.git_access.deadline import NO_GITALY, CheckTimer, gitaly_answers
from apps.git_access.facts import Facts, Question
from apps.git_access.push_checks import snippets
from apps.git_access.refusals import Hidden, TooMany, Unavailable
from apps.git_access.repositories import MalformedRepository, RepositoryId, RepositoryType, parse
from apps.git_access.steps import actor, instance, pulling, pushing, repository
from apps.ssh_keys import actors, last_use
from gitlab_internal.gitaly.failures import RepositoryNotFound
from gitlab_internal.gitaly.servers import Server, UnknownStorage, server_of
from gitlab_internal.shared_store.store import STORE_FAILURES, store

log = structlog.get_logger(__name__)

Step = Callable[[Attempt], None]

WINDOW = 60  # seconds, of the rate limit
TOO_MANY = "This endpoint has been requested too many times. Try again later."

BEFORE_CREATION: tuple[Step, ...] = (
    repository.snippet_exists,
    instance.maintenance_mode,
    actor.one_time_password,
    instance.protocol,
    actor.snippet_actor,
    actor.key_validity,
    actor.key_expiry,
    actor.active_user,
    instance.http_switched_off,
    instance.known_command,
    instance.read_only_instance,
    actor.certificate_namespace,
    repository.namespace_in_path,
)
BEFORE_EXISTENCE: tuple[Step, ...] = (
    repository.container_exists,
    repository.project_readable,
    repository.group_readable,
)
PULL: tuple[Step, ...] = (pulling.download_right,)
PROJECT_PUSH: tuple[Step, ...] = (
    pushing.repository_writable,
    pushing.not_archived,
    pushing.deploy_key_writes,
    pushing.not_anonymous,
    pushing.within_size,
    pushing.push_right,
)
WIKI_PUSH: tuple[Step, ...] = (
    pushing.repository_writable,
    pushing.not_archived,
    pushing.deploy_key_writes,
    pushing.not_anonymous,
    pushing.wiki_write_right,
)
GROUP_WIKI_PUSH: tuple[Step, ...] = (pushing.repository_writable, pushing.wiki_write_right)
SNIPPET_PUSH: tuple[Step, ...] = (
    pushing.snippet_has_user,
    pushing.repository_writable,
    pushing.snippet_update_right,
)
DESIGN: tuple[Step, ...] = (pushing.design_right,)
PUSH: dict[RepositoryType, tuple[Step, ...]] = {
    RepositoryType.PROJECT: PROJECT_PUSH,
    RepositoryType.PROJECT_WIKI: WIKI_PUSH,
    RepositoryType.GROUP_WIKI: GROUP_WIKI_PUSH,
    RepositoryType.SNIPPET: SNIPPET_PUSH,
}

# What looks at the single refs; a wiki's are not looked at.
CHANGES: dict[RepositoryType, Callable[[Attempt, CheckTimer], None]] = {
    RepositoryType.PROJECT: push_checks.run,
    RepositoryType.SNIPPET: snippets.run,
}


@dataclass(frozen=True, slots=True)
class Grant:
    """The command may run, on the Gitaly server that holds the repository."""

    attempt: Attempt
    server: Server


def authorize(command: Command, *, now: datetime) -> Grant:
    """Decide about one Git command.

    Raises:
        Refusal: why it may not run.
    """
    named = _named_repository(command)
    limit_rate(command)
    attempt = attempt_of(command, named, now=now)
    touch(attempt)
    granted = check(attempt)
    grant = Grant(granted, _server(granted))
    record_activity(granted)
    return grant


def check(attempt: Attempt) -> Attempt:
    """Take every step from the third on, and return the attempt; its project may be a new one.

    Raises:
        Refusal: why the command may not run.
    """
    if attempt.type == RepositoryType.DESIGN:
        _take(DESIGN, attempt)
        return attempt
    _take(BEFORE_CREATION, attempt)
    with gitaly_answers():
        if creation.is_due(attempt):
            creation.create(attempt)
            attempt = replace(attempt, facts=_facts(attempt.command, None, attempt.path, now=attempt.now))
        _take(BEFORE_EXISTENCE, attempt)
        _remember_move(attempt)
        _check_repository(attempt, CheckTimer())
    return attempt


def _check_repository(attempt: Attempt, timer: CheckTimer) -> None:
    try:
        existence.ensure(attempt, timer)
        if not attempt.command.is_push:
            _take(PULL, attempt)
            return
        _take(PUSH[attempt.type], attempt)
        if check_changes := CHANGES.get(attempt.type):
            check_changes(attempt, timer)
    except RepositoryNotFound:
        existence.record(attempt.facts, exists=None)
        raise Hidden(existence.ABSENT[attempt.type]) from None


def _take(steps: tuple[Step, ...], attempt: Attempt) -> None:
    for step in steps:
        step(attempt)


def _named_repository(command: Command) -> RepositoryId | None:
    try:
        return parse(command.gl_repository) if command.gl_repository is not None else None
    except MalformedRepository:
        raise Hidden(repository.PROJECT_NOT_FOUND) from None


def attempt_of(command: Command, named: RepositoryId | None, *, now: datetime) -> Attempt:
    """Read the facts about a command."""
    path = None
    if named is None and command.project is not None:
        path = containers.normalised(command.project)
    return Attempt(
        command=command,
        facts=_facts(command, named, path, now=now),
        path=path,
        changes=changes.parse(command.changes),
        now=now,
    )


def _facts(command: Command, named: RepositoryId | None, path: str | None, *, now: datetime) -> Facts:
    question = Question(actor=actors.lookup(command.claim), repository=named, path=path or "", on=now.date())
    return fact_readers.read(question)


def limit_rate(command: Command) -> None:
    """Step 1: only where Redis counts, for no request writes to the database to be counted.

    Raises:
        TooMany: one actor has asked too often for the same thing.
    """
    limit = settings.GITLAB_SHELL_OPERATION_LIMIT
    if not settings.REDIS_URL or limit <= 0:
        return
    target = command.gl_repository or command.project or ""
    key = f"gitlab_shell_operation:{command.action}:{target}:{actors.lookup(command.claim)}"
    try:
        count = store().count_within(key, window=WINDOW)
    except STORE_FAILURES:
        log.warning("a request could not be counted", exc_info=True)
        return
    if count > limit:
        raise TooMany(TOO_MANY, retry_after=WINDOW)


def touch(attempt: Attempt) -> None:
    """Step 2: the key was used; written at most once a day, and before any refusal."""
    key = attempt.facts.key
    if key is not None:
        last_use.touch(key_id=key.id, last_used_at=key.last_used_at, now=attempt.now)


def record_activity(attempt: Attempt) -> None:
    """A pull that may run makes its user active today; written once a day."""
    user, today = attempt.facts.checked_user, attempt.now.date()
    if user is None or not attempt.command.is_pull or settings.READ_ONLY:
        return
    if user.last_activity_on != today:
        User.objects.filter(pk=user.id).update(last_activity_on=today)


def _server(attempt: Attempt) -> Server:
    storage = gitaly_repositories.of(attempt.facts, attempt.command.quarantine).storage_name
    try:
        return server_of(storage)
    except UnknownStorage:
        raise Unavailable(NO_GITALY) from None


def _remember_move(attempt: Attempt) -> None:
    """Step 17: whoever used a former path is told at the end of the push."""
    user, path = attempt.facts.checked_user, attempt.redirected_path
    if user and path:
        notices.remember_move(
            user_id=user.id,
            repository=gitaly_repositories.repository_id(attempt.facts),
            old_path=path,
            new_path=attempt.facts.full_path or "",
            protocol=attempt.command.protocol,
        )
