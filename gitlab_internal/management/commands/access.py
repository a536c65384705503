"""``manage.py access explain``: every rule about one Git command, and the one that decides."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.git_access import explanations
from apps.git_access.attempt import Action
from apps.git_access.attempt import Command as GitCommand
from apps.git_access.changes import ANY
from apps.git_access.explanations import Explanation, Outcome
from apps.ssh_keys.actors import Claim

_MARKS = {Outcome.PASSED: "+", Outcome.REFUSED: "!", Outcome.NOT_REACHED: " "}


class Command(BaseCommand):
    help = "Explain whether a Git command may run. Ends with 1 when it may not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        explain = commands.add_parser("explain", help="print every rule in its order, and which one decides")
        actor = explain.add_mutually_exclusive_group()
        actor.add_argument("--key", type=int, metavar="ID", help="the SSH key")
        actor.add_argument("--user", metavar="USERNAME", help="a user without a key")
        explain.add_argument("--project", required=True, metavar="PATH", help="the path as typed")
        explain.add_argument("--action", choices=[action.value for action in Action])
        explain.add_argument("--ref", help="of a push: the whole name, such as refs/heads/main")
        explain.add_argument("--old", help="where the ref is; found out when left out")
        explain.add_argument("--new", help="where the ref shall be; found out when left out")
        explain.add_argument("--protocol", default="ssh", choices=["ssh", "http", "web"])
        explain.add_argument("--ip", help="the address that the command comes from")
        explain.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        command = _command(options)
        if options["ref"]:
            command = explanations.with_change_to(
                command, options["ref"], now=now, old=options["old"], new=options["new"]
            )
        explanation = explanations.explain(command, now=now)
        write = self._write_json if options["json"] else self._write
        write(explanation)
        if not explanation.allowed:
            raise SystemExit(1)

    def _write(self, explanation: Explanation) -> None:
        for rule in explanation.rules:
            self.stdout.write(f"{_MARKS[rule.outcome]} {rule.text}  [{rule.outcome}]")
            for title, outcome in rule.parts:
                self.stdout.write(f"    {_MARKS[outcome]} {title}")
        deciding = explanation.deciding
        if deciding is None:
            self.stdout.write("\nAllowed: every rule passed.")
        else:
            self.stdout.write(f"\nRefused by: {deciding.text}\n{deciding.message}")

    def _write_json(self, explanation: Explanation) -> None:
        deciding = explanation.deciding
        body = {
            "allowed": explanation.allowed,
            "decided_by": deciding.text if deciding else None,
            "message": deciding.message if deciding else None,
            "rules": [
                {
                    "rule": rule.text,
                    "outcome": rule.outcome,
                    "parts": [{"title": title, "outcome": outcome} for title, outcome in rule.parts],
                }
                for rule in explanation.rules
            ],
        }
        self.stdout.write(json.dumps(body, indent=2))


def _command(options: dict[str, Any]) -> GitCommand:
    default = Action.RECEIVE_PACK if options["ref"] else Action.UPLOAD_PACK
    return GitCommand(
        claim=Claim(key_id=options["key"], username=options["user"]),
        action=options["action"] or default,
        protocol=options["protocol"],
        project=options["project"],
        changes=ANY,
        check_ip=options["ip"],
    )
