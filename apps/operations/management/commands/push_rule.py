"""``manage.py push-rule``: what commits, files and names of a push must look like."""

from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django_typer.management import command

from apps.core.console import Json, Noun, details, present, refusing
from apps.directory import groups, projects
from apps.git_access.models import PushRule
from apps.git_access.push_checks import rule_sets
from apps.git_access.push_checks.rule_sets import Owner

ProjectPath = Annotated[str | None, typer.Option(metavar="PATH", help="The rules of this project.")]
GroupPath = Annotated[str | None, typer.Option(metavar="PATH", help="The rules of this group.")]


class Command(Noun):
    help = "Show, set and clear the push rules of the instance, a group or a project; the nearest set counts."

    @command(
        help="Show a set of rules; without --project and --group that of the instance.\n\n"
        "Example: manage.py push-rule show --project acme/hammer"
    )
    def show(self, project: ProjectPath = None, group: GroupPath = None, as_json: Json = False) -> None:
        with refusing(rule_sets.NoRules):
            facts = _facts(rule_sets.find(_owner(project, group)))
        present(self, facts, details(facts), as_json=as_json)

    @command(
        name="set",
        help="Set rules; those that are not named stay as they are.\n\n"
        "Example: manage.py push-rule set max_file_size=50 prevent_secrets=yes --project acme/hammer",
    )
    def set_rules(
        self,
        rules: Annotated[
            list[str], typer.Argument(metavar="NAME=VALUE...", help=f"{', '.join(rule_sets.RULES)}.")
        ],
        project: ProjectPath = None,
        group: GroupPath = None,
        as_json: Json = False,
    ) -> None:
        owner = _owner(project, group)
        with refusing():
            changed = rule_sets.change(owner, given=dict(map(_read, rules)))
        facts = _facts(changed)
        present(self, facts, [f"{changed}:", *details(facts)], as_json=as_json)

    @command(
        help="Remove a set of rules; those above it count then.\n\n"
        "Example: manage.py push-rule clear --project acme/hammer"
    )
    def clear(self, project: ProjectPath = None, group: GroupPath = None, as_json: Json = False) -> None:
        with refusing(rule_sets.NoRules):
            rule_sets.clear(_owner(project, group))
        present(self, {"cleared": True}, ["The set of rules is removed."], as_json=as_json)


def _owner(project: str | None, group: str | None) -> Owner:
    if project and group:
        raise typer.BadParameter("--project and --group exclude each other.")
    with refusing(projects.UnknownProject, groups.UnknownGroup):
        return Owner(
            project=projects.find(project) if project else None, group=groups.find(group) if group else None
        )


def _read(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"{text}: NAME=VALUE, with a NAME of {', '.join(rule_sets.RULES)}.")
    return name, value


def _facts(rules: PushRule) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in rule_sets.RULES}
