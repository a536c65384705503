"""What is known about a command, read before anything is decided."""

from datetime import datetime

from apps.directory import access_levels
from apps.directory.models import User
from apps.git_access.context import instance_settings
from apps.git_access.context.attempt import Attempt, Command
from apps.git_access.context.facts import Facts, Question, readers
from apps.git_access.repositories import containers
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys import actors


def attempt_of(
    command: Command,
    named: RepositoryId | None,
    *,
    now: datetime,
    facts: Facts | None = None,
    makes_ghost: bool = False,
) -> Attempt:
    """Read what is known about a command; nothing is written, but for the ghost.

    Args:
        command: what was asked.
        named: the repository, when the command names it by ``gl_repository``; else its path counts.
        now: the moment of the decision.
        facts: what is known about actor and repository, where it has been read already.
        makes_ghost: whether the first deploy key without creator calls its stand-in into being.
    """
    path = None
    if named is None and command.project is not None:
        path = containers.normalised(command.project)
    if facts is None:
        actor = actors.lookup(command.claim)
        question = Question(actor=actor, repository=named, path=path or "", on=now.date())
        facts = readers.read(question)
        if makes_ghost and facts.deploy_key and facts.user is None:
            User.objects.ghost()
            facts = readers.read(question)
    return Attempt(
        command=command,
        facts=facts,
        settings=instance_settings.current(),
        belongs_below=_belongs_below(facts, now=now),
        path=path,
        now=now,
    )


def _belongs_below(facts: Facts, *, now: datetime) -> bool:
    user, group = facts.checked_user, facts.namespace
    if facts.type != RepositoryType.GROUP_WIKI or user is None or group is None:
        return False
    return access_levels.has_level_below(user_id=user.id, group_id=group.id, on=now.date())
