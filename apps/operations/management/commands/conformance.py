"""``manage.py conformance``: does a server keep the contract of this API?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django_typer.management import command, initialize

from apps.core.console import Json, Verb, present, with_progress
from apps.operations.conformance import checks, credentials, transport
from apps.operations.conformance import world as worlds
from apps.operations.conformance.check import Check
from apps.operations.conformance.credentials import Credentials
from apps.operations.conformance.reports import facts, lines
from apps.operations.conformance.runner import Verdict, run
from apps.operations.conformance.transport import NoAnswer, TestedServer

_UNUSABLE = (transport.NotAServerURL, credentials.UnusableSecret, worlds.NotAWorld, checks.NoSuchCheck)


def _file(what: str) -> Any:
    return typer.Option(metavar="PATH", help=what)


Address = Annotated[str, typer.Option(help="http://HOST, https://HOST or http+unix://%2Fpath%2Fto.sock.")]
ShellSecret = Annotated[Path | None, _file("The secret of GitLab Shell and Gitaly.")]
KasSecret = Annotated[Path | None, _file("The secret of kas; without it kas is left out.")]
WorkhorseSecret = Annotated[
    Path | None, _file("The secret of Workhorse; without it, most of it is left out.")
]
AgentToken = Annotated[Path | None, _file("The token of the agent; without it agents are left out.")]
AdminToken = Annotated[Path | None, _file("An administrator's token; without it CustomersDot is left out.")]
WorldFile = Annotated[Path | None, _file("What exists there, as JSON; by default what `seed` makes.")]
Only = Annotated[list[str] | None, typer.Option(metavar="NAME", help="A check or a group; may be repeated.")]
Write = Annotated[bool, typer.Option("--write", help="Also run the checks that leave something behind.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for one answer.")]
Authorities = Annotated[Path | None, _file("Certificates of authorities, for https.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Do not verify the certificate.")]


class Command(Verb):
    help = (
        "Run the contract of this API against a server, ours or a GitLab, and print what differs. "
        "Ends with 1 if anything does.\n\n"
        "Example: manage.py conformance --url http://localhost:3001 --secret-file ./var/.gitlab_shell_secret"
    )
    requires_system_checks = ()  # it is about another server; DATA need not be an instance

    @initialize(invoke_without_command=True)
    def against(
        self,
        context: typer.Context,
        url: Address = "",
        secret_file: ShellSecret = None,
        kas_secret_file: KasSecret = None,
        workhorse_secret_file: WorkhorseSecret = None,
        agent_token_file: AgentToken = None,
        admin_token_file: AdminToken = None,
        world: WorldFile = None,
        only: Only = None,
        write: Write = False,
        timeout: Timeout = 10,
        ca_file: Authorities = None,
        insecure: Insecure = False,
        as_json: Json = False,
    ) -> None:
        if context.invoked_subcommand:
            return
        if not url or secret_file is None:
            raise typer.BadParameter("--url and --secret-file are needed.")
        with _usable():
            server = transport.server_at(url, timeout=timeout, ca_file=ca_file, insecure=insecure)
            others = (kas_secret_file, agent_token_file, admin_token_file, workhorse_secret_file)
            known = credentials.read(secret_file, *others)
            chosen = checks.named(worlds.load(world or worlds.SEEDED), only or [])
        _await(server, url)
        self._run(url, chosen, (server, known), write=write, as_json=as_json)

    @command(
        help="Print the file that --world takes: what exists on the server.\n\n"
        "Example: manage.py conformance world"
    )
    def world(
        self,
        example: Annotated[bool, typer.Option("--example", help="That of what `seed` makes.")] = False,
    ) -> None:
        if not example:
            raise typer.BadParameter("--example is all that there is to print.")
        self.stdout.write(worlds.SEEDED.read_text().rstrip())

    def _run(
        self,
        url: str,
        chosen: Sequence[Check],
        target: tuple[TestedServer, Credentials],
        *,
        write: bool,
        as_json: bool,
    ) -> None:
        running = run(chosen, *target, write=write)
        results = list(with_progress(running, total=len(chosen), what="Checks", quiet=as_json))
        present(self, facts(url, results), lines(results), as_json=as_json)
        if any(result.verdict is Verdict.DIFFERS for result in results):
            raise typer.Exit(1)


@contextmanager
def _usable() -> Iterator[None]:
    """Whatever is wrong with what was given is wrong usage."""
    try:
        yield
    except _UNUSABLE as fault:
        raise typer.BadParameter(str(fault.args[0])) from fault


def _await(server: TestedServer, url: str) -> None:
    """One clear word about a server that is not there, instead of one for each check."""
    try:
        server.send("GET", "/", body=None, headers={})
    except NoAnswer as reason:
        raise CommandError(f"{url}: {reason}.") from reason
