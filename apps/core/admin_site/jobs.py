"""Jobs for operators: what waits, what has failed and why, and what can be done about it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from apps.core.admin_site import audit
from apps.core.admin_site.labels import label
from apps.core.admin_site.pages import ModelAdmin, ReadOnly
from apps.core.jobs import queue as job_queue

admin.site.unregister(DBTaskResult)


def _called(job: Any) -> str:
    """Return what a job does and its number: its name on every page and in the audit log."""
    return f"{_task(job)} {job.pk}"


def _task(job: Any) -> str:
    return str(job.task_path.rpartition(".")[2])


DBTaskResult.add_to_class("__str__", _called)  # the library gives it no name


@admin.register(DBTaskResult)
class JobAdmin(ReadOnly, ModelAdmin[Any]):
    """Jobs as the library keeps them; nobody writes one here, but one can be run again or thrown away."""

    row_names = ("job", "jobs")
    list_display = ("name", "state", "attempts", "enqueued_at", "started_at", "finished_at", "error")
    list_filter = ("status",)
    search_fields = ("pk",)
    search_help_text = "The id of a job."
    ordering = ("-enqueued_at",)
    actions = ("retry", "requeue", "discard")
    row_actions = {"retry": "Retry", "requeue": "Run now", "discard": "Discard"}
    fields = (
        ("name", "state"), ("attempts", "next_attempt"), "enqueued_at", ("started_at", "finished_at"),
        ("queue", "priority"), "number", "arguments", "workers", "whole_error", "formatted_traceback",
    )  # fmt: skip

    def fixed_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it."""
        return [name for row in self.fields for name in ((row,) if isinstance(row, str) else row)]

    def offers(self, action: str, row: Any) -> bool:
        """What the state leaves to do."""
        wanted = {"retry": TaskResultStatus.FAILED, "requeue": TaskResultStatus.READY}
        if action in wanted:
            return bool(row.status == wanted[action])
        return bool(row.status != TaskResultStatus.RUNNING)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whoever may change jobs, although nobody edits one."""
        return bool(request.user.has_perm("django_tasks_database.change_dbtaskresult"))

    @admin.display(description="job")
    def name(self, job: Any) -> str:
        """The task's own name."""
        return _task(job)

    @label(
        TaskResultStatus,
        ordering="status",
        success=(TaskResultStatus.SUCCESSFUL,),
        info=(TaskResultStatus.RUNNING,),
        danger=(TaskResultStatus.FAILED,),
    )
    def state(self, job: Any) -> str:
        """Waiting, at work, done or failed."""
        return str(job.status)

    @admin.display(description="attempts")
    def attempts(self, job: Any) -> int:
        """How many workers have taken it."""
        return len(job.worker_ids)

    @admin.display(description="error")
    def error(self, job: Any) -> str:
        """What it failed with."""
        return str(job.exception_class_path or "").rsplit(".", 1)[-1]

    @admin.display(description="queue")
    def queue(self, job: Any) -> str:
        """Which of the queues it is in."""
        return str(job.queue_name)

    @admin.display(description="number")
    def number(self, job: Any) -> str:
        """What the command line and the logs know it by."""
        return str(job.pk)

    @admin.display(description="given")
    def arguments(self, job: Any) -> str:
        """What it was told, as in a call."""
        named = (f"{name}={json.dumps(value)}" for name, value in job.args_kwargs["kwargs"].items())
        return ", ".join([*map(json.dumps, job.args_kwargs["args"]), *named]) or "nothing"

    @admin.display(description="tried by")
    def workers(self, job: Any) -> str:
        """The workers that have taken it, the latest last."""
        return ", ".join(job.worker_ids) or "nobody yet"

    @admin.display(description="error")
    def whole_error(self, job: Any) -> str:
        """The class of what it failed with, with its module."""
        return str(job.exception_class_path or "none")

    @admin.action(description="Retry the selected jobs that have failed", permissions=["act"])
    def retry(self, request: HttpRequest, jobs: QuerySet[Any]) -> None:
        """Give failed jobs all their attempts again."""
        with audit.of_each(jobs):
            count = job_queue.restart(jobs, now=timezone.now())
        self.message_user(request, f"Failed jobs that are in the queue again: {count}.", messages.SUCCESS)

    @admin.action(description="Run the selected waiting jobs now", permissions=["act"])
    def requeue(self, request: HttpRequest, jobs: QuerySet[Any]) -> None:
        """Let jobs that wait for their next attempt not wait any longer."""
        with audit.of_each(jobs):
            count = job_queue.hurry(jobs, now=timezone.now())
        self.message_user(request, f"Jobs that run as soon as a worker is free: {count}.", messages.SUCCESS)

    @admin.action(description="Discard the selected jobs", permissions=["act"])
    def discard(self, request: HttpRequest, jobs: QuerySet[Any]) -> None:
        """Throw away jobs that are not at work."""
        count = job_queue.discard(jobs)
        self.message_user(request, f"Discarded jobs: {count}.", messages.SUCCESS)

    @admin.display(description="not before")
    def next_attempt(self, job: Any) -> str | None:
        """When it may run, where that is not at once."""
        return None if job.run_after == get_date_max() else f"{job.run_after:%Y-%m-%d %H:%M}"

    @admin.display(description="traceback")
    def formatted_traceback(self, job: Any) -> str:
        """The traceback as it was printed."""
        return format_html('<pre class="traceback">{}</pre>', job.traceback) if job.traceback else "-"
