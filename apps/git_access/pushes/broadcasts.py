"""Which broadcast message a pushing user sees."""

from collections.abc import Callable
from datetime import datetime

from apps.directory.access_levels import level_in_project
from apps.directory.models import AccessLevel, Project, User
from apps.git_access.matching import wildcards
from apps.git_access.models import BroadcastMessage


def banner(*, find_project: Callable[[], Project | None], user: User | None, now: datetime) -> str | None:
    """Return the newest banner for a project, else the newest one for everywhere.

    The project is looked up only where a message is not for everybody.
    """
    messages = list(BroadcastMessage.objects.for_git_clients(at=now))
    aims = any(message.target_path or message.target_access_levels for message in messages)
    project = find_project() if aims else None
    level: int = AccessLevel.NONE
    if project and any(message.target_access_levels for message in messages):
        level = level_in_project(user=user, project=project, on=now.date())
    seen = [
        message
        for message in messages
        if not message.target_access_levels or level in message.target_access_levels
    ]
    aimed = (message for message in seen if project and _aims_at(message, project))
    general = (message for message in seen if not message.target_path)
    chosen = next(aimed, None) or next(general, None)
    return chosen.message if chosen else None


def _aims_at(message: BroadcastMessage, project: Project) -> bool:
    return bool(message.target_path) and wildcards.matches(
        message.target_path, f"/{project.full_path}", ignore_case=True
    )
