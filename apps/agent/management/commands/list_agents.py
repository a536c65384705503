"""Show the agents, their tokens and their last contact."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.agent.models import Agent


class Command(BaseCommand):
    help = "List the agents with their last contact, exact to 40 minutes, and their tokens that are good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON array instead of a table.")

    def handle(self, *, json: bool, **options: Any) -> None:
        rows = [
            _row(agent)
            for agent in Agent.objects.with_last_contact().order_by("pk").select_related("project__route")
        ]
        self.stdout.write(_as_json(rows) if json else _as_table(rows))


def _row(agent: Any) -> dict[str, Any]:
    contact: datetime | None = agent.last_contact_at
    return {
        "id": agent.pk,
        "name": agent.name,
        "project": agent.project.full_path,
        "last_contact_at": contact.isoformat(timespec="seconds") if contact else None,
        "token_ids": [token.pk for token in agent.tokens.usable().order_by("pk")],
    }


def _as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, indent=2)


def _as_table(rows: list[dict[str, Any]]) -> str:
    lines = [("ID", "NAME", "PROJECT", "LAST CONTACT", "TOKENS")]
    for row in rows:
        tokens = ",".join(map(str, row["token_ids"]))
        lines.append((str(row["id"]), row["name"], row["project"], row["last_contact_at"] or "never", tokens))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_padded(line, widths) for line in lines)


def _padded(line: tuple[str, ...], widths: list[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
    return "  ".join(cells).rstrip()
