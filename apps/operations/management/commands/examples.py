"""``manage.py examples``: the requests of GitLab's document as curl lines for this instance."""

from typing import Annotated

import typer
from django.conf import settings
from django.core.management.base import CommandError

from apps.core.console import Json, Verb, present, refusing
from apps.operations import examples
from apps.server import listening


class Command(Verb):
    help = (
        "Print the document's requests as curl lines, ready to paste.\n\n"
        "The shell that runs a line reads the secret from its file; none is printed.\n\n"
        "Example: manage.py examples | grep discover | bash"
    )

    def handle(
        self,
        bind: Annotated[
            str,
            typer.Option(metavar="ADDRESS", help="HOST:PORT or unix:PATH to ask, instead of INSTANCE_URL."),
        ] = "",
        as_json: Json = False,
    ) -> None:
        with refusing(listening.NotAnAddress):
            server = listening.named(bind) if bind else listening.InstanceAddress(settings.INSTANCE_URL)
        found = examples.requests(server)
        if not found:
            raise CommandError("The document's world is not here; manage.py seed loads it where nothing is.")
        facts = {example.heading: example.curl for example in found}
        lines = "\n\n".join(f"# {heading}\n{curl}" for heading, curl in facts.items())
        present(self, {"examples": facts}, [lines], as_json=as_json)
