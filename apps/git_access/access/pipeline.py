"""The steps of one decision, in the order that is part of the contract; numbered as there."""

from collections.abc import Callable

from apps.git_access import push_checks
from apps.git_access.access import repository_existence
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.policy.steps import actor, instance, pulling, pushing, repository
from apps.git_access.push_checks import Take, snippets
from apps.git_access.repositories.ids import RepositoryType

Step = Callable[[Attempt], None]

BEFORE_CREATION: tuple[Step, ...] = (
    repository.snippet_exists,
    instance.maintenance_mode,
    actor.one_time_password,
    instance.protocol,
    actor.snippet_actor,
    actor.key_validity,
    actor.key_expiry,
    actor.active_user,
    actor.credential_reach,
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
    pushing.within_size,
)
DESIGN: tuple[Step, ...] = (pushing.design_right,)
PUSH: dict[RepositoryType, tuple[Step, ...]] = {
    RepositoryType.PROJECT: PROJECT_PUSH,
    RepositoryType.PROJECT_WIKI: WIKI_PUSH,
    RepositoryType.GROUP_WIKI: GROUP_WIKI_PUSH,
    RepositoryType.SNIPPET: SNIPPET_PUSH,
}

# What looks at the single refs; a wiki's are not looked at.
CHANGES: dict[RepositoryType, Callable[[Attempt, CheckTimer, Take], None]] = {
    RepositoryType.PROJECT: push_checks.run,
    RepositoryType.SNIPPET: snippets.run,
}


# The checks that each of these makes.
CHECKS: dict[RepositoryType, tuple[tuple[Callable[..., None], ...], ...]] = {
    RepositoryType.PROJECT: (push_checks.OF_A_CHANGE, push_checks.OF_THE_PUSH, push_checks.AFTER_ALL),
    RepositoryType.SNIPPET: (snippets.OF_A_CHANGE, snippets.AFTER_ALL),
}
EXISTENCE = (repository_existence.ensure,)


def of(attempt: Attempt) -> tuple[tuple[Callable[..., None], ...], ...]:
    """Return every group of steps that a command goes through, for those who want to list them."""
    if attempt.type == RepositoryType.DESIGN:
        return (DESIGN,)
    before = (BEFORE_CREATION, BEFORE_EXISTENCE, EXISTENCE)
    if not attempt.command.is_push:
        return (*before, PULL)
    checks = CHECKS.get(attempt.type, ()) if attempt.changes else ()
    return (*before, PUSH[attempt.type], *checks)
