"""``manage.py doctor``: is the instance well, and what to do if not."""

from dataclasses import asdict
from typing import Annotated

import typer
from django.utils import timezone

from apps.core.console import Json, Verb, present, with_progress
from apps.operations.doctor import examination
from apps.operations.doctor.finding import Diagnosis

InFull = Annotated[bool, typer.Option("--all", help="Read every file of LFS, from first to last byte.")]


class Command(Verb):
    help = (
        "Examine the instance: one line for each thing, and what to do. Ends with 1 if there is anything.\n\n"
        "Example: manage.py doctor"
    )
    requires_system_checks = ()  # they are part of the examination

    def handle(self, in_full: InFull = False, as_json: Json = False) -> None:
        names = with_progress(
            examination.CHECKS, total=len(examination.CHECKS), what="Examining", quiet=as_json
        )
        found = [
            (name, finding)
            for name in names
            for finding in examination.of(name, now=timezone.now(), in_full=in_full)
        ]
        is_well = all(finding.is_well for _, finding in found)
        facts = {"well": is_well, "findings": [{"check": name, **asdict(finding)} for name, finding in found]}
        present(self, facts, (_line(*each) for each in found), as_json=as_json)
        if not is_well:
            raise typer.Exit(1)


def _line(name: str, finding: Diagnosis) -> str:
    mark = "ok" if finding.is_well else "!!"
    advice = "" if finding.is_well else f" {finding.advice}"
    return f"{mark}  {name:<14}  {finding.fact}.{advice}"
