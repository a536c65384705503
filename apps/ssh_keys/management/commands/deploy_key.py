"""``manage.py deploy-key``: keys of deployments, project by project."""

from typing import Annotated, Any

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing, table
from apps.directory import projects, users
from apps.ssh_keys import key_files, registrations
from apps.ssh_keys.models import DeployKeyGrant
from apps.ssh_keys.registrations import NewKey

Path = Annotated[str, typer.Argument(help="The full path of the project.")]


class Command(Noun):
    help = "Add, list and remove the deploy keys of a project."

    @command(
        help="Open a project to a new deploy key.\n\n"
        "Example: manage.py deploy-key add acme/hammer --can-push --user alice < deployment.pub"
    )
    def add(
        self,
        path: Path,
        file: Annotated[str, typer.Option(help="The .pub file; - is standard input.")] = "-",
        can_push: Annotated[bool, typer.Option("--can-push", help="It may push there, too.")] = False,
        user: Annotated[str | None, typer.Option(metavar="USERNAME", help="Its creator.")] = None,
        title: Annotated[str, typer.Option(help="By default the key's comment.")] = "",
        as_json: Json = False,
    ) -> None:
        kinds = (registrations.AlreadyStored, registrations.NoCreator, key_files.UnreadableKeyFile)
        with refusing(users.UnknownUser, projects.UnknownProject, *kinds):
            key = registrations.add_deploy_key(
                new=NewKey(text=key_files.text(file), title=title),
                project=projects.find(path),
                can_push=can_push,
                creator=users.find(user) if user else None,
            )
        row = _row(key.grants.get())
        present(self, row, [f"Key {key.pk} opens {path}."], as_json=as_json)

    @command(
        name="list",
        help="List the deploy keys of a project.\n\nExample: manage.py deploy-key list acme/hammer",
    )
    def list_keys(self, path: Path, as_json: Json = False) -> None:
        with refusing(projects.UnknownProject):
            project = projects.find(path)
        rows = [_row(grant) for grant in project.deploy_key_grants.select_related("key__user").order_by("pk")]
        present(
            self,
            {"project": project.full_path, "keys": rows},
            table(rows, none="No deploy key opens it."),
            as_json=as_json,
        )

    @command(
        help="Close a project to a deploy key; one that opens nothing else is deleted.\n\n"
        "Example: manage.py deploy-key remove acme/hammer 17"
    )
    def remove(
        self,
        path: Path,
        key_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
        as_json: Json = False,
    ) -> None:
        with refusing(registrations.UnknownKeyId, registrations.NoGrant, projects.UnknownProject):
            deleted = registrations.remove_deploy_key(
                key=registrations.find(key_id), project=projects.find(path)
            )
        said = "is deleted" if deleted else f"does not open {path} any more"
        present(self, {"id": key_id, "deleted": deleted}, [f"Key {key_id} {said}."], as_json=as_json)


def _row(grant: DeployKeyGrant) -> dict[str, Any]:
    key = grant.key
    return {
        "id": key.pk, "title": key.title, "fingerprint": f"SHA256:{key.fingerprint_sha256}",
        "can_push": grant.can_push, "creator": key.user.username if key.user else None,
        "expires_at": key.expires_at, "last_used_at": key.last_used_at,
    }  # fmt: skip
