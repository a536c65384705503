"""May this Git command run: the pipeline, stopped at the first refusal."""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.core.gitaly.servers import Server
from apps.git_access.access import (
    pipeline,
    project_creation,
    rate_limit,
    reading,
    repository_existence,
    traces,
)
from apps.git_access.access.decision import Decision
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt, Command
from apps.git_access.context.facts import Facts
from apps.git_access.context.refusals import Hidden, Refusal
from apps.git_access.policy.steps.repository import PROJECT_NOT_FOUND
from apps.git_access.repositories.ids import MalformedRepository, RepositoryId, parse


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
        named = _named_repository(command)
        rate_limit.enforce(command)
        attempt = reading.attempt_of(command, named, now=now, facts=facts, makes_ghost=True)
        traces.asked(attempt)
        attempt = decide(attempt)
        grant = Grant(attempt, gitaly_repositories.server(attempt.facts))
        traces.granted(attempt)
    except Refusal as refusal:
        traces.refused(command, refusal, now=now)
        raise
    return grant


def _named_repository(command: Command) -> RepositoryId | None:
    try:
        return parse(command.gl_repository) if command.gl_repository is not None else None
    except MalformedRepository:
        refusal = Hidden(PROJECT_NOT_FOUND)
        refusal.rule = "repository-name"
        raise refusal from None


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
                traces.found_elsewhere(decision.attempt)
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
    return replace(reading.attempt_of(attempt.command, None, now=attempt.now), began_project=True)
