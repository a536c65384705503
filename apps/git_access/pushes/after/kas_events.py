"""Let kas know of pushes to projects. Without it agents and Flux see a push at their next poll."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from apps.core import correlation
from apps.core.kas import notifications
from apps.core.kas.notifications import NotTold
from apps.core.shared_store.store import failures, store
from apps.directory.models import Project

# Seconds before the second and the third try; then the event is dropped.
PAUSES = (10, 60)
# Seconds for which a kas that did not answer is not called, so that it keeps the worker from nothing else.
REST = 10
_RESTING = "kas:resting"

log = structlog.get_logger(__name__)


@task(priority=-50)  # everything else that waits comes first
def tell_kas(project_id: int, correlation_id: str, attempt: int = 0) -> None:
    """Tell kas of a push to a project."""
    with correlation.bound(correlation_id):
        tell(project_id=project_id, correlation_id=correlation_id, attempt=attempt, now=timezone.now())


def announce(*, project_id: int, correlation_id: str) -> None:
    """Leave a job that tells kas of a push; one that waits already tells of all pushes to its project."""
    if settings.GITLAB_KAS and not _waiting(project_id):
        tell_kas.enqueue(project_id=project_id, correlation_id=correlation_id)


def _waiting(project_id: int) -> bool:
    jobs = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=tell_kas.module_path)
    return jobs.filter(args_kwargs__kwargs__project_id=project_id).exists()


def tell(*, project_id: int, correlation_id: str, attempt: int, now: datetime) -> None:
    """Tell kas of a push under the path that the project has now, or try again later, twice at most."""
    project = Project.objects.select_related("route").filter(pk=project_id, pending_delete=False).first()
    if project is None or not settings.GITLAB_KAS:
        return
    try:
        _call(project, now=now)
    except NotTold as failure:
        if not failure.passing or attempt == len(PAUSES):
            log.warning("kas was not told of a push", project_id=project_id, code=failure.code)
            return
        later = tell_kas.using(run_after=now + timedelta(seconds=PAUSES[attempt]))
        later.enqueue(project_id=project_id, correlation_id=correlation_id, attempt=attempt + 1)


def _call(project: Project, *, now: datetime) -> None:
    if _is_resting():
        raise NotTold("UNAVAILABLE", passing=True)
    try:
        notifications.git_pushed(project_id=project.pk, full_path=project.full_path, now=now)
    except NotTold as failure:
        if failure.passing:
            _rest()
        raise


def _is_resting() -> bool:
    try:
        return store().get(_RESTING) is not None
    except failures():
        return False


def _rest() -> None:
    try:
        store().put(_RESTING, "yes", lifetime=REST)
    except failures():
        log.exception("kas is called again at once")
