"""``manage.py completion``: let the shell complete commands, verbs, options and their choices."""

from typing import Annotated

import typer

from apps.core.console import Verb
from apps.operations import completions
from apps.operations.completions import Shell


class Command(Verb):
    help = (
        "Print what lets a shell complete commands, verbs and options; in bash, "
        "'source <(manage.py completion bash)'. It is to be loaded anew after an upgrade.\n\n"
        "Example: manage.py completion fish"
    )
    requires_system_checks = ()  # it needs no instance

    def handle(self, shell: Annotated[Shell, typer.Argument(help="Whose script.")]) -> None:
        self.stdout.write(completions.script(shell), ending="")
