"""May this Git command run: the pipeline, stopped at the first refusal, and what a decision leaves behind."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from django.conf import settings

from apps.core import records
from apps.core.gitaly.servers import Server, UnknownStorage, server_of
from apps.core.observability import request_facts
from apps.core.shared_store.store import failures, store
from apps.directory import access_levels
from apps.directory.models import User
from apps.git_access.access import (
    denials,
    pipeline,
    project_creation,
    recent_denials,
    repository_existence,
)
from apps.git_access.access.decision import Decision
from apps.git_access.context import changes, gitaly_repositories, instance_settings
from apps.git_access.context.attempt import Attempt, Command
from apps.git_access.context.deadline import NO_GITALY
from apps.git_access.context.facts import Facts, Question, readers
from apps.git_access.context.refusals import Hidden, Refusal, TooMany, Unavailable
from apps.git_access.policy.steps.repository import PROJECT_NOT_FOUND
from apps.git_access.repositories import containers, notices
from apps.git_access.repositories.ids import MalformedRepository, RepositoryId, RepositoryType, parse
from apps.ssh_keys import actors, last_use

log = structlog.get_logger(__name__)

WINDOW = 60  # seconds, of the rate limit
TOO_MANY = "This endpoint has been requested too many times. Try again later."


@dataclass(frozen=True, slots=True)
class Grant:
    """The command may run, on the Gitaly server that holds the repository."""

    attempt: Attempt
    server: Server


def authorize(command: Command, *, now: datetime, facts: Facts | None = None) -> Grant:
    """Decide about one Git command.

    Args:
        command: what was asked.
        now: the moment of the decision.
        facts: what is known about actor and repository, where it has been read already.

    Raises:
        Refusal: why it may not run.
    """
    try:
        return _authorize(command, now=now, facts=facts)
    except Refusal as refusal:
        denials.count(refusal, now=now)
        recent_denials.note(command, refusal, now=now)
        raise


def _authorize(command: Command, *, now: datetime, facts: Facts | None) -> Grant:
    named = _named_repository(command)
    if command.credential is None:  # only of what GitLab Shell and Gitaly ask
        limit_rate(command)
    attempt = attempt_of(command, named, now=now, facts=facts)
    if attempt.facts.deploy_key and attempt.facts.user is None:
        User.objects.ghost()  # the first deploy key without creator calls it into being
        attempt = attempt_of(command, named, now=now)
    _note_actor(attempt.facts)
    touch(attempt)
    granted = decide(attempt)
    grant = Grant(granted, _server(granted))
    record_activity(granted)
    return grant


def _note_actor(facts: Facts) -> None:
    request_facts.note(
        key_id=facts.key.id if facts.key else None, user_id=facts.user.id if facts.user else None
    )


def decide(attempt: Attempt) -> Attempt:
    """Take every step from the third on, and return the attempt; its project may be a new one.

    Raises:
        Refusal: why the command may not run.
    """
    decision = Decision(attempt)
    try:
        for step in pipeline.run(decision):
            if step is pipeline.CREATION:
                decision.attempt = _with_new_project(decision.attempt)
            elif step is pipeline.READABLE:
                _remember_move(decision.attempt)
        if decision.begins_wiki:
            repository_existence.create_wiki(decision)
    finally:
        repository_existence.keep(decision)
    return decision.attempt


def _with_new_project(attempt: Attempt) -> Attempt:
    """Create the project that the push is to, and return the attempt at it."""
    try:
        project_creation.create(attempt)
    except Refusal as refusal:
        refusal.happened_in(pipeline.CREATION.id)
        raise
    facts = _facts(attempt.command, None, attempt.path, now=attempt.now)
    return replace(attempt, facts=facts, began_project=True)


def _named_repository(command: Command) -> RepositoryId | None:
    try:
        return parse(command.gl_repository) if command.gl_repository is not None else None
    except MalformedRepository:
        refusal = Hidden(PROJECT_NOT_FOUND)
        refusal.rule = "repository-name"
        raise refusal from None


def attempt_of(
    command: Command, named: RepositoryId | None, *, now: datetime, facts: Facts | None = None
) -> Attempt:
    """Read what is known about a command; writes nothing.

    Args:
        command: what was asked.
        named: the repository, when the command names it by ``gl_repository``; else its path counts.
        now: the moment of the decision.
        facts: what is known about actor and repository, where it has been read already.
    """
    path = None
    if named is None and command.project is not None:
        path = containers.normalised(command.project)
    facts = facts or _facts(command, named, path, now=now)
    return Attempt(
        command=command,
        facts=facts,
        settings=instance_settings.current(),
        belongs_below=_belongs_below(facts, now=now),
        path=path,
        changes=changes.parse(command.changes),
        now=now,
    )


def _facts(command: Command, named: RepositoryId | None, path: str | None, *, now: datetime) -> Facts:
    question = Question(actor=actors.lookup(command.claim), repository=named, path=path or "", on=now.date())
    return readers.read(question)


def _belongs_below(facts: Facts, *, now: datetime) -> bool:
    user, group = facts.checked_user, facts.namespace
    if facts.type != RepositoryType.GROUP_WIKI or user is None or group is None:
        return False
    return access_levels.has_level_below(user_id=user.id, group_id=group.id, on=now.date())


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
    except failures():
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
        row = User.objects.filter(pk=user.id)
        records.later("last activity of a user", user.id, partial(row.update, last_activity_on=today))


def _server(attempt: Attempt) -> Server:
    try:
        return server_of(gitaly_repositories.storage_name(attempt.facts))
    except UnknownStorage:
        raise Unavailable(NO_GITALY) from None


def _remember_move(attempt: Attempt) -> None:
    user, path = attempt.facts.checked_user, attempt.redirected_path
    if user and path:
        notices.remember_move(
            user_id=user.id,
            repository=gitaly_repositories.repository_id(attempt.facts),
            old_path=path,
            new_path=attempt.facts.full_path or "",
            protocol=attempt.command.protocol,
        )
