"""``manage.py push-rule``: what commits, files and names of a push must look like."""

from typing import Annotated, Any

import typer
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db.models import BooleanField
from django_typer.management import command

from apps.core.console import Json, Noun, details, present, refusing
from apps.directory import groups, projects
from apps.git_access.models import PushRule, PushRuleScope

ProjectPath = Annotated[str | None, typer.Option(metavar="PATH", help="The rules of this project.")]
GroupPath = Annotated[str | None, typer.Option(metavar="PATH", help="The rules of this group.")]
_OWNER = frozenset({"id", "scope", "group", "project"})
RULES = [field.name for field in PushRule._meta.concrete_fields if field.name not in _OWNER]
_WORDS = {"yes": True, "true": True, "no": False, "false": False, "inherit": None}


class Command(Noun):
    help = "Show, set and clear the push rules of the instance, a group or a project; the nearest set counts."

    @command(help="Show a set of rules; without --project and --group that of the instance.")
    def show(self, project: ProjectPath = None, group: GroupPath = None, as_json: Json = False) -> None:
        rule = PushRule.objects.filter(**_owner(project, group)).first()
        if rule is None:
            raise CommandError("There is no such set of rules.")
        facts = _facts(rule)
        present(self, facts, details(facts), as_json=as_json)

    @command(
        name="set",
        help="Set rules; those that are not named stay as they are.\n\n"
        "Example: manage.py push-rule set max_file_size=50 prevent_secrets=yes --project acme/hammer",
    )
    def set_rules(
        self,
        rules: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help=f"{', '.join(RULES)}.")],
        project: ProjectPath = None,
        group: GroupPath = None,
        as_json: Json = False,
    ) -> None:
        owner = _owner(project, group)
        rule = PushRule.objects.filter(**owner).first() or PushRule(**owner)
        with refusing():
            for text in rules:
                name, value = _read(text)
                setattr(rule, name, value)
            rule.full_clean()
            rule.save()
        facts = _facts(rule)
        present(self, facts, [f"{rule}:", *details(facts)], as_json=as_json)

    @command(help="Remove a set of rules; those above it count then.")
    def clear(self, project: ProjectPath = None, group: GroupPath = None, as_json: Json = False) -> None:
        removed, _ = PushRule.objects.filter(**_owner(project, group)).delete()
        if not removed:
            raise CommandError("There is no such set of rules.")
        present(self, {"cleared": True}, ["The set of rules is removed."], as_json=as_json)


def _owner(project: str | None, group: str | None) -> dict[str, Any]:
    if project and group:
        raise typer.BadParameter("--project and --group exclude each other.")
    with refusing(projects.UnknownProject, groups.UnknownGroup):
        if project:
            return {"scope": PushRuleScope.PROJECT, "project": projects.find(project)}
        if group:
            return {"scope": PushRuleScope.GROUP, "group": groups.find(group)}
    return {"scope": PushRuleScope.INSTANCE}


def _read(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name not in RULES:
        raise CommandError(f"{text}: NAME=VALUE, with a NAME of {', '.join(RULES)}.")
    field: Any = PushRule._meta.get_field(name)
    if isinstance(field, BooleanField):
        if value not in _WORDS or (value == "inherit" and not field.null):
            raise CommandError(f"{name} is yes or no{', or inherit' if field.null else ''}.")
        return name, _WORDS[value]
    try:
        return name, field.clean(value, None)
    except ValidationError as fault:
        raise CommandError(f"{name}: {' '.join(fault.messages)}") from None


def _facts(rule: PushRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULES}
