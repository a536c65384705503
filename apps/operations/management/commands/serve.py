"""Run an instance: everything it needs is made, then one process runs the web server and the worker."""

import os
import shlex
import socket
import sys
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from apps.core.observability import metric_files
from apps.operations import credentials, examples, folder, instance_lock
from apps.operations.management.commands import seed
from apps.server import listening


class Command(BaseCommand):
    help = "Prepare the instance in DATA and run it in the foreground until SIGINT or SIGTERM."
    requires_system_checks = ()  # the files that they ask for are made first

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=3001, help="Loopback port (default: 3001; 0: any).")
        parser.add_argument(
            "--bind",
            default=os.environ.get("BIND", ""),
            metavar="ADDRESS",
            help="HOST:PORT or unix:PATH, instead of --port (default: BIND, else 127.0.0.1 and --port).",
        )
        parser.add_argument(
            "--only-prepare", action="store_true", help="Make and print everything; run nothing."
        )
        parser.add_argument(
            "--empty", action="store_true", help="Leave a new database without the document's examples."
        )

    def handle(self, *, port: int, bind: str, only_prepare: bool, empty: bool, **options: Any) -> None:
        address = bind or f"127.0.0.1:{port}"
        try:
            server = listening.named(address)
        except listening.NotAnAddress as error:
            raise CommandError(str(error)) from error
        os.umask(0o077)  # whatever an instance makes is its own
        self._make_files(server, empty=empty)
        lock = None if only_prepare else _hold_folder()
        self._make_database(empty=empty)
        login = _login(credentials.first_password(), to_terminal=self.stdout.isatty())
        credentials.register()
        connections.close_all()
        if lock is None:
            self._describe(server, login)
            return
        try:
            listener = listening.listen(address)
        except OSError as error:
            raise CommandError(f"Cannot listen on {address}: {os.strerror(error.errno or 0)}.") from error
        self._follow_address(listening.instance_url(server))
        metrics = self._metrics_listener()
        self._describe(listening.of(listener), login)
        if metrics:
            self._describe_metrics(listening.of(metrics))
        _become_instance(lock, listener, metrics)

    def _follow_address(self, wanted: dict[str, str]) -> None:
        """Let commands and links know the port of now, where they know another of this machine."""
        for name, url in wanted.items():
            former = folder.follow_address(name, url)
            if former:
                self._tell("Changed", f"{name}={url} in {folder.SETTINGS_FILE}; it was {former}.")
                if os.environ.get(name) == former:
                    os.environ[name] = url

    def _metrics_listener(self) -> socket.socket | None:
        """Open the address of the metrics; an instance runs without when another one has it."""
        address = settings.METRICS_BIND
        if not address:
            return None
        try:
            return listening.listen(address)
        except listening.NotAnAddress as error:
            raise CommandError(f"METRICS_BIND: {error}") from error
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            self.stderr.write(
                f"No metrics: cannot listen on {address}: {reason}. Set METRICS_BIND to another one."
            )
            return None

    def _describe_metrics(self, server: listening.InstanceAddress) -> None:
        self._tell("Metrics", server.socket or f"{server.url}/metrics")
        self.stdout.flush()

    def _make_files(self, server: listening.InstanceAddress, *, empty: bool) -> None:
        examples_need = {} if empty else folder.EXAMPLE_SETTINGS
        created = folder.create(first_settings={**examples_need, **listening.instance_url(server)})
        if created:
            self._tell("Created", ", ".join(path.name for path in created))
            # The settings were read before these files existed; now they are read again.
            self.stdout.flush()
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606 -- the same command once more

    def _make_database(self, *, empty: bool) -> None:
        self.check()
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        if not empty and seed.is_empty():
            call_command("seed", skip_checks=True)
        call_command("collectstatic", verbosity=0, interactive=False, skip_checks=True)

    def _describe(self, server: listening.InstanceAddress, login: str) -> None:
        """Print what a person needs to try the instance."""
        self._tell("Instance", str(settings.DATA))
        self._tell("Address", server.socket or server.url)
        self._tell("Admin", f"{server.root}/admin/")
        if login:
            self._tell("Log in as", login)
        if examples.requests(server):
            self._tell(
                "Tokens", f"{folder.ADMIN_TOKEN} (acts for root), {folder.AGENT_TOKEN}, in that folder"
            )
            self._tell("Try", _examples_command(server))
        self.stdout.flush()

    def _tell(self, what: str, text: str) -> None:
        self.stdout.write(f"{what:10} {text}")


def _login(password: str | None, *, to_terminal: bool) -> str:
    """Return who can log in, and with what: of a new instance only, or of one that has nobody for it."""
    if password and to_terminal:
        return f"{credentials.ADMINISTRATOR} with {password} (shown only now)"
    if password:  # whatever keeps this output is not the place for it
        return f"{credentials.ADMINISTRATOR} with the password in {folder.keep_password(password)}"
    if credentials.has_administrator():
        return ""
    return f"nobody yet; make somebody: {_command('user', 'create', 'NAME', '--admin', '--random-password')}"


def _examples_command(server: listening.InstanceAddress) -> str:
    """Return what prints curl lines for this server, to paste into any shell."""
    bind = [] if folder.is_loopback(settings.INSTANCE_URL) and not server.socket else ["--bind", server.bind]
    return _command("examples", *bind)


def _command(*words: str) -> str:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    return shlex.join(["env", f"DATA={settings.DATA}", *manage])


def _hold_folder() -> int:
    try:
        return instance_lock.hold(settings.DATA)
    except instance_lock.AlreadyRunning as error:
        message = f"An instance runs on {settings.DATA} already: process {error.pid}. Stop it, or set DATA."
        raise CommandError(message) from error


def _become_instance(lock: int, listener: socket.socket, metrics: socket.socket | None) -> NoReturn:
    """Start afresh in this process: what was needed to prepare an instance is not needed to run it."""
    listeners = [listener, metrics] if metrics else [listener]
    descriptors = [lock, *(each.fileno() for each in listeners)]
    environment = {**listening.instance_url(listening.of(listener)), **os.environ, "DATA": str(settings.DATA)}
    environment["METRICS_BIND"] = listening.address_of(metrics) if metrics else ""
    if metrics:
        environment |= metric_files.share(settings.DATA)  # the worker counts there, too
    for number in descriptors:
        os.set_inheritable(number, True)
    os.chdir(settings.BASE_DIR)  # gunicorn finds its settings there
    command = [sys.executable, "-m", "gitlab_internal.instance", *map(str, descriptors)]
    os.execve(sys.executable, command, environment)  # noqa: S606 -- our own module
