"""Step 1: how often one actor may ask for the same thing."""

import structlog
from django.conf import settings

from apps.core.shared_store.store import failures, store
from apps.git_access.context.attempt import Command
from apps.git_access.context.refusals import TooMany
from apps.ssh_keys import actors

log = structlog.get_logger(__name__)

WINDOW = 60  # seconds
TOO_MANY = "This endpoint has been requested too many times. Try again later."


def enforce(command: Command) -> None:
    """Count a command of GitLab Shell or Gitaly; only where Redis counts, so that no request writes for it.

    Raises:
        TooMany: one actor has asked too often for the same thing.
    """
    limit = settings.GITLAB_SHELL_OPERATION_LIMIT
    if command.credential is not None or not settings.REDIS_URL or limit <= 0:
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
