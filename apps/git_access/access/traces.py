"""What a command leaves behind besides its answer: when somebody was active, refusals, a notice."""

from datetime import datetime, timedelta

from django.conf import settings

from apps.core import records
from apps.core.observability import request_facts
from apps.directory.models import User
from apps.git_access.access import denials, recent_denials
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt, Command
from apps.git_access.context.refusals import Refusal
from apps.git_access.repositories import notices
from apps.ssh_keys import last_use

_LAST_ACTIVITY = records.Column("last activity of a user", User, "last_activity_on", every=timedelta(days=1))


def asked(attempt: Attempt) -> None:
    """Step 2: note who asks, and that the key was used; written at most once a day, before any refusal."""
    key, user = attempt.facts.key, attempt.facts.user
    request_facts.note(key_id=key.id if key else None, user_id=user.id if user else None)
    if key is not None:
        last_use.touch(key_id=key.id, last_used_at=key.last_used_at, now=attempt.now)


def refused(command: Command, refusal: Refusal, *, now: datetime) -> None:
    """Count a refusal, and keep it among the latest ones."""
    denials.count(refusal, now=now)
    recent_denials.keep(command, refusal, now=now)


def found_elsewhere(attempt: Attempt) -> None:
    """Step 17: where the repository was asked for by a former path, have its user told of the new one."""
    user, path = attempt.facts.checked_user, attempt.redirected_path
    if user and path:
        notices.remember_move(
            user_id=user.id,
            repository=gitaly_repositories.repository_id(attempt.facts),
            old_path=path,
            new_path=attempt.facts.full_path or "",
            protocol=attempt.command.protocol,
        )


def granted(attempt: Attempt) -> None:
    """A pull that may run makes its user active today; written once a day."""
    user, today = attempt.facts.checked_user, attempt.now.date()
    if user is None or not attempt.command.is_pull or settings.READ_ONLY:
        return
    if user.last_activity_on != today:
        _LAST_ACTIVITY.note(user.id, today)
