"""``manage.py jobs``: what waits, what has failed and why, and running it again."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from django_typer.management import command

from apps.core.console import Json, Limit, Noun, details, present, table
from apps.core.jobs import queue


class Status(StrEnum):
    """How far a job is."""

    READY = "ready"
    RUNNING = "running"
    FAILED = "failed"
    SUCCESSFUL = "successful"


class Command(Noun):
    help = "List jobs, show one, and run failed ones again."

    @command(name="list", help="List jobs, the newest first.\n\nExample: manage.py jobs list --status failed")
    def list_jobs(
        self,
        status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
        limit: Limit = 50,
        as_json: Json = False,
    ) -> None:
        found = DBTaskResult.objects.all()
        found = found.filter(status=status.upper()) if status else found
        rows = [_row(job) for job in found.order_by("-enqueued_at")[: limit or None]]
        present(
            self,
            {"total": found.count(), "jobs": rows},
            table(rows, none="There is no job."),
            as_json=as_json,
        )

    @command(
        help="Show one job: what it was given, who has tried it, and what went wrong.\n\n"
        "Example: manage.py jobs show 9d5f3a3b-7ba7-4c37-a4b0-2dcfae70cbc0"
    )
    def show(
        self,
        job_id: Annotated[UUID, typer.Argument(metavar="ID", help="As list shows it.")],
        as_json: Json = False,
    ) -> None:
        job = DBTaskResult.objects.filter(pk=job_id).first()
        if job is None:
            raise CommandError(f"There is no job {job_id}.")
        facts = {
            **_row(job), "task": job.task_path, "arguments": job.args_kwargs, "workers": job.worker_ids,
            "started_at": job.started_at, "finished_at": job.finished_at, "traceback": job.traceback,
        }  # fmt: skip
        shown = {name: value for name, value in facts.items() if name != "traceback"}
        present(self, facts, [*details(shown), *job.traceback.splitlines()], as_json=as_json)

    @command(help="Run failed jobs again, with all their attempts.\n\nExample: manage.py jobs retry --all")
    def retry(
        self,
        ids: Annotated[list[UUID] | None, typer.Argument(metavar="ID...", help="As list shows them.")] = None,
        every: Annotated[bool, typer.Option("--all", help="All that have failed.")] = False,
        as_json: Json = False,
    ) -> None:
        if bool(ids) == every:
            raise typer.BadParameter("Give ids of failed jobs, or --all.")
        failed = DBTaskResult.objects.failed()
        chosen = failed if every else failed.filter(pk__in=ids or [])
        missing = set(ids or []) - set(chosen.values_list("pk", flat=True))
        if missing:
            raise CommandError(f"No failed job is called {', '.join(map(str, sorted(missing)))}.")
        count = queue.restart(chosen, now=timezone.now())
        present(self, {"restarted": count}, [f"Jobs in the queue again: {count}."], as_json=as_json)


def _row(job: Any) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "job": job.task_path.rpartition(".")[2],
        "status": job.status.lower(),
        "attempts": len(job.worker_ids),
        "enqueued_at": job.enqueued_at,
        "error": job.exception_class_path.rpartition(".")[2],
    }
