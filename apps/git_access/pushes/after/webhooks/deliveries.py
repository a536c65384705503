"""Sending one message, and noting what became of it."""

import json
from datetime import datetime
from typing import Any

from django.db.models import F

from apps.git_access.models import DeliveryState, Webhook, WebhookDelivery
from apps.git_access.models.webhooks import message_id
from apps.git_access.pushes.after.webhooks import destinations, signatures
from apps.git_access.pushes.after.webhooks.destinations import ForbiddenAddress, NotDelivered

CONTENT_TYPE = "application/json"
USER_AGENT = "gitlab_internal"
MAX_ERROR = 255


def deliver(*, delivery_id: int, now: datetime) -> None:
    """Send a message that has not arrived yet.

    Raises:
        NotDelivered: it did not arrive; the job tries again.
    """
    unfinished = (DeliveryState.WAITING, DeliveryState.FAILED)
    delivery = (
        WebhookDelivery.objects.select_related("webhook").filter(pk=delivery_id, state__in=unfinished).first()
    )
    if delivery is None:
        return
    try:
        status = _send(delivery, now=now)
    except ForbiddenAddress as forbidden:
        _note(delivery, DeliveryState.REFUSED, now=now, error=f"{forbidden} has a private address")
        return
    except NotDelivered as failure:
        _note(delivery, DeliveryState.FAILED, now=now, error=str(failure))
        raise
    if 200 <= status < 300:
        _note(delivery, DeliveryState.DELIVERED, now=now, status=status)
        return
    _note(delivery, DeliveryState.FAILED, now=now, status=status, error=f"answered {status}")
    raise NotDelivered(f"answered {status}")


def send_test(webhook: Webhook, *, now: datetime) -> int:
    """Send a message that tells of nothing, signed as all are, and return the status of the answer.

    Raises:
        ForbiddenAddress: it must not be sent there.
        NotDelivered: there was no answer in time.
    """
    data = {"project": webhook.project.full_path, "webhook_id": webhook.pk}
    payload = {"type": "test", "timestamp": now.isoformat(), "data": data}
    return _post(webhook, payload, message_id=message_id(), now=now)


def _send(delivery: WebhookDelivery, *, now: datetime) -> int:
    return _post(delivery.webhook, delivery.payload, message_id=delivery.message_id, now=now)


def _post(webhook: Webhook, payload: Any, *, message_id: str, now: datetime) -> int:
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    signed = signatures.headers(
        secret=webhook.secret.reveal() if webhook.secret else "",
        message_id=message_id,
        at=int(now.timestamp()),
        body=body,
    )
    headers = {"content-type": CONTENT_TYPE, "user-agent": USER_AGENT, **signed}
    return destinations.post(webhook.url, headers=headers, body=body)


def _note(
    delivery: WebhookDelivery,
    state: DeliveryState,
    *,
    now: datetime,
    status: int | None = None,
    error: str = "",
) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=state,
        attempts=F("attempts") + 1,
        attempted_at=now,
        response_status=status,
        error=error[:MAX_ERROR],
    )
