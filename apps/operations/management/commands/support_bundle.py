"""``manage.py support-bundle``: what somebody who helps wants to see, without secrets."""

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone

from apps.core.console import Json, Verb, present, refusing
from apps.operations import support_bundle


class Command(Verb):
    help = (
        "Write an archive for whoever helps: versions, settings, examination, counts, queue. No secrets.\n\n"
        "Example: manage.py support-bundle bundle.tar.gz"
    )
    requires_system_checks = ()  # something is wrong with the instance, or nobody would ask

    def handle(
        self,
        file: Annotated[
            Path | None, typer.Argument(metavar="FILE", help="A new file; by default named for now, in DATA.")
        ] = None,
        as_json: Json = False,
    ) -> None:
        now = timezone.now()
        target = file or settings.DATA / f"support-{now:%Y-%m-%d-%H%M%S}.tar.gz"
        with refusing(OSError):
            names = support_bundle.write(target, now=now)
        lines = [f"Written: {target}", f"Look at what you send: {', '.join(names)}."]
        present(self, {"file": str(target), "parts": names}, lines, as_json=as_json)
