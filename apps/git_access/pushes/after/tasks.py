"""The jobs that a processed push leaves behind. Every job may run twice."""

from django.utils import timezone
from django_tasks import task

from apps.core import correlation
from apps.git_access.pushes.after import default_branches, statistics
from apps.git_access.pushes.after.webhooks import deliveries


@task()
def deliver_webhook(delivery_id: int, correlation_id: str) -> None:
    """Send one message to one webhook."""
    with correlation.bound(correlation_id):
        deliveries.deliver(delivery_id=delivery_id, now=timezone.now())


@task()
def settle_default_branch(record_id: int, correlation_id: str) -> None:
    """Settle which branch is the default after a push that left it open."""
    with correlation.bound(correlation_id):
        default_branches.settle(record_id=record_id)


@task()
def tell_default_branch(project_id: int, correlation_id: str) -> None:
    """Let Gitaly know the default branch that an operator has written down."""
    with correlation.bound(correlation_id):
        default_branches.tell(project_id=project_id)


@task()
def measure_project(project_id: int, correlation_id: str) -> None:
    """Measure a project whose repository has changed."""
    with correlation.bound(correlation_id):
        statistics.measure(project_id=project_id, correlation_id=correlation_id)
