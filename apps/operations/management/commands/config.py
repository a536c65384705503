"""``manage.py config``: what is set, and where."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, present
from apps.operations import configuration
from apps.operations.configuration import Configured


class Command(Noun):
    help = "Look at the settings of the instance."
    requires_system_checks = ()  # it helps to find what they complain about

    @command(
        help="Print every setting with its value and where that comes from. Secrets are never shown.\n\n"
        "Example: manage.py config show"
    )
    def show(
        self,
        redacted: Annotated[bool, typer.Option("--redacted", help="Without secrets: always so.")] = True,
        as_json: Json = False,
    ) -> None:
        found = configuration.in_force()
        facts = {
            "settings": [
                {
                    "name": each.setting.name,
                    "value": each.value,
                    "source": each.source,
                    "section": each.setting.section,
                    "description": each.setting.description,
                }
                for each in found
            ]
        }
        present(self, facts, _lines(found), as_json=as_json)


def _lines(found: list[Configured]) -> Iterator[str]:
    """One setting a line, as it would stand in the file ``env``, below the headings of the reference."""
    for section, settings in groupby(found, key=lambda each: each.setting.section):
        yield f"# {section}"
        for each in settings:
            yield f"{each.setting.name}={_text(each.value)}  # {each.source}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
