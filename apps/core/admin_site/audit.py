"""Who has changed what on the operators' site: one entry per changed row, with actor, address and request.

Only what happens in a request to the site is recorded: the API has records of its own, and a command is
nobody's click.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from auditlog import registry as auditlog_registry
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from auditlog.receivers import log_create, log_delete, log_update, make_log_m2m_changes
from auditlog.registry import AuditlogModelRegistry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest, HttpResponseBase

from apps.core import client_address, correlation
from apps.core.admin_site import secret_columns

log = structlog.get_logger(__name__)

Receiver = Callable[..., None]
SITE = "/admin/"
LET_IN = "let in"
# Columns that only record what happened: nobody has changed them.
RECORDS = {"directory.User": ("last_login",)}

_request: ContextVar[HttpRequest | None] = ContextVar("request to the operators' site", default=None)


def _on_the_site(receiver: Receiver) -> Receiver:
    """Let a receiver of the library work during a request to the site, and at no other time."""

    def record(*arguments: Any, **named: Any) -> None:
        if _request.get() is not None:
            receiver(*arguments, **named)

    return record


_SIGNALS = {
    post_save: _on_the_site(log_create),
    pre_save: _on_the_site(log_update),
    post_delete: _on_the_site(log_delete),
}


def register(models: Iterable[type[Model]]) -> None:
    """Record changes of these models; their secret columns stay out."""
    registry = AuditlogModelRegistry(
        create=False, update=False, delete=False, access=False, m2m=False, custom=_SIGNALS
    )
    for model in models:
        untold = (*secret_columns.of(model), *RECORDS.get(model._meta.label, ()))
        registry.register(model, exclude_fields=list(untold))
        for field in model._meta.local_many_to_many:
            through = getattr(model, field.name).through
            m2m_changed.connect(_on_the_site(make_log_m2m_changes(field.name)), sender=through, weak=False)
    pre_save.connect(_sign, sender=LogEntry)
    auditlog_registry.auditlog = registry  # the library looks there for the columns of a model


def _sign(instance: LogEntry, **named: Any) -> None:
    """Say in a new entry who has made the change, and from where."""
    request = _request.get()
    if request is None:
        return
    if request.user.is_authenticated:
        instance.actor, instance.actor_email = request.user, request.user.email
    instance.remote_addr = client_address.of(request)


class AuditMiddleware:
    """Turns the records on during a request to the operators' site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(SITE):
            return self.get_response(request)
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


@contextmanager
def of_each(rows: QuerySet[Any]) -> Iterator[None]:
    """Write an entry for each row that one statement has changed; what is removed is recorded in any case."""
    every = rows.model._default_manager
    before = every.in_bulk(list(rows.values_list("pk", flat=True)))
    with transaction.atomic():
        yield
        for pk, row in every.in_bulk(list(before)).items():
            changes = model_instance_diff(before[pk], row)
            LogEntry.objects.log_create(row, action=LogEntry.Action.UPDATE, changes=changes)


def note(row: Model, **changes: tuple[str, str]) -> None:
    """Write an entry about what no column shows, such as a new password: ``password=("…", "changed")``."""
    LogEntry.objects.log_create(row, action=LogEntry.Action.UPDATE, changes=changes)


def login(request: HttpRequest, outcome: str, *, kind: type[Model], user: Model | None) -> None:
    """Write an entry and a log line about somebody at the site's door.

    What was typed as a name is in neither where it is nobody's: people type passwords there.
    """
    address = client_address.of(request)
    log.info("login", outcome=outcome, user_id=user and user.pk, address=address)
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(kind),
        object_pk="" if user is None else str(user.pk),
        object_id=user and user.pk,
        object_repr="nobody known" if user is None else str(user),
        action=LogEntry.Action.ACCESS,
        actor=user if outcome == LET_IN else None,
        changes={"login": ["", outcome]},
        cid=correlation.current(),
    )
