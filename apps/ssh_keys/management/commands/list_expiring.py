import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.ssh_keys import expirations
from apps.ssh_keys.expirations import Expiration


class Command(BaseCommand):
    help = "List personal access tokens and keys that expire soon. Made to run once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how far to look ahead (7)")
        parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")

    def handle(self, *, days: int, json: bool, **options: Any) -> None:
        if not 0 <= days <= 36500:
            raise CommandError("--days is a number from 0 to 36500.")
        found = expirations.within(days, now=timezone.now())
        if json:
            self.stdout.write(_as_json(found))
            return
        for thing in found:
            owner = f"@{thing.owner}" if thing.owner else "nobody"
            self.stdout.write(
                f"{thing.expires_at:%Y-%m-%d %H:%M} {thing.kind} {thing.id} of {owner}: {thing.name}"
            )
        if not found:
            self.stdout.write(f"Nothing expires within {days} days.")


def _as_json(found: list[Expiration]) -> str:
    rows = [{**asdict(thing), "expires_at": f"{thing.expires_at:%Y-%m-%dT%H:%M:%SZ}"} for thing in found]
    return json.dumps(rows, ensure_ascii=False, indent=2)
