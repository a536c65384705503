"""gunicorn's settings; `gunicorn` finds this file in its working directory.

The work is mostly computing, so more processes than cores only wait for one another. Threads use the time in
which others wait for the database or for Gitaly. Slow clients cost neither: a loop reads from them.
"""

import gc
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.urls import get_resolver

from apps.core.observability import metric_files, tracing
from apps.server.worker import hold_signals, let_signals_in
from gitlab_internal.settings import DATA, METRICS_BIND, env

# Channels to Gitaly are opened by the process that uses them; gRPC has nothing to carry over a fork.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

wsgi_app = "gitlab_internal.wsgi:application"
# --- gunicorn ---
# `HOST:PORT` or `unix:/path` to listen on.
bind = [env.str("BIND", default="127.0.0.1:3001")]
if METRICS_BIND:
    bind.append(METRICS_BIND)
    # Set before the application is loaded; a reload, which reads this file again, finds it set.
    os.environ.update(metric_files.share(DATA))
worker_class = "apps.server.worker.Worker"
# Processes; as many as there are cores where it is 0.
workers = env.int("WEB_CONCURRENCY", default=0) or len(os.sched_getaffinity(0))
threads = env.int("WEB_THREADS", default=4)  # threads of each process
# Connections of each process; then the one that has come least far makes room.
worker_connections = env.int("WEB_CONNECTIONS", default=1000)
# A call of /internal/allowed may take 50 seconds; a restart must not cut it off.
graceful_timeout = 60
keepalive = 75  # seconds; longer than the clients keep an idle connection
preload_app = True
# Its default is one file in the home directory, which two instances of one user would fight for.
control_socket_disable = True
# A heartbeat on a slow disk would look like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- gunicorn makes the names
errorlog = "-"
# Never `debug`: at that level gunicorn itself prints paths as they come, and a path can hold a secret.
loglevel = env.str("LOG_LEVEL", default="warning").lower().replace("debug", "info")


def when_ready(server: Any) -> None:
    """Load the views before the workers are forked: they share the memory."""
    get_resolver().url_patterns  # noqa: B018 -- reading it imports them
    gc.collect()
    gc.freeze()  # else the first collection in each process would copy all of it
    os.register_at_fork(after_in_parent=let_signals_in)


def pre_fork(server: Any, worker: Any) -> None:
    """Let no process miss the signal that ends it."""
    hold_signals()


def child_exit(server: Any, worker: Any) -> None:
    """Keep what a process has counted, and drop what holds only while it lives."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 -- not before the folder is set

    if METRICS_BIND:
        mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Remove what the processes have counted."""
    metric_files.remove()


def post_worker_init(worker: Any) -> None:
    """Let each thread connect and plan the hot query before its first request would have to."""
    worker.prepare_thread = partial(_warm_up, worker)


def post_fork(server: Any, worker: Any) -> None:
    """Let the process write what it keeps in its memory, and send its traces: threads survive no fork."""
    from apps.core import records  # noqa: PLC0415 -- models exist once the application is loaded

    worker.records = records.start()
    tracing.start()


def worker_exit(server: Any, worker: Any) -> None:
    """Hand over the last of it."""
    worker.records.stop()
    tracing.stop()


def _warm_up(worker: Any) -> None:
    from apps.core import waiting  # noqa: PLC0415 -- a reload reads it anew
    from apps.core.postgresql import patience  # noqa: PLC0415
    from apps.git_access.context.facts import Question, readers  # noqa: PLC0415 -- models exist by then
    from apps.ssh_keys.actors import Lookup  # noqa: PLC0415

    waiting.bind_thread()
    try:
        with patience.at_most(5):
            readers.read(Question(actor=Lookup(), on=datetime.now(UTC).date()))
    except Exception as error:  # the first request will say it to whom it concerns
        worker.log.warning("Not warmed up: %r", error)
