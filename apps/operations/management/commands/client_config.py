"""``manage.py client-config``: ready configuration files for the programs around the instance."""

import os
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.core.management.base import CommandError

from apps.core.console import Verb, refusing
from apps.core.gitaly.servers import UnknownStorage
from apps.operations import client_config
from apps.operations.client_config import DEFAULT_BIND, IN_FRONT, Program, Surroundings, UnusableAddress


class Command(Verb):
    help = (
        "Print a configuration file with which another program finds this instance.\n\n"
        "Example: manage.py client-config gitaly --home /srv/gitaly > config.toml"
    )

    def handle(
        self,
        program: Annotated[Program, typer.Argument(help="Whose file.")],
        url: Annotated[
            str, typer.Option("--url", help="The instance: http://…, https://… or unix:/path.")
        ] = "",
        home: Annotated[Path | None, typer.Option(help="The program's own folder.")] = None,
        with_token: Annotated[
            bool, typer.Option("--with-token", help="Write Gitaly's token into its file.")
        ] = False,
        ca_file: Annotated[
            Path | None,
            typer.Option(
                help="Of GitLab Shell and Gitaly: who has signed the instance's certificate, as PEM."
            ),
        ] = None,
    ) -> None:
        surroundings = Surroundings(
            url=url or _address(program),
            home=home or Path("/srv", program),
            with_token=with_token,
            ca_file=ca_file,
        )
        with refusing(UnusableAddress):
            try:
                self.stdout.write(client_config.written_for(program, surroundings))
            except UnknownStorage as unknown:
                raise CommandError(f"GITALY_STORAGES does not name the storage {unknown}.") from unknown


def _address(program: Program) -> str:
    """Return where the program finds the instance; those in front of the service find the service itself."""
    bind = os.environ.get("BIND", "")
    if bind.startswith("unix:"):
        return bind
    if program not in IN_FRONT:
        return str(settings.INSTANCE_URL)
    return f"http://{bind or DEFAULT_BIND}"
