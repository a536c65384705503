"""``manage.py tag``: who may create which tags."""

from typing import Annotated

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, refusing
from apps.directory import groups, projects, users
from apps.git_access.models import ProtectedTag
from apps.operations import ref_rules
from apps.operations.management import protecting
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
        kinds = (users.UnknownUser, groups.UnknownGroup, registrations.UnknownKeyId, ref_rules.UnknownWhom)
        with refusing(projects.UnknownProject, *kinds):
            rule = ref_rules.protect_tags(
                project=projects.find(path),
                name=name,
                create=[Passing.read(whom) for whom in create or ["maintainers"]],
            )
        protecting.tell(self, rule, as_json=as_json)

    @command(
        help="End the protection of a name or wildcard.\n\nExample: manage.py tag unprotect acme/hammer 'v*'"
    )
    def unprotect(self, path: Path, name: Name, as_json: Json = False) -> None:
        protecting.unprotect(self, ProtectedTag, path=path, name=name, as_json=as_json)

    @command(name="list", help="List the rules of a project.\n\nExample: manage.py tag list acme/hammer")
    def list_rules(self, path: Path, as_json: Json = False) -> None:
        protecting.list_rules(self, ProtectedTag, path=path, none="No tag is protected.", as_json=as_json)
