"""What a webhook is told about one ref of a push."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from apps.core.api.timestamps import timestamp
from apps.directory.models import Project
from apps.git_access.context.changes import Change
from apps.git_access.models import PushRecord, Webhook, WebhookDelivery
from apps.git_access.pushes.after.tasks import deliver_webhook
from apps.git_access.repositories import remotes


def enqueue(record: PushRecord, project: Project, changes: tuple[Change, ...]) -> None:
    """Make a message and its job per ref and webhook, in the caller's transaction; none for many refs."""
    if len(changes) > settings.PUSH_EVENT_HOOKS_LIMIT:
        return
    for position, change in enumerate(changes):
        for webhook in _wanted(project, change):
            delivery, created = WebhookDelivery.objects.get_or_create(
                webhook=webhook,
                record=record,
                position=position,
                defaults={"payload": payload(record, project, change)},
            )
            if created:
                deliver_webhook.enqueue(delivery_id=delivery.pk, correlation_id=record.correlation_id)


def _wanted(project: Project, change: Change) -> Iterable[Webhook]:
    webhooks = Webhook.objects.filter(project=project).order_by("id")
    return webhooks.for_branches() if change.branch else webhooks.for_tags()


def payload(record: PushRecord, project: Project, change: Change) -> dict[str, Any]:
    """Return the message; its form is that of Standard Webhooks: a type, a time, and the data."""
    user = record.user
    return {
        "type": "push" if change.branch else "tag_push",
        "timestamp": timestamp(record.received_at),
        "data": {
            "ref": change.ref,
            "before": change.old,
            "after": change.new,
            "project": {
                "id": project.pk,
                "path_with_namespace": project.full_path,
                "web_url": remotes.web_url(project.full_path),
            },
            "user": {"id": user.pk, "username": user.username, "name": user.name} if user else None,
            "push_options": record.push_options,
        },
    }
