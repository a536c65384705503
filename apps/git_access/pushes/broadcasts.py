"""Broadcast messages: sending and ending them, and which one a pushing user sees."""

from collections.abc import Callable
from datetime import datetime, timedelta

from apps.directory.access_levels import level_in_project
from apps.directory.models import AccessLevel, Project, User
from apps.git_access.matching import wildcards
from apps.git_access.models import BroadcastMessage


class NotShown(LookupError):
    """No message with this id is shown or will be."""

    def __init__(self, message_id: int) -> None:
        super().__init__(f"There is no message {message_id} that is shown.")


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


def send(*, message: str, target_path: str = "", now: datetime, lasting: timedelta) -> BroadcastMessage:
    """Show a banner from now on to everybody who pushes, or to those who push to the projects of a pattern.

    Raises:
        ValidationError: the message is empty, or something is too long.
    """
    row = BroadcastMessage(message=message, starts_at=now, ends_at=now + lasting, target_path=target_path)
    row.full_clean()
    row.save()
    return row


def end(message_id: int, *, now: datetime) -> BroadcastMessage:
    """Show a message no longer, or never, where its time has not come.

    Raises:
        NotShown: there is none that is shown or will be.
    """
    row = BroadcastMessage.objects.filter(pk=message_id, ends_at__gt=now).first()
    if row is None:
        raise NotShown(message_id)
    row.starts_at, row.ends_at = min(row.starts_at, now), now
    row.save(update_fields=["starts_at", "ends_at"])
    return row


def _aims_at(message: BroadcastMessage, project: Project) -> bool:
    return bool(message.target_path) and wildcards.matches(
        message.target_path, f"/{project.full_path}", ignore_case=True
    )
