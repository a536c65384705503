"""``manage.py branch``: who may push to which branches."""

from typing import Annotated

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, refusing
from apps.directory import groups, projects, users
from apps.git_access.models import ProtectedBranch
from apps.operations import ref_rules
from apps.operations.management import protecting
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
        kinds = (users.UnknownUser, groups.UnknownGroup, registrations.UnknownKeyId, ref_rules.UnknownWhom)
        with refusing(projects.UnknownProject, *kinds):
            rule = ref_rules.protect_branches(
                project=projects.find(path),
                name=name,
                push=[Passing.read(whom) for whom in push or ["maintainers"]],
                merge=[Passing.read(whom) for whom in merge or ["maintainers"]],
                force_push=force_push,
            )
        protecting.tell(self, rule, as_json=as_json)

    @command(
        help="End the protection of a name or wildcard.\n\n"
        "Example: manage.py branch unprotect acme/hammer main",
    )
    def unprotect(self, path: Path, name: Name, as_json: Json = False) -> None:
        protecting.unprotect(self, ProtectedBranch, path=path, name=name, as_json=as_json)

    @command(name="list", help="List the rules of a project.\n\nExample: manage.py branch list acme/hammer")
    def list_rules(self, path: Path, as_json: Json = False) -> None:
        protecting.list_rules(
            self, ProtectedBranch, path=path, none="No branch is protected.", as_json=as_json
        )
