"""A whole instance in one foreground process: loaded once, then forked into the web server and the worker.

``manage.py serve`` prepares the folder and becomes ``python -m gitlab_internal.instance LOCK LISTENER…``, the
numbers of open files. What is loaded here is memory that all processes of the instance share.
"""

import gc
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from django.core.management import call_command
from django.urls import get_resolver

from apps.operations.processes import fork
from apps.operations.supervisor import Child, Supervisor


def main(arguments: Sequence[str]) -> int:
    """Run until a signal comes, or until the web server ends."""
    lock, *listeners = [int(argument) for argument in arguments]
    _load()
    supervisor = Supervisor(
        web=Child(partial(fork, partial(_serve, listeners), close=[lock])),
        worker=Child(partial(fork, _work, close=[lock, *listeners])),
    )
    supervisor.start()
    return supervisor.watch()


def _load() -> None:
    """Import what the processes need, and keep it out of the garbage collector's way, which would copy it."""
    import_module("gitlab_internal.wsgi")  # sets Django up: the rest has models
    import_module("apps.core.management.commands.worker")
    get_resolver().url_patterns  # noqa: B018 -- reading it imports the views
    gc.collect()
    gc.freeze()


def _serve(listeners: Sequence[int]) -> None:
    from gunicorn.app.wsgiapp import run  # noqa: PLC0415 -- not before the command line is gunicorn's

    binds = [argument for number in listeners for argument in ("--bind", f"fd://{number}")]
    sys.argv = ["gunicorn", *binds]
    run()


def _work() -> None:
    call_command("worker")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
