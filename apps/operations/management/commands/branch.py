"""``manage.py branch``: who may push to which branches."""

from typing import Annotated, Any

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing, table
from apps.directory import groups, projects, users
from apps.git_access.models import ProtectedBranch
from apps.operations import ref_rules
from apps.operations.ref_rules import Passing
from apps.ssh_keys import registrations

Path = Annotated[str, typer.Argument(help="The full path of the project.")]
Name = Annotated[str, typer.Argument(help="The branch; '*' stands for any run of characters.")]
WHOM = "maintainers, developers, admins, nobody, user:NAME, group:PATH or key:ID; may be repeated."


class Command(Noun):
    help = "Protect branches, end that, and list what is protected."

    @command(
        help="Protect branches; a rule that is there is replaced.\n\n"
        "Example: manage.py branch protect acme/hammer 'release-*' --push maintainers --push user:alice"
    )
    def protect(
        self,
        path: Path,
        name: Name,
        push: Annotated[list[str] | None, typer.Option(metavar="WHOM", help=WHOM)] = None,
        merge: Annotated[list[str] | None, typer.Option(metavar="WHOM", help="The same.")] = None,
        force_push: Annotated[bool, typer.Option("--force-push", help="History may be rewritten.")] = False,
        as_json: Json = False,
    ) -> None:
        kinds = (users.UnknownUser, groups.UnknownGroup, registrations.UnknownKey, ref_rules.UnknownWhom)
        with refusing(projects.UnknownProject, *kinds):
            rule = ref_rules.protect_branches(
                project=projects.find(path),
                name=name,
                push=[Passing.read(whom) for whom in push or ["maintainers"]],
                merge=[Passing.read(whom) for whom in merge or ["maintainers"]],
                force_push=force_push,
            )
        row = ref_rules.facts(rule)
        present(
            self,
            row,
            [f"{name} of {rule.project.full_path} is protected.", *table([row], none="")],
            as_json=as_json,
        )

    @command(
        help="End the protection of a name or wildcard.\n\n"
        "Example: manage.py branch unprotect acme/hammer main",
    )
    def unprotect(self, path: Path, name: Name, as_json: Json = False) -> None:
        with refusing(projects.UnknownProject, ref_rules.NoRule):
            project = projects.find(path)
            ref_rules.unprotect(ProtectedBranch, project=project, name=name)
        facts = {"project": project.full_path, "name": name}
        present(self, facts, [f"{name} of {project.full_path} is not protected any more."], as_json=as_json)

    @command(name="list", help="List the rules of a project.\n\nExample: manage.py branch list acme/hammer")
    def list_rules(self, path: Path, as_json: Json = False) -> None:
        with refusing(projects.UnknownProject):
            project = projects.find(path)
        rows: list[dict[str, Any]] = [
            ref_rules.facts(rule) for rule in project.protected_branches.order_by("name")
        ]
        present(
            self,
            {"project": project.full_path, "rules": rows},
            table(rows, none="No branch is protected."),
            as_json=as_json,
        )
