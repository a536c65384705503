"""``manage.py worker``: runs the jobs of the instance."""

import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string

from apps.core.jobs.worker import DurableWorker
from apps.core.observability import tracing


class Command(BaseCommand):
    help = (
        "Run jobs until SIGTERM; a job that runs is finished first. Several workers may run side by side. "
        "A job that fails is tried again, and one whose worker dies is taken over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--interval",
            type=float,
            default=1.0,
            metavar="SECONDS",
            help="how long to wait when there is nothing to do (default: 1)",
        )
        parser.add_argument("--batch", action="store_true", help="stop when there is nothing to do")

    def handle(self, *, interval: float, batch: bool, **options: Any) -> None:
        worker = DurableWorker(worker_id=_worker_id(), interval=interval, batch=batch)
        worker.configure_signals()
        tracing.start()
        try:
            worker.work()
        finally:
            tracing.stop()


def _worker_id() -> str:
    """Return an id that is unique and says where the worker is to be found."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{get_random_string(8)}"
