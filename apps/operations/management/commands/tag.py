"""``manage.py tag``: who may create which tags."""

from typing import Annotated, Any

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing, table
from apps.directory import groups, projects, users
from apps.git_access.models import ProtectedTag
from apps.operations import ref_rules
from apps.operations.ref_rules import Passing
from apps.ssh_keys import registrations

Path = Annotated[str, typer.Argument(help="The full path of the project.")]
Name = Annotated[str, typer.Argument(help="The tag; '*' stands for any run of characters.")]
WHOM = "maintainers, developers, admins, nobody, user:NAME, group:PATH or key:ID; may be repeated."


class Command(Noun):
    help = "Protect tags, end that, and list what is protected."

    @command(
        help="Protect tags; a rule that is there is replaced.\n\n"
        "Example: manage.py tag protect acme/hammer 'v*' --create maintainers --create user:alice"
    )
    def protect(
        self,
        path: Path,
        name: Name,
        create: Annotated[list[str] | None, typer.Option(metavar="WHOM", help=WHOM)] = None,
        as_json: Json = False,
    ) -> None:
        kinds = (users.UnknownUser, groups.UnknownGroup, registrations.UnknownKey, ref_rules.UnknownWhom)
        with refusing(projects.UnknownProject, *kinds):
            rule = ref_rules.protect_tags(
                project=projects.find(path),
                name=name,
                create=[Passing.read(whom) for whom in create or ["maintainers"]],
            )
        row = ref_rules.facts(rule)
        present(
            self,
            row,
            [f"{name} of {rule.project.full_path} is protected.", *table([row], none="")],
            as_json=as_json,
        )

    @command(
        help="End the protection of a name or wildcard.\n\nExample: manage.py tag unprotect acme/hammer 'v*'"
    )
    def unprotect(self, path: Path, name: Name, as_json: Json = False) -> None:
        with refusing(projects.UnknownProject, ref_rules.NoRule):
            project = projects.find(path)
            ref_rules.unprotect(ProtectedTag, project=project, name=name)
        facts = {"project": project.full_path, "name": name}
        present(self, facts, [f"{name} of {project.full_path} is not protected any more."], as_json=as_json)

    @command(name="list", help="List the rules of a project.\n\nExample: manage.py tag list acme/hammer")
    def list_rules(self, path: Path, as_json: Json = False) -> None:
        with refusing(projects.UnknownProject):
            project = projects.find(path)
        rows: list[dict[str, Any]] = [
            ref_rules.facts(rule) for rule in project.protected_tags.order_by("name")
        ]
        present(
            self,
            {"project": project.full_path, "rules": rows},
            table(rows, none="No tag is protected."),
            as_json=as_json,
        )
